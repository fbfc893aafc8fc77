"""docs/dreams.md: its text is current, and its commands paint what its recipes do."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from recipes.make_dreams import COLUMNS, DOCS, LIKE, ROWS, SIDE, command, page, recipes
from recipes.showing import ball
from service.cli import main
from service.cli.recipe_file import read_recipe

PAINTED = recipes()
ON_MESHES = [name for name, file in PAINTED.items() if file.parent.name == "meshes"]
TYPED = [name for name in PAINTED if name not in ON_MESHES]


def test_the_page_is_current():
    assert (DOCS / "dreams.md").read_text(encoding="utf-8") == page(), (
        "python -m recipes.make_dreams --page"
    )


def test_every_recipe_has_a_picture_and_every_cell_of_the_sheet_a_recipe():
    pictures = {file.stem for file in (DOCS / "images" / "dreams").glob("*.jpg")}
    assert pictures == set(PAINTED)
    cells = [row.split(", ") for row in ROWS.values()]
    targets = [[read_recipe(PAINTED[name]).target for name in row] for row in cells]
    assert targets == [list(COLUMNS)] * len(ROWS)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in LIKE else ()) for name in TYPED],
)
def test_commands_paint_the_recipes(name, monkeypatch):
    """Of those like a picture: the survey finds again what the recipe names."""
    asked = []
    monkeypatch.setattr(
        "service.cli.painting.painting.paint_to", lambda recipe, *_, **__: asked.append(recipe)
    )
    monkeypatch.chdir(DOCS.parent)
    assert main(shlex.split(command(PAINTED[name]))[1:]) == 0
    shipped = read_recipe(PAINTED[name])
    unsaid = {"network": shipped.network} if name in LIKE else {}  # the one that was surveyed
    assert asked[0].model_copy(update=unsaid) == shipped


@pytest.mark.parametrize("name", ON_MESHES)
def test_recipes_of_meshes_name_what_make_meshes_writes(name):
    recipe = read_recipe(PAINTED[name])
    assert Path(recipe.mesh).resolve() == DOCS.parent.resolve() / "out/meshes/vase.obj"
    assert command(PAINTED[name]).startswith("service mesh out/meshes/vase.obj ")


def test_a_ball_shows_the_side_of_the_picture_s_middle_upright():
    """Longitude 0 is in the middle, east is right, north is up and leans towards us."""
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:32, :, 0] = 255  # north
    picture[:, 64:, 1] = 255  # east
    shown = ball(picture, SIDE).astype(int)
    middle = SIDE // 2
    assert shown[SIDE // 4, middle + 40, 0] > 150 > shown[-SIDE // 8, middle + 40, 0]
    assert shown[middle, middle + 60, 1] > 150 and shown[middle, middle - 60, 1] == 0
    assert shown[middle, middle, 0] > 150  # its equator lies below the middle
    assert (shown[0, 0] > 240).all()
