"""A space is one row of a table: what is in it is wherever spaces are. The table is read when the
command line is made, so all of this happens in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
SIZE, PERIOD = 96, 32  # a picture of three periods
PROGRAM = """
import contextlib, io, json, sys
sys.path.append(f"{ROOT}/tests")
import toy_space
toy_space.register()

from service.cli import main
said = {}
for words in ("--help", "ribbon --help", "groups --space strip --json", "ribbon -g p1 --steps 1",
              "preview p111 -c 3a --size 96 -o preview.png"):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        said[words] = main(words.split()), out.getvalue()
assert "torch" not in sys.modules

import torch
torch.set_num_threads(1)
from service.describe import describe
from service.recipe.parsing import parse_recipe
from service.painting.steering import adjusted
offer = describe()
words = "ribbon -g reel -c 3a --size 96 --steps 3 --views 2 -q draft --style-scale 0.4"
said["painted"] = main([*words.split(), "-o", "painted.png"]), ""
plain = parse_recipe({"target": "ribbon", "group": "p111"})
json.dump({
    "said": said,
    "targets": offer["recipe_schema"]["properties"]["target"]["enum"],
    "groups": [row for row in offer["groups"] if row["space"] == "strip"],
    "adjusted": adjusted(plain, {"colouring": "2a"}).colouring,
}, sys.stderr)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ribbon")


@pytest.fixture(scope="module")
def found(folder):
    program = PROGRAM.replace("{ROOT}", str(ROOT))
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1])


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image).astype(float)


def test_it_is_a_target_of_recipes(found):
    assert found["targets"] == [
        "tile",
        "sphere",
        "hyperbolic",
        "spiral",
        "frieze",
        "rosette",
        "mesh",
        "ribbon",
    ]


def test_it_has_a_command_with_the_options_of_all_and_no_others(found):
    code, text = found["said"]["--help"]
    assert code == 0 and "Paint a strip that repeats." in text
    code, text = found["said"]["ribbon --help"]
    assert code == 0 and "--group" in text and "--style" in text
    assert "--repeat" not in text and "--projection" not in text


def test_its_groups_are_listed_with_a_command_that_paints_them(found):
    (row,) = json.loads(found["said"]["groups --space strip --json"][1])
    assert (row["name"], row["command"]) == ("p111", "service ribbon --group p111")
    assert [(row["name"], row["space"]) for row in found["groups"]] == [("p111", "strip")]


def test_another_spaces_group_is_refused(found):
    code, text = found["said"]["ribbon -g p1 --steps 1"]
    assert code == 2 and "p1 is a group of space 'plane', not 'strip'" in text


def test_a_preview_has_its_symmetry(found, folder):
    assert found["said"]["preview p111 -c 3a --size 96 -o preview.png"][0] == 0
    picture = pixels(folder / "preview.png")
    assert picture.shape == (PERIOD, SIZE, 3)
    first, second = picture[:, :PERIOD], picture[:, PERIOD : 2 * PERIOD]
    assert np.abs(first - second).max() > 30  # other colours


def test_it_paints_and_the_receipt_says_where_the_symmetry_lies(found, folder):
    assert found["said"]["painted"][0] == 0
    receipt = json.loads((folder / "painted.json").read_text())
    assert receipt["recipe"]["target"] == "ribbon" and receipt["projection"] == "strip"
    (step,) = receipt["generators"]
    assert step["matrix"][0] == [1, 0, PERIOD] and step["colour"] != [1, 2, 3]
    assert 0 < receipt["quality"]["symmetry_rms"] < 1.5
    picture = pixels(folder / "painted.png")
    assert np.abs(picture[:, :PERIOD] - picture[:, PERIOD : 2 * PERIOD]).max() > 5


def test_its_colours_may_be_adjusted_while_it_is_painted(found):
    assert found["adjusted"] == "2a"
