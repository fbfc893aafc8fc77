"""Windows on tiles and friezes that are too large to be seen at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from service.inputs.styles import load_styles
from service.painting import looking
from service.painting.easel import Easel
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces import resolution
from service.spaces.resolution import Windows
from service.surfaces.surface import make_surface
from service.surfaces.windows import WindowsOn

CPU = torch.device("cpu")


def surface_of(group, size, target="tile"):
    recipe = parse_recipe({"target": target, "group": group, "size": size})
    surface = make_surface(make_scene(recipe), size, 8, CPU)
    surface.prepare_views(3)
    return surface


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(resolution, "WHOLE", 64 * 64)
    monkeypatch.setattr(resolution, "WINDOW", 64)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("target", "group", "windows"),
    [("tile", "p1", 16), ("tile", "p2", 8), ("tile", "p4", 4), ("frieze", "p1", 9)],
)
def test_all_of_a_large_one_is_seen(target, group, windows):
    surface = surface_of(group, 256, target)
    assert surface.views_a_step == min(windows, 8)
    paint = torch.zeros(math.prod(surface.canvas_shape), 3, requires_grad=True)
    for number in range(surface.views):
        (look,) = surface.look(paint, [number])
        assert look.pixels.shape[-2:] == (64, 64)
        look.pixels.sum().backward()
    assert paint.grad is not None and float(paint.grad.min()) > 0  # no gap between windows


def easel_of(group, size):
    recipe = parse_recipe({"target": "tile", "group": group, "size": size, "network": "squeezenet"})
    network, device = load_network(recipe.network, CPU), CPU
    easel = Easel(recipe, make_scene(recipe), load_styles(recipe), network, device)
    easel.begin(size)
    return easel


@pytest.mark.usefixtures("small")
def test_many_windows_are_seen_in_groups_as_together(monkeypatch):
    """Up to rounding: nothing of a group is kept but its statistics."""
    found = []
    for together in (100, 3):
        monkeypatch.setattr(looking, "TOGETHER", together)
        easel = easel_of("p1", 256)
        losses, pixels = easel.step(0)
        _, logits = easel.surface(full=True)
        found.append((dict(losses), pixels, logits))
    (one, pixels, paint), (other, same, painted) = found
    assert pixels == same == 8 * 64 * 64
    assert one == pytest.approx(other, rel=1e-4)
    assert float((paint - painted).abs().mean()) < 1e-3 < float(paint.std())


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("group", ["p1", "p4"])
def test_steps_look_everywhere_about_as_often(group):
    """Random windows leave some of a tile unseen in as many steps."""
    easel = easel_of(group, 256)
    surface, logits = easel.surface(full=True)
    logits.requires_grad_()
    for number in range(8):
        looks = surface.look(logits, easel._chosen(number))
        torch.cat([look.pixels for look in looks]).sum().backward()
    assert logits.grad is not None
    often = logits.grad[:, 0] / logits.grad[:, 0].mean()
    assert float(often.min()) > 0.3 and float(often.max()) < 1.8


def test_windows_show_what_a_rolled_torus_shows():
    torus, view = (7, 11), (5, 8)
    windows = WindowsOn(Windows(torus, view, 3, 0, show_all=False), 1)
    windows.prepare(2)
    which = range(windows.count)
    image = torch.rand(1, 2, *torus, dtype=torch.float64, requires_grad=True)
    seen = windows.seen(image, which)
    corners = Windows(torus, view, 3, 0, show_all=False).corners(
        np.random.default_rng(2).random(2), np.array(which)
    )
    rolled = [
        image.roll((-down, -across), (2, 3))[..., : view[0], : view[1]]
        for down, across in corners.tolist()
    ]
    assert torch.equal(seen, torch.cat(rolled))
    weights = torch.rand_like(seen)
    (gradient,) = torch.autograd.grad((seen * weights).sum(), image)
    (expected,) = torch.autograd.grad((torch.cat(rolled) * weights).sum(), image)
    torch.testing.assert_close(gradient, expected)


def test_a_small_tile_is_seen_whole():
    surface = surface_of("p1", 128)
    assert surface.views_a_step == 1 and surface.views == 8
    (look,) = surface.look(torch.zeros(math.prod(surface.canvas_shape), 3), [5])
    assert look.pixels.shape[-2:] == (128, 128) and look.periodic
    assert np.isclose(float(look.pixels.mean()), 0.5)
