"""Paintings finished anew: drafts are near the exact pictures, inks are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from geometry.errors import InputError
from service.anew import Anew
from service.finisher import with_steps
from service.painting.kept import Paint
from service.recipe.parsing import parse_recipe
from service.scene import read_scene
from service.surfaces.surface import make_surface

RECIPE = {"target": "tile", "group": "p4", "size": 64, "styles": [{"source": "night_strokes"}]}


@pytest.fixture(scope="module")
def painted() -> tuple[Any, Anew]:
    """A recipe, and rough paint of it."""
    recipe = parse_recipe(RECIPE)
    scene = read_scene(recipe)
    surface = make_surface(scene, recipe.size, recipe.views, torch.device("cpu"))
    logits = np.random.default_rng(0).normal(size=(*surface.canvas_shape, 3)).astype(np.float32)
    with torch.no_grad():
        picture = surface.delivered(torch.tensor(logits.reshape(-1, 3)))
    return recipe, Anew(recipe, scene, [], Paint(logits, False, picture))


@pytest.mark.parametrize(
    "steps",
    [
        {},
        {"contrast": 1.3, "hue": 40.0},
        {"saturation": 0.0, "black": 0.1, "brightness": 0.5},
        {"sharpen": 0.5, "contrast": 0.8},
    ],
)
def test_drafts_are_near(painted: tuple[Any, Anew], steps: dict[str, float]) -> None:
    recipe, painting = painted
    changed = with_steps(recipe, steps)
    exact = painting.finished(changed).delivered.astype(int)
    draft = painting.draft(changed).astype(int)
    assert draft.shape == exact.shape and np.abs(draft - exact).max() <= 2
    plain = painting.draft(recipe).astype(int)
    assert bool(steps) == bool(np.abs(plain - exact).max() > 10)


def test_drafts_have_inks(painted: tuple[Any, Anew]) -> None:
    recipe, painting = painted
    draft = painting.draft(with_steps(recipe, {"palette": "#102030,#d0c0a0"}))
    assert {tuple(c) for c in draft.reshape(-1, 3)} == {(16, 32, 48), (208, 192, 160)}


def test_a_picture_that_a_client_brings(painted: tuple[Any, Anew]) -> None:
    recipe, painting = painted
    picture = np.full((4, 4, 3), (200, 30, 30), np.uint8)
    picture[:2] = 90, 10, 20
    painting.bring({"buffer:red": picture})
    drafted = painting.draft(with_steps(recipe, {"match": "buffer:red"}))
    assert np.abs(drafted.mean(axis=(0, 1)) - picture.mean(axis=(0, 1))).max() < 12


def test_paint_of_another_size_is_refused(painted: tuple[Any, Anew]) -> None:
    recipe, painting = painted
    paint = Paint(np.zeros((1, 8, 8, 3), np.float32), False)
    with pytest.raises(InputError) as caught:
        Anew(recipe, painting.scene, [], paint).draft(recipe)
    assert caught.value.code == "damaged-paint"
