import itertools
import os
import pickle
import subprocess
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from skimage import data
from torch.nn import functional as F
from torchvision import models

from geometry.errors import InputError
from service.networks import NETWORKS
from service.networks.squeezenet import read_arrays
from service.perception.architectures import without_numbers
from service.perception.network import load_network
from service.tables.network_info import HEAD

EGYPTIAN_CAT, ESPRESSO = 285, 967  # rows of ImageNet's list of 1000


def small(pixels):
    """A picture (H, W, 3) uint8 as (1, 3, 227, w) in 0..1."""
    height, width = pixels.shape[:2]
    picture = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    size = (227, 227 * width // height)
    return F.interpolate(picture, size=size, mode="bilinear", antialias=True)


@pytest.fixture(scope="module")
def rank():
    """How many classes score higher than ``wanted``."""
    whole = load_network("squeezenet")

    def of(picture, wanted):
        with torch.no_grad():
            ((_, (scores,)),) = whole.layers(picture, (HEAD,))
        assert scores.shape == (1000,)
        return int((scores > scores[wanted]).sum())

    return of


def test_a_cat_is_a_cat(rank):
    assert rank(small(data.chelsea()), EGYPTIAN_CAT) < 3


def test_a_cup_of_coffee_is_espresso(rank):
    assert rank(small(data.coffee()), ESPRESSO) < 3


def test_swapped_channels_are_not_espresso(rank):
    """The proof can fail: blue coffee, or a network fed RGB for BGR, is something else."""
    assert rank(small(data.coffee()).flip(1), ESPRESSO) >= 3


def model_of(info):
    """torchvision's own network with our weights."""
    model = getattr(models, info.architecture)(weights=None)
    model.load_state_dict(info.weights.load())
    return model.eval()


def test_layers_and_head_are_the_classifiers(trunk):
    """What is painted with is what torchvision's own code makes of the weights."""
    picture, info = torch.rand(1, 3, 64, 64), NETWORKS["squeezenet"]
    model = model_of(info)
    with torch.no_grad():
        scores = model(info.weights.prepared(picture))
        found = dict(trunk.layers(picture, ("fire9", HEAD)))
        assert list(found) == ["fire9", HEAD]
        assert torch.allclose(found[HEAD], scores, rtol=1e-3, atol=1e-3)
        last = model.classifier(found["fire9"]).flatten(1)
        assert torch.allclose(last, scores, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("frugal", [False, True])
def test_only_wanted_layers_come_and_lead_to_the_same_gradient(trunk, frugal):
    picture = torch.rand(1, 3, 48, 48)
    one, two = (picture.clone().requires_grad_() for _ in range(2))
    found = dict(trunk.layers(one, ("fire5", "conv1"), frugal))
    every = trunk(two)
    assert list(found) == ["conv1", "fire5"]
    for name, features in found.items():
        assert torch.equal(features, every[name])
    found["fire5"].square().mean().backward()
    every["fire5"].square().mean().backward()
    assert torch.allclose(one.grad, two.grad, atol=1e-8)


@pytest.fixture(scope="module")
def trunk():
    return load_network("squeezenet")


def test_layers_come_in_order_and_get_coarser(trunk):
    features = trunk(torch.rand(2, 3, 64, 48))
    assert list(features) == list(NETWORKS["squeezenet"].layers)
    assert list(NETWORKS["squeezenet"].style) == list(features)
    areas = [x.shape[-2] * x.shape[-1] for x in features.values()]
    assert areas == sorted(areas, reverse=True)
    assert all(len(x) == 2 for x in features.values())
    assert [x.shape[1] for x in features.values()] == [64, 128, 128, 256, 256, 384, 384, 512, 512]


def test_layers_are_not_overwritten_by_later_ones(trunk):
    """Every layer follows from the one before it: none was changed in place afterwards."""
    picture = torch.rand(1, 3, 48, 48)
    features = list(trunk(picture).items())
    indices = NETWORKS["squeezenet"].layers
    with torch.no_grad():
        for (a, x), (b, y) in itertools.pairwise(features):
            for module in trunk.trunk[indices[a] + 1 : indices[b] + 1]:
                x = module(x)
            assert torch.allclose(x, y, atol=1e-4)


def test_a_network_is_frozen_but_lets_gradients_through(trunk):
    assert not trunk.training
    assert not any(p.requires_grad for p in trunk.parameters())
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    trunk(picture)["fire5"].square().mean().backward()
    assert picture.grad.abs().sum() > 0


def test_in_bfloat16_a_network_sees_and_wants_nearly_the_same(trunk):
    half = load_network("squeezenet", precision="bfloat16")
    assert half.reach == trunk.reach
    picture = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(5))
    for own, other in ((trunk, half), (trunk.periodic, half.periodic)):
        gradients = []
        for network in (own, other):
            seen = picture.clone().requires_grad_()
            features = network(seen)
            sum(x.float().square().mean() for x in features.values()).backward()
            gradients.append(seen.grad.flatten())
        assert {x.dtype for x in features.values()} == {torch.bfloat16}
        assert torch.cosine_similarity(*gradients, dim=0) > 0.98


@pytest.mark.parametrize("architecture", ["squeezenet1_1", "vgg16", "vgg19"])
def test_what_is_built_here_is_torchvisions(architecture):
    with torch.device("meta"):
        wanted = getattr(models, architecture)(weights=None)
    found = without_numbers(architecture)
    assert type(found).__module__.startswith("service.")
    for ours, theirs in zip(found.features, wanted.features, strict=True):
        assert str(ours) == str(theirs).replace(", inplace=True", "").replace("inplace=True", "")
    shapes = {name: x.shape for name, x in wanted.state_dict().items()}
    assert {name: x.shape for name, x in found.state_dict().items()} == shapes


@pytest.mark.parametrize("network", ["vgg16", "vgg19"])
def test_files_of_the_hub_are_those_that_torchvision_names(network):
    url = models.get_model_weights(network).IMAGENET1K_V1.url
    assert url.endswith(f"/{NETWORKS[network].weights.download.get.__self__.name}")


@pytest.mark.parametrize("network", [name for name in NETWORKS if name.startswith("vgg")])
def test_vgg_layers_are_rectified_convolutions(network):
    """The names say relu: those indices are ReLUs, of the block and number that they name."""
    info = NETWORKS[network]
    with torch.device("meta"):  # the layers without their numbers
        modules = list(getattr(models, info.architecture)(weights=None).features)
    for name, index in info.layers.items():
        block, number = map(int, name.removeprefix("relu").split("_"))
        before = modules[:index]
        pools = [k for k, m in enumerate(before) if isinstance(m, torch.nn.MaxPool2d)]
        since = before[pools[-1] + 1 if pools else 0 :]
        assert isinstance(modules[index], torch.nn.ReLU)
        assert len(pools) == block - 1
        assert sum(isinstance(m, torch.nn.Conv2d) for m in since) == number


@pytest.mark.parametrize("info", NETWORKS.values(), ids=NETWORKS)
def test_rows_name_layers_that_there_are(info):
    """Names are in order, in torchvision's trunk, and those of style and content are among them."""
    with torch.device("meta"):
        model = getattr(models, info.architecture)(weights=None)
    indices = list(info.layers.values())
    assert indices == sorted(set(indices)) and indices[-1] < len(model.features)
    assert {*info.style, info.content} <= {*info.layers}
    assert HEAD not in info.layers
    if info.head is None:
        return
    with torch.device("meta"):
        scores = info.head(model, model.features(torch.rand(2, 3, 64, 64)))
    assert scores.shape == (2, 1000)


class _Hostile:
    """Pickles as a call of ``call``."""

    def __init__(self, call, *arguments):
        self.answer = (call, arguments)

    def __reduce__(self):
        return self.answer


@pytest.mark.parametrize(
    "call", [os.system, subprocess.getoutput, eval, exec, getattr, Path, np.load, torch.load]
)
def test_pickles_that_call_anything_are_refused(call, tmp_path):
    """Nothing runs: the file that the call would make is not there afterwards."""
    made = tmp_path / "made"
    argument = f"touch {made}" if call in (os.system, subprocess.getoutput) else str(made)
    with pytest.raises(pickle.UnpicklingError, match="not a NumPy array"):
        read_arrays(pickle.dumps({"a": _Hostile(call, argument)}))
    assert not made.exists()


def test_a_dotted_name_does_not_smuggle_a_call_in():
    """Protocol 4 may ask for 'ndarray.dumps' or 'core.multiarray.x' of an allowed module."""
    payload = b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93."
    with pytest.raises(pickle.UnpicklingError):
        read_arrays(payload)


def test_pickles_of_arrays_are_read():
    arrays = {"conv": [np.arange(6.0).reshape(2, 3), np.float32([1, 2])]}
    # as NumPy 1 wrote it, which is what the package ships
    data = pickle.dumps(arrays, protocol=3).replace(b"numpy._core", b"numpy.core")
    found = read_arrays(data)
    assert all(np.array_equal(a, b) for a, b in zip(found["conv"], arrays["conv"], strict=True))


def test_unknown_networks_are_refused_with_the_nearest():
    with pytest.raises(InputError) as refused:
        load_network("squeezent")
    assert refused.value.code == "unknown-network"
    assert "squeezenet" in refused.value.hint


def test_vgg_offline_names_the_embedded_network_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))

    def no_network(*_, **__):
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", no_network)
    assert not NETWORKS["vgg19"].weights.at_hand
    assert NETWORKS["squeezenet"].weights.at_hand
    with pytest.raises(InputError) as refused:
        load_network("vgg19")
    assert refused.value.code == "weights-missing"
    assert "squeezenet" in str(refused.value)
    assert "no route to host" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_weight_files_that_are_none_are_refused(tmp_path):
    junk = tmp_path / "junk.pth"
    junk.write_bytes(b"no weights at all")
    for path in (junk, tmp_path / "missing.pth", tmp_path):
        with pytest.raises(InputError) as refused:
            load_network("squeezenet", weights=path)
        assert refused.value.code == "bad-weights"
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["tensor", "foreign"])
def test_weights_of_something_else_are_refused(tmp_path, content):
    path = tmp_path / "other.pth"
    torch.save(torch.zeros(3) if content == "tensor" else {"layer.weight": torch.zeros(3)}, path)
    with pytest.raises(InputError) as refused:
        load_network("squeezenet", weights=path)
    assert refused.value.code == "bad-weights"
    assert "\n" not in str(refused.value)


def test_a_file_of_weights_replaces_the_embedded_ones(tmp_path):
    state = model_of(NETWORKS["squeezenet"]).state_dict()
    state["features.0.weight"] = torch.zeros_like(state["features.0.weight"])
    torch.save(state, tmp_path / "zero.pth")
    changed = load_network("squeezenet", weights=tmp_path / "zero.pth")
    first = changed(torch.rand(1, 3, 32, 32))["conv1"]
    assert first.std(dim=(-1, -2)).max() < 1e-6  # only the biases are left
