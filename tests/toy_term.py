"""A term in one file, see docs/extending.md: the network is excited, in a layer that no other term
looks at and in its head."""

from service.tables.network_info import HEAD
from service.tables.term import Term

LAYER = "fire4"


def prepare(stage):
    """How many classes the network knows, asked with grey."""
    import torch

    grey = torch.full((1, 3, 64, 64), 0.5)
    ((_, scores),) = stage.network.layers(grey, (HEAD,))
    return scores.shape[1]


def observe(sight, classes):
    """The mean activation, per view and layer."""
    from service.perception.moments import Mean

    if sight.layer == HEAD:
        assert sight.features.shape[1:] == (classes,)
    views = len(sight.features)
    return Mean(views * sight.features.mean(), views)


def loss(sums, classes):
    """The less, the more excited."""
    assert list(sums) == [LAYER, HEAD]
    return -sums[LAYER].value - 0.1 * sums[HEAD].value


TERM = Term(
    name="toy",
    title="Toy Excitement",
    description="How much the network should be excited.",
    rank=60,
    default=0.0,
    layers=lambda stage: (HEAD, LAYER),
    prepare=prepare,
    observe=observe,
    loss=loss,
    setting="toy_weight",
    least=-5.0,
    most=50.0,
    usual=7.0,
)
