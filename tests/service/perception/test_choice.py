"""--network auto: the best at hand, nothing downloaded; what was painted with is written down."""

import dataclasses
import itertools
import json
import re

import pytest
import torch
from toy_network import NETWORK

from geometry.errors import InputError
from service.cli import main
from service.cli.doctor import machine_findings
from service.inputs.styles import load_styles
from service.networks import NETWORKS, automatic
from service.painting.paint import paint
from service.perception.choice import best_network, settled
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

ALL = set(NETWORKS)
SMALL = {"target": "tile", "group": "p4", "size": 64, "steps": 2, "views": 2}


@pytest.mark.parametrize(
    ("at_hand", "dreams", "on_gpu", "on_cpu"),
    [
        (ALL, [], "vgg19", "squeezenet"),
        (ALL - {"vgg19"}, [], "vgg16", "squeezenet"),
        ({"squeezenet", "vgg16-hed"}, [], "vgg16-hed", "squeezenet"),
        ({"squeezenet"}, [], "squeezenet", "squeezenet"),
        (ALL, ["class:daisy", "class:11"], "vgg19", "squeezenet"),
        # HED's weights know no classes
        ({"squeezenet", "vgg16-hed"}, ["class:daisy"], "squeezenet", "squeezenet"),
        (ALL, ["fire9:100"], "squeezenet", "squeezenet"),
        (ALL, ["relu4_3"], "vgg19", "vgg19"),
        ({"squeezenet", "vgg16-hed"}, ["relu4_3"], "vgg16-hed", "vgg16-hed"),
        (ALL, ["relu4_4:3", "class:daisy"], "vgg19", "vgg19"),
    ],
)
def test_the_best_at_hand_that_can_dream_so(at_hand, dreams, on_gpu, on_cpu):
    assert best_network(dreams, "cuda:0", at_hand) == on_gpu
    assert best_network(dreams, "cpu", at_hand) == on_cpu


def test_what_none_at_hand_can_dream_names_what_to_get():
    with pytest.raises(InputError) as refused:
        best_network(["relu4_4:3"], "cpu", {"squeezenet", "vgg16-hed"})
    assert (refused.value.code, refused.value.field) == ("weights-missing", "network")
    assert "service weights get vgg19" in refused.value.hint


@pytest.mark.parametrize("dreams", [["fire9", "relu4_1"], ["relu9_9"], ["class:"]])
def test_what_no_network_can_dream_is_refused_with_the_recipe(dreams):
    with pytest.raises(InputError) as refused:
        parse_recipe(SMALL | {"dreams": [{"target": dream} for dream in dreams]})
    assert refused.value.field.startswith("dreams.")


def test_a_named_network_stays_and_needs_nothing_at_hand(monkeypatch):
    def missing(name):
        weights = dataclasses.replace(NETWORKS[name].weights, download=None)
        return dataclasses.replace(NETWORKS[name], weights=weights)

    monkeypatch.setitem(NETWORKS, "vgg19", missing("vgg19"))  # as if it were there
    assert settled(parse_recipe(SMALL), "cuda:0").network == "vgg19"
    assert settled(parse_recipe(SMALL), "cpu").network == "squeezenet"
    for name in ("vgg16", "squeezenet", "torchvision:googlenet"):
        recipe = parse_recipe(SMALL | {"network": name, "precision": "float32"})
        assert settled(recipe, "cuda:0") == recipe


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": False}, "float32"),
        ({"architecture": "aarch64"}, "float32"),
    ],
)
def test_the_precision_is_what_the_processor_is_fast_at(monkeypatch, capabilities, precision):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert settled(parse_recipe(SMALL), "cpu").precision == precision
    named = parse_recipe(SMALL | {"precision": "float32"})
    assert settled(named, "cpu").precision == "float32"
    other = parse_recipe(SMALL | {"network": "torchvision:googlenet"})
    assert settled(other, "cpu").precision == "float32"


def test_networks_without_a_rank_are_taken_by_name_only(monkeypatch):
    monkeypatch.setitem(NETWORKS, "toy", NETWORK)
    assert "toy" not in [info.name for info in automatic()]
    assert best_network([], "cpu", {*ALL, "toy"}) == "squeezenet"


@pytest.fixture
def better(monkeypatch):
    """A toy that is better than all others, and light."""
    toy = dataclasses.replace(NETWORK, rank=99, light=True)
    monkeypatch.setitem(NETWORKS, "toy", toy)


def test_every_step_says_which_it_is(better):
    recipe = parse_recipe(SMALL)
    steps = paint(recipe, make_scene(recipe), load_styles(recipe), torch.device("cpu"))
    assert [now.network for now in itertools.islice(steps, 2)] == ["toy", "toy"]


def test_receipt_and_summary_name_it_and_the_receipt_paints_the_same(better, tmp_path, capsys):
    words = ["--size", "64", "--steps", "2", "--views", "2"]
    assert main(["tile", "-g", "p4", *words, "-o", str(tmp_path / "a.png")]) == 0
    assert " with toy " in capsys.readouterr().out
    receipt = tmp_path / "a.json"
    assert json.loads(receipt.read_text())["recipe"]["network"] == "toy"
    del NETWORKS["toy"]
    assert main(["run", str(receipt), "-o", str(tmp_path / "again")]) == 2
    assert "'toy'" in capsys.readouterr().err  # not quietly painted with another one
    NETWORKS["toy"] = dataclasses.replace(NETWORK)  # which auto would not take any more
    assert main(["run", str(receipt), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "a.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def test_weights_from_a_file_want_a_name(tmp_path, capsys):
    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"")
    out = ["--weights", str(weights), "-o", str(tmp_path / "a.png")]
    assert main(["tile", "-g", "p4", *out]) == 2
    assert "--network" in capsys.readouterr().err and not (tmp_path / "a.png").exists()


def test_the_doctor_says_which_it_would_take():
    texts = [found.text for found in machine_findings.networks()]
    assert any(re.fullmatch(r"auto takes \S+ on (cpu|cuda:0)", text) for text in texts)
