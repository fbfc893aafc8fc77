"""Files that --set names are looked for in the current folder, all others beside the recipe."""

from __future__ import annotations

import json

import pytest

from geometry.errors import InputError
from service.cli.recipe_file import read_recipe

RECIPE = {
    "target": "tile",
    "group": "p2",
    "styles": [{"source": "a.png", "prepare": {"match": "a.png"}}, {"source": "a.png"}],
    "motif": "a.png",
    "finishing": {"match": "a.png"},
}


FILES = {
    "styles.0.source": lambda recipe: recipe.styles[0].source,
    "styles.0.prepare.match": lambda recipe: recipe.styles[0].prepare.used["match"],
    "styles.1.source": lambda recipe: recipe.styles[1].source,
    "motif": lambda recipe: recipe.motif,
    "finishing.match": lambda recipe: recipe.finishing.used["match"],
}


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        *((f"{key}=a.png", {key}) for key in FILES),
        ("style_colours=a.png", set()),
        ('styles.1={"source": "a.png"}', {"styles.1.source"}),
        ('finishing={"match": "a.png"}', {"finishing.match"}),
    ],
)
def test_a_name_that_the_recipe_has_too_stays_the_recipes(change, moved, tmp_path, monkeypatch):
    beside, current = tmp_path / "beside", tmp_path / "current"
    beside.mkdir()
    current.mkdir()
    (beside / "recipe.json").write_text(json.dumps(RECIPE))
    monkeypatch.chdir(current)
    recipe = read_recipe(beside / "recipe.json", [change])
    for key, source in FILES.items():
        folder = current if key in moved else beside
        assert source(recipe) == str(folder / "a.png"), key
    assert recipe.colours_of in (None, str(current / "a.png"))


@pytest.mark.parametrize("place", ["00", "+0", "2", "-1", "\u0660"])
def test_a_place_in_a_list_is_written_in_one_way(place, tmp_path):
    """Were '00' the first style, too, its file would be looked for beside the recipe."""
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE))
    with pytest.raises(InputError, match=r"not a place in a list of 2.*Places: 0 to 1"):
        read_recipe(tmp_path / "recipe.json", [f"styles.{place}.source=a.png"])
