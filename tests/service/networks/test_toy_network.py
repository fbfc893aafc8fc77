"""A network is one row of a table: what is in it is wherever networks are."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toy_network import NETWORK

from blender_addon.offer import catalogue
from service.cli.doctor import machine_findings
from service.describe import describe
from service.inputs.styles import load_styles
from service.networks import NETWORKS
from service.painting.paint import paint
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import make_scene

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    monkeypatch.setitem(NETWORKS, "toy", NETWORK)


def test_it_is_in_the_schema():
    ours, torchvisions = Recipe.model_json_schema()["properties"]["network"]["anyOf"]
    assert {"toy", "auto"} <= set(ours["enum"])
    assert re.search(torchvisions["pattern"], "torchvision:googlenet")
    assert not re.search(torchvisions["pattern"], "googlenet")


def test_it_is_offered_and_in_blenders_menu():
    offer = describe()
    assert {"name": "toy", "title": NETWORK.title, "available": True} in offer["networks"]
    menu = catalogue.menu(catalogue.parse(offer, {}).networks, "squeezenet")
    assert ("toy", NETWORK.title, NETWORK.title) in menu


def test_the_doctor_loads_it():
    assert f"toy loads ({NETWORK.title})" in [found.text for found in machine_findings.networks()]


def test_the_command_line_names_it():
    program = (
        "import sys; sys.path.append('tests');"
        "from toy_network import NETWORK; from service.networks import NETWORKS;"
        "NETWORKS['toy'] = NETWORK;"
        "from service.cli import main; main(['tile', '--help'])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "|toy" in shown.stdout


def test_it_paints():
    def losses(network):
        recipe = parse_recipe(
            {"target": "tile", "group": "p4", "size": 64, "steps": 2, "network": network}
        )
        styles = load_styles(recipe)
        steps = paint(recipe, make_scene(recipe), styles, torch.device("cpu"))
        return [now.loss for now in itertools.islice(steps, 2)]

    first, second = losses("toy")
    assert second["style"] < first["style"]
    assert first["style"] != losses("squeezenet")[0]["style"]
