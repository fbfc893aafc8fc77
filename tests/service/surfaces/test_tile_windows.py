"""Windows on a tile that is too large to be seen at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces import plane_design
from service.surfaces.surface import make_surface


def surface_of(group, size):
    recipe = parse_recipe({"target": "tile", "group": group, "size": size})
    surface = make_surface(make_scene(recipe), size, 8, torch.device("cpu"))
    surface.prepare_views(3)
    return surface


@pytest.mark.parametrize(("group", "windows"), [("p1", 16), ("p2", 8), ("p4", 4)])
def test_all_of_a_large_tile_is_seen(group, windows, monkeypatch):
    monkeypatch.setattr(plane_design, "WHOLE", 64 * 64)
    monkeypatch.setattr(plane_design, "WINDOW", 64)
    surface = surface_of(group, 256)
    assert surface.views_a_step == min(windows, plane_design.MOST_WINDOWS)
    paint = torch.zeros(math.prod(surface.canvas_shape), 3, requires_grad=True)
    for number in range(surface.views):
        (look,) = surface.look(paint, [number])
        assert look.pixels.shape[-2:] == (64, 64)
        look.pixels.sum().backward()
    assert paint.grad is not None and float(paint.grad.min()) > 0  # no gap between windows


def test_a_small_tile_is_seen_whole():
    surface = surface_of("p1", 128)
    assert surface.views_a_step == 1 and surface.views == 8
    (look,) = surface.look(torch.zeros(math.prod(surface.canvas_shape), 3), [5])
    assert look.pixels.shape[-2:] == (128, 128) and look.periodic
    assert np.isclose(float(look.pixels.mean()), 0.5)
