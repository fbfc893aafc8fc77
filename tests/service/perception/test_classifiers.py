"""Classifiers of torchvision's by name. There are no weights here: numbers by chance do."""

import json
import math

import pytest
import torch
from torchvision import models

from geometry.errors import InputError
from service.cli import main
from service.inputs.styles import load_styles
from service.networks import check_network, find_network
from service.painting.paint import paint
from service.painting.stage import Sight
from service.perception.classifiers import Classifier
from service.perception.looks import Look, Weight
from service.perception.moments import moments
from service.perception.network import load_network, without_numbers
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.tables.network_info import HEAD, as_torchvision
from service.terms import style

SMALL = "shufflenet_v2_x0_5"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file for the smallest of them."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models.get_model(SMALL, weights=None)
    path = tmp_path_factory.mktemp("weights") / "small.pth"
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def network(weights):
    return load_network(f"torchvision:{SMALL}", weights=weights)


def test_layers_and_classes_are_those_of_torchvisions_own_code(network, weights):
    model = models.get_model(SMALL, weights=None).eval()
    model.load_state_dict(torch.load(weights, weights_only=True))
    picture = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        x = as_torchvision(picture)
        coarse = model.stage2(model.maxpool(model.conv1(x)))
        found = dict(network.layers(picture, (HEAD, "stage3.0", "stage2.3")))
        assert list(found) == ["stage2.3", "stage3.0", HEAD]
        assert torch.allclose(found["stage2.3"], coarse, atol=1e-5)
        assert torch.allclose(found["stage3.0"], model.stage3[0](coarse), atol=1e-5)
        assert torch.allclose(found[HEAD], model(x), atol=1e-5)


def test_what_lies_behind_the_last_layer_is_not_worked_out(network):
    called = []
    hook = network.model.stage3.register_forward_hook(lambda *_: called.append(1))
    with torch.no_grad():
        dict(network.layers(torch.rand(1, 3, 64, 64), ("stage2.3",)))
        assert not called
        dict(network.layers(torch.rand(1, 3, 64, 64), ("stage4.0",)))
    hook.remove()
    assert called


def test_the_frugal_way_leads_to_the_same_gradient(network):
    picture = torch.rand(1, 3, 64, 64)
    gradients = []
    for frugal in (False, True):
        x = picture.clone().requires_grad_()
        found = dict(network.layers(x, tuple(network.info.style), frugal))
        assert list(found) == list(network.info.style)
        sum(features.square().mean() for features in found.values()).backward()
        gradients.append(x.grad)
    assert gradients[0].abs().sum() > 0
    assert torch.allclose(*gradients, atol=1e-7)


def test_a_row_names_the_last_layer_of_every_resolution():
    info = find_network("torchvision:googlenet")
    assert list(info.style) == ["conv1", "conv3", "inception3b", "inception4e", "inception5b"]
    assert info.content == "inception3b"
    assert {"inception4a", "inception4c"} < set(info.layers)
    assert not {name for name in info.layers if name.startswith(("aux", "maxpool", "fc"))}
    assert find_network("torchvision:resnet18").style.keys() >= {"layer1.1", "layer4.1"}
    assert "Mixed_5d" in find_network("torchvision:inception_v3").style


@pytest.mark.parametrize(
    ("name", "hint"),
    [("googlnet", "torchvision:googlenet"), ("vit_b_16", "convolution"), ("", "torchvision:")],
)
def test_what_cannot_be_painted_with_is_refused(name, hint):
    check_network(f"torchvision:{name}")  # without torch nobody knows
    with pytest.raises(InputError) as refused:
        load_network(f"torchvision:{name}")
    assert refused.value.code == "unknown-network" and hint in refused.value.hint
    assert "\n" not in str(refused.value)


def test_a_picture_too_small_for_a_network_is_one_line():
    model = without_numbers("alexnet")
    network = Classifier(find_network("torchvision:alexnet"), lambda: model, as_torchvision)
    picture = torch.empty(1, 3, 24, 24, device="meta")
    with pytest.raises(InputError, match=r"24 × 24") as refused:
        list(network.layers(picture, network.info.style))
    assert refused.value.code == "bad-value"


@pytest.fixture(scope="module")
def resnet():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models.resnet18(weights=None).eval().requires_grad_(False)
    return Classifier(find_network("torchvision:resnet18"), lambda: model, as_torchvision)


def of_style(network, features, weight=None):
    """What the style term sees of a layer's features."""
    shares = None if weight is None else Weight(weight)
    sight = Sight("", features, None, network, Look(features, shares, periodic=True))
    (found,) = style.observe(sight, style.Wanted([], {}, ())).each
    return found


@pytest.mark.parametrize(
    ("name", "residual"),
    [("resnet18", True), ("convnext_tiny", True), ("googlenet", False), ("vgg11", False)],
)
def test_networks_that_add_are_told_from_others(name, residual):
    assert find_network(f"torchvision:{name}").residual is residual


def test_the_style_of_residual_networks_is_that_of_a_softmax(resnet, network):
    picture = torch.rand(1, 3, 64, 96)
    for name, features in resnet.layers(picture, resnet.info.style):
        soft = features.numel() * features.flatten().softmax(0).reshape(features.shape)
        found, wanted = of_style(resnet, features), moments(soft)
        assert torch.allclose(found.second, wanted.second, rtol=1e-3), name
    ((_, features),) = network.layers(picture, ("stage2.3",))
    assert torch.equal(of_style(network, features).second, moments(features).second)


def test_what_does_not_count_does_not_change_the_softmax(resnet):
    features, weight = torch.randn(1, 5, 8, 8), torch.zeros(1, 1, 8, 8)
    weight[..., :4] = 1
    alone = of_style(resnet, features[..., :4])
    features[..., 4:] = 1e4  # a background that would tower above all
    found = of_style(resnet, features, weight)
    assert torch.allclose(found.raw, alone.raw, rtol=1e-4)
    assert of_style(resnet, features, 0 * weight).second.isfinite().all()


def test_towering_activations_stay_finite_with_their_gradient(resnet):
    features = (300 * torch.randn(1, 8, 6, 6)).requires_grad_()
    found = of_style(resnet, features)
    (found.second.sum() + found.std.sum()).backward()
    assert found.second.isfinite().all() and features.grad.isfinite().all()


def test_a_period_is_seen_as_one_of_many(resnet):
    """Moved across its border, all that is seen of it moves along."""
    picture, wanted = torch.rand(1, 3, 96, 96), ("layer1.1", "layer2.1")
    moved = picture.roll((32, 32), (2, 3))
    found = dict(resnet.periodic.layers(picture, wanted))
    plain = dict(resnet.layers(picture, wanted))
    for name, features in resnet.periodic.layers(moved, wanted):
        step = 32 * features.shape[-1] // 96
        assert torch.allclose(found[name].roll((step, step), (2, 3)), features, atol=1e-4)
        assert not torch.allclose(found[name], plain[name], atol=1e-2)  # which sees a border


def test_periods_of_any_size_are_seen(resnet):
    for side in (65, 90):
        for name, features in resnet.periodic.layers(torch.rand(1, 3, side, side), ("layer4.1",)):
            assert abs(features.shape[-1] - side / 32) < 1, name


def test_a_residual_network_paints(resnet, monkeypatch):
    recipe = parse_recipe(
        {"target": "tile", "group": "p4", "size": 64, "steps": 4, "views": 2, "quality": "draft"}
        | {"network": "torchvision:resnet18", "learning_rate": 0.1}
    )
    monkeypatch.setattr("service.painting.paint.load_network", lambda *_: resnet)
    steps = paint(recipe, make_scene(recipe), load_styles(recipe), torch.device("cpu"))
    losses = [now.loss["style"] for now in steps]
    assert losses[-1] < losses[0] and all(map(math.isfinite, losses))


def test_it_paints(weights, tmp_path):
    command = ["tile", "-g", "p4", "--size", "64", "--steps", "2", "--seed", "1"]
    command += ["--network", f"torchvision:{SMALL}", "--weights", str(weights)]
    assert main([*command, "-o", str(tmp_path / "tile.png")]) == 0
    receipt = json.loads((tmp_path / "tile.json").read_text())
    assert receipt["recipe"]["network"] == f"torchvision:{SMALL}"
    assert parse_recipe(receipt["recipe"]).network == f"torchvision:{SMALL}"
    assert receipt["weights"]["file"]
