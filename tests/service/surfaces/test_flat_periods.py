"""Periods so flat that a network cannot look at one alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces.resolution import LEAST, Windows
from service.surfaces.surface import make_surface

FLAT = {"steps": 2, "size": 64, "quality": "draft"}


@pytest.mark.parametrize(
    ("target", "group", "cell"),
    [
        ("tile", "pgg", {"aspect": 0.125}),
        ("frieze", "p11m", {"aspect": 0.125}),
        ("tile", "p2", {"angle": 15}),
    ],
)
def test_a_flat_period_is_painted(target, group, cell):
    recipe = parse_recipe({"target": target, "group": group, **FLAT, **cell})
    *_, progress = paint(recipe, make_scene(recipe), load_styles(recipe))
    assert progress.step == 2 and progress.texture(0).shape[0] < LEAST


def test_its_views_show_whole_periods():
    recipe = parse_recipe({"target": "tile", "group": "pgg", "size": 64, "aspect": 0.125})
    surface = make_surface(make_scene(recipe), 64, 2, torch.device("cpu"))
    surface.prepare_views(1)
    rows = torch.rand(8 * 64, 3)
    (look,) = surface.look(rows, [0])
    assert look.periodic and look.pixels.shape == (1, 3, LEAST, 64)
    assert torch.equal(look.pixels[:, :, :8], look.pixels[:, :, 8:16])


@pytest.mark.parametrize(
    ("period", "seen"), [((8, 64), (32, 64)), ((31, 33), (62, 33)), ((32, 8), (32, 32))]
)
def test_few_periods_are_enough(period, seen):
    assert Windows.on(period, 1.0).view == seen


def test_a_window_of_a_brick_has_no_cut():
    """Under the border lies the next period, aside: as it is delivered, two periods down."""
    recipe = parse_recipe({"target": "tile", "group": "p1", "angle": 75, "size": 64})
    twice = recipe.model_copy(update={"repeat": "1x2"})
    surface = make_surface(make_scene(recipe), 64, 8, torch.device("cpu"))
    surface.prepare_views(1)
    torch.manual_seed(1)
    paint = torch.randn(math.prod(surface.canvas_shape), 3)
    whole = make_surface(make_scene(twice), 64, 8, torch.device("cpu"))
    picture, _ = whole._design.trimmed(whole.delivered(paint))
    height, width = surface._design.shape
    assert picture.shape == (2 * height, width, 3)
    for number, (down, across) in enumerate(surface._windows._corners[:8]):
        (look,) = surface.look(paint, [number])
        rows = np.roll(picture, -across, 1)[down : down + height]
        seen = look.pixels[0].permute(1, 2, 0).numpy() * 255
        assert np.abs(seen - rows).max() <= 0.51
