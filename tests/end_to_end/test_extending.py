"""docs/extending.md to the letter: its package is installed, tested, previewed and painted."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the page's files and what pip writes beside them."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in re.findall(r"\*\*(\S+)\*\*\n\n```\w+\n(.*?)```", PAGE, re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {place}" for name, place in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return folder


def run(folder, *words):
    path = os.pathsep.join((str(folder), str(ROOT)))
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image).astype(float)


def gap(picture, other):
    """RMS difference where tiles are large: in a disc of half the picture's width."""
    side = len(picture)
    y, x = np.mgrid[:side, :side] + 0.5 - side / 2
    return np.sqrt(np.mean((picture - other)[np.hypot(x, y) < side / 4] ** 2))


def test_the_tests_of_the_page_pass(installed):
    done = run(installed, "pytest", "-q", "-p", "no:cacheprovider", "test_circle_limit.py")
    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


@pytest.mark.slow
def test_a_preview_has_the_quarter_turn_of_the_middle_and_nothing_more(installed):
    done = run(installed, "service", "preview", "433", "--size", "256", "-o", "plasma.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("plasma.png  433: ")
    picture = pixels(installed / "plasma.png")
    assert picture.shape == (256, 256, 4)
    assert gap(picture, np.rot90(picture)) < 0.5 < 30 < gap(picture, picture[::-1])


def test_the_page_lists_the_colourings_that_there_are(installed):
    done = run(installed, "service", "colourings", "circle-limit-iii", "--json")
    assert [rule["name"] for rule in json.loads(done.stdout)] == ["none", "3a", "12a"]
    assert "none, 3a and 12a" in PAGE


@pytest.mark.slow
def test_the_group_is_listed_with_a_command_that_paints_it(installed):
    done = run(installed, "service", "groups", "--space", "hyperbolic", "--json")
    command = next(row["command"] for row in json.loads(done.stdout) if row["name"] == "433")
    assert command in PAGE
    small = ["--size", "64", "--steps", "1", "--views", "1", "--style-scale", "0.4"]
    words = [*command.split(), *small, "-o", "fish.png"]
    done = run(installed, *words)
    assert done.returncode == 0, done.stderr
    receipt = json.loads((installed / "fish.json").read_text())
    assert receipt["recipe"]["group"] == receipt["group"]["orbifold"] == "433"
    quarter = next(g["matrix"] for g in receipt["generators"] if g["name"] == "r")
    assert np.allclose(quarter, [[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    picture = pixels(installed / "fish.png")
    assert gap(picture, np.rot90(picture)) < gap(picture, picture[::-1]) / 5
