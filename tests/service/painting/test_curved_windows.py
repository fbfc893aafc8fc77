"""Large spheres, discs, rosettes and spirals are seen through windows at their own magnification,
with the sizes from which they are large made small."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from deliveries import CPU, scene_of
from test_repainting import recipe_of, run

from geometry.spaces import HYPERBOLIC, SPHERE
from service.painting.checkpoint import Checkpoint
from service.spaces import SPACES as ROWS
from service.spaces import resolution
from service.spaces.resolution import WINDOWS_KEPT, views_prepared, windows_a_step
from service.surfaces.kept_views import KeptViews
from service.surfaces.surface import make_surface

SIZE, SIDE = 160, 16
SPACES = {
    "sphere": ("sphere", "222", {}),
    "sphere 11": ("sphere", "11", {}),
    "cube map": ("sphere", "222", {"projection": "cube"}),
    "disc": ("hyperbolic", "[4,6]+", {}),
    "half-plane": ("hyperbolic", "[4,5]+", {"model": "halfplane"}),
    "rosette": ("rosette", "C2", {}),
    "rosette C1": ("rosette", "C1", {}),
    "spiral": ("spiral", "spiral3", {}),
}


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(resolution, "SEEN", 64)
    monkeypatch.setattr(resolution, "WINDOW", SIDE)


def design_of(name, size=SIZE):
    target, group, fields = SPACES[name]
    return scene_of(target, group, **fields).design(size)


def windows_of(design, seed=1):
    """What each of the windows of a stage reads, and how much its pixels count."""
    count = views_prepared(8, design.needed)
    for number in range(count):
        if hasattr(design, "window_on_large"):
            yield design.window_on_large(number, count, seed)
        else:
            view = design.window(number, count, seed)
            yield design.pixel_map(view), view.weight


def texels_read(design, sampling):
    """Of the chart; of a spiral those of the texture itself that are the same to the group."""
    read = np.unique(sampling.indices[sampling.weights > 1e-3])
    if hasattr(design, "texture_shape"):
        read = np.unique(design.kaleidoscope[1].indices[read[read < np.prod(design.texture_shape)]])
    return read


@pytest.mark.parametrize("name", SPACES)
def test_windows_of_a_stage_show_nearly_all_that_the_picture_does(name):
    design = design_of(name)
    patience = ROWS[SPACES[name][0]].patience(None)
    assert design.needed > 1 and design.views_a_step == windows_a_step(design.needed, patience)
    seen = np.unique(
        np.concatenate(
            [
                texels_read(design, sampling.row_subset(np.flatnonzero(weight > 0.1)))
                for sampling, weight in windows_of(design)
            ]
        )
    )
    if hasattr(design, "picture_map"):
        shown = texels_read(design, design.picture_map())
    else:
        shown = texels_read(design, design.fold(design.picture_view().points))
    assert np.isin(shown, seen).mean() > 0.9
    few = [s for s, _ in zip((s for s, _ in windows_of(design)), range(2), strict=False)]
    two = np.concatenate([texels_read(design, sampling) for sampling in few])
    assert np.isin(shown, two).mean() < 0.8  # else the test could not fail


@pytest.mark.parametrize("name", ["sphere", "disc", "half-plane", "rosette"])
def test_pixels_of_windows_are_about_as_large_as_the_picture_s(name):
    design, middle = design_of(name, 320), 320 * 160 + 160
    row, column = (int(x) for x in np.divmod(middle, 320))
    if name == "sphere":
        row = 80  # the equator
    elif name == "half-plane":
        row = 80  # i
    layout = design.picture_frame().layout
    numbers = row * 320 + column + np.arange(2)
    places = layout.points(numbers)[0]
    if name == "rosette":
        places = places / (320 / 2 - 1)
    space = {"sphere": SPHERE}.get(name, HYPERBOLIC)

    def apart(a, b):
        if name == "rosette":
            return np.linalg.norm(a - b, axis=-1)
        return space.distance(a, b)

    pixel = float(apart(places[:1], places[1:])[0])
    for number in range(3):
        view = design.window(number, 8, 3)
        own = view.points[view.starts[:-1][np.diff(view.starts) > 0]]
        steps = apart(own[:-1], own[1:])
        assert 0.4 * pixel < np.median(steps) < 2.2 * pixel


def test_a_small_picture_is_seen_as_it_was():
    for name in SPACES:
        assert design_of(name, 64).needed == 0
    target, group, fields = SPACES["sphere"]
    surface = make_surface(scene_of(target, group, **fields), 64, 5, CPU)
    surface.prepare_views(0)
    assert surface.views == 5 and len(surface.look(*_paint(surface, [0, 4]))) == 2


def _paint(surface, which):
    logits = torch.randn(int(np.prod(surface.canvas_shape)), 3, generator=torch.manual_seed(1))
    return logits, list(which)


@pytest.mark.parametrize("name", ["sphere", "spiral"])
def test_a_window_is_the_same_whenever_it_is_made(name):
    target, group, fields = SPACES[name]
    surface = make_surface(scene_of(target, group, **fields), SIZE, 3, CPU)
    surface.prepare_views(7)
    assert surface.views == views_prepared(3, design_of(name).needed)
    logits, which = _paint(surface, [2, 0])
    first = surface.look(logits, which)
    surface.picture(logits)  # which forgets what a large picture leaves no room for
    for before, after in zip(first, surface.look(logits, which), strict=True):
        assert np.array_equal(before.pixels, after.pixels)
    surface.prepare_views(8)
    assert not np.array_equal(first[0].pixels, surface.look(logits, which)[0].pixels)


@pytest.mark.parametrize(("needed", "seen"), [(0, 0), (1, 1), (8, 8), (9, 8), (100, 50)])
def test_a_step_sees_all_windows_or_half_of_many(needed, seen):
    assert windows_a_step(needed) == seen and windows_a_step(needed, 2) == min(seen, max(8, 25))


@pytest.mark.parametrize("name", ["sphere 11", "rosette C1", "spiral"])
def test_a_step_that_sees_few_of_the_windows_looks_everywhere(name):
    """Not at one part of the picture after the other."""
    target, group, fields = SPACES[name]
    surface = make_surface(scene_of(target, group, **fields), SIZE, 1, CPU)
    surface.prepare_views(3)
    count = surface.views_a_step
    assert count < design_of(name).needed and surface.new_a_step < count
    for first in (0, 40):
        logits = torch.zeros(int(np.prod(surface.canvas_shape)), 3, requires_grad=True)
        looks = surface.look(logits, range(first, first + count))
        torch.stack([look.pixels.sum() for look in looks]).sum().backward()
        seen = (logits.grad[:, 0] > 0.05).float().mean()
        assert seen > 0.4 * count / design_of(name).needed


def test_views_are_kept_where_all_can_be():
    made = []
    kept = KeptViews(lambda number: made.append(number) or number, 5, 2)
    assert kept.get([0, 1]) == [0, 1] and kept.get([1, 4]) == [1, 4]
    assert kept.get([4, 0]) == [4, 0] and made == [0, 1, 4]


def test_of_many_views_those_of_a_step_are_kept():
    made = []
    kept = KeptViews(lambda number: made.append(number) or number, WINDOWS_KEPT + 1, a_step=8)
    step = list(range(8))
    assert kept.get(step) == kept.get(step) == step and made == step
    assert kept.get([30, 7]) == [30, 7]  # the oldest makes room
    made.clear()
    assert kept.get([1, 30]) == [1, 30] and not made
    assert kept.get([0]) == [0] and made == [0]
    kept.fill("abc")
    assert kept.get([2, 0]) == ["c", "a"]
    kept.fill(range(100))  # views of a small picture: all stay
    made.clear()
    assert kept.get([3]) == [3] and kept.get([99, 0]) == [99, 0] and not made


@pytest.mark.parametrize("name", ["sphere", "hyperbolic", "spiral"])
def test_a_painting_through_windows_goes_on_where_it_was(name, monkeypatch):
    monkeypatch.setattr(resolution, "WINDOW", 64)
    recipe = recipe_of(name, size=128, steps=4)
    for last in run(recipe):
        if last.step == 3:
            wire = last.checkpoint().to_bytes()
    *_, resumed = run(recipe, resume=Checkpoint.from_bytes(wire))
    assert np.array_equal(resumed.texture(0), last.texture(0))
    assert last.texture(0).std() > 5
