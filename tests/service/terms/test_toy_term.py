"""A term is one row of a table: what is in it is wherever weights are. The table is read when the
recipe is made, so all of this happens in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import contextlib, io, json, sys
sys.path.append("tests")
from service.terms import TERMS
from toy_term import TERM
TERMS[TERM.name] = TERM

from service.cli import main
shown = {}
for target in ("tile", "mesh"):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        main([target, "--help"])
    shown[target] = out.getvalue()
from service.cli.recipe_data import recipe_data
from service.describe import term_rows
from service.recipe.parsing import parse_recipe
from service.recipe.parts import Objective
from service.painting.steering import adjusted, parse_steering
assert "torch" not in sys.modules

import torch
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.scene import make_scene
torch.set_num_threads(1)

def losses(weight, frugal=False, steering=()):
    recipe = parse_recipe({"target": "tile", "group": "p4", "size": 64, "steps": 3, "views": 2,
                           "style_scale": 0.4, "objective": {"toy": weight}})
    steps = paint(recipe, make_scene(recipe), load_styles(recipe), torch.device("cpu"),
                  frugal=frugal, steering=parse_steering(recipe, list(steering)))
    return [dict(now.loss) for now in steps]

plain = parse_recipe({"target": "tile", "group": "p4"})
json.dump({
    "schema": Objective.model_json_schema()["properties"]["toy"],
    "help": shown,
    "given": recipe_data("tile", {"toy_weight": 3.0, "seed": 1}),
    "rows": term_rows(),
    "adjusted": adjusted(plain, {"objective.toy": 2}).objective.toy,
    "off": losses(0),
    "on": losses(50),
    "frugal": losses(50, frugal=True),
    "later": losses(0, steering=[{"step": 1, "changes": {"objective.toy": 50}}]),
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def found():
    words = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_in_the_schema_with_its_bounds(found):
    assert found["schema"] == {
        "title": "Toy Excitement",
        "description": "How much the network should be excited.",
        "type": "number",
        "default": 0.0,
        "minimum": -5.0,
        "maximum": 50.0,
    }


def test_it_is_an_option_of_every_painting_command(found):
    for shown in (" ".join(text.split()) for text in found["help"].values()):
        assert "--toy-weight" in shown and "should be excited. -5 to 50." in shown
    assert found["given"] == {"target": "tile", "seed": 1, "objective": {"toy": 3.0}}


def test_it_is_offered_last(found):
    assert [row["name"] for row in found["rows"]][-2:] == ["seam", "toy"]
    assert found["rows"][-1]["setting"] == "toy_weight"


def test_it_may_be_adjusted(found):
    assert found["adjusted"] == 2


def test_it_costs_nothing_without_a_weight(found):
    assert all("toy" not in loss for loss in found["off"])


def test_it_moves_the_paint(found):
    values = [loss["toy"] for loss in found["on"]]
    assert values[-1] < values[0]
    assert found["on"][0]["style"] == found["off"][0]["style"]
    assert found["on"][-1]["style"] != found["off"][-1]["style"]


def test_it_is_seen_with_little_memory_too(found):
    for frugal, plain in zip(found["frugal"], found["on"], strict=True):
        assert frugal == pytest.approx(plain, rel=1e-3)


def test_it_counts_from_the_step_on_at_which_it_gets_a_weight(found):
    assert ["toy" in loss for loss in found["later"]] == [False, True, True]
    assert found["later"][0] == found["off"][0]
