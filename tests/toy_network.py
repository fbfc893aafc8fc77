"""A network in one file, see docs/extending.md: SqueezeNet 1.0, which has learnt nothing."""

from service.tables.network_info import NetworkInfo, Weights, as_torchvision


def _untrained():
    import torch
    from torchvision import models

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return models.squeezenet1_0(weights=None).state_dict()


NETWORK = NetworkInfo(
    name="toy",
    title="A toy: it has learnt nothing",
    architecture="squeezenet1_0",
    weights=Weights(_untrained, as_torchvision, package="torchvision"),
    layers={"first": 1, "middle": 4, "last": 12},
    style={"first": 1.0, "last": 3.0},
    content="middle",
    head=lambda model, features: model.classifier(features).flatten(1),
)
