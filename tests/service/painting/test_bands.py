"""Pictures that are made in bands of rows: the same however high these are, and looks
at large ones."""

import numpy as np
import pytest
import torch
from deliveries import CPU, scene_of
from test_repainting import recipe_of, run

from service.painting import studio
from service.spaces import space
from service.surfaces import surface as surfaces
from service.surfaces.surface import make_surface

WIDTH = 72
OF_WHOLE = 1 << 30


def surface_of(target, group, colouring="none", **fields):
    scene = scene_of(target, group, colouring=colouring, **fields)
    return make_surface(scene, WIDTH, 2, CPU)


def paint(surface):
    texels = int(np.prod(surface.canvas_shape))
    return 2 * torch.randn(texels, 3, generator=torch.Generator().manual_seed(0))


PICTURES = {
    "sphere": lambda: surface_of("sphere", "432", "2a"),
    "cube map": lambda: surface_of("sphere", "332", projection="cube"),
    "octahedral map": lambda: surface_of("sphere", "1", projection="octahedral"),
    "disc": lambda: surface_of("hyperbolic", "[4,6]+", "2b"),
    "half-plane": lambda: surface_of("hyperbolic", "[7,3]", model="halfplane"),
    "rosette": lambda: surface_of("rosette", "D4"),
    "spiral": lambda: surface_of("spiral", "spiral3", "2a"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_bands_make_the_same_picture_as_all_at_once(name, monkeypatch):
    made = {}
    # all at once; seven rows after the other, kept or not
    for kind, band, held in [("whole", OF_WHOLE, OF_WHOLE), ("kept", 500, OF_WHOLE), ("", 500, 0)]:
        monkeypatch.setattr(space, "BAND", band)
        monkeypatch.setattr(surfaces, "HELD", held)
        surface = PICTURES[name]()
        design, logits = surface._design, paint(surface)
        assert (len(design.bands) == 1) == (kind == "whole") and surface.is_large == (held == 0)
        drawn = np.random.default_rng(1).normal(size=(np.prod(design.chart_shape), 3))
        picture = surface.picture(logits)
        assert picture.shape == (*design.shape, 3) and picture.std() > 10
        assert np.array_equal(surface.picture(logits), picture)
        made[kind] = picture, design.trimmed(picture)[0], design.bake(drawn)
    for kind in ("kept", ""):
        for whole, banded in zip(made["whole"], made[kind], strict=True):
            off = np.abs(whole.astype(int) - banded)
            # a large spiral is made in single precision
            few = 1e-3 if (name, kind) == ("spiral", "") else 0
            assert off.max() <= 1 and (off > 0).mean() <= few


@pytest.mark.parametrize("name", ["sphere", "hyperbolic", "spiral"])
def test_looks_at_a_large_picture_are_small_and_change_nothing(name, monkeypatch):
    recipe = recipe_of(name, size=96, steps=3)
    *_, last = run(recipe)
    picture, frame = last.texture(0), last.texture(1000)
    monkeypatch.setattr(surfaces, "HELD", 0)
    monkeypatch.setattr(studio, "GLANCE", 48)
    for seen in run(recipe):
        small = seen.texture(1000)
        assert small.shape[1] == 48
    assert np.abs(seen.texture(0).astype(int) - picture).max() <= 1
    rows, columns = (2 * side for side in small.shape[:2])
    means = frame[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2, 3).mean((1, 3))
    assert np.corrcoef(small.ravel(), means.ravel())[0, 1] > 0.8
    assert max(seen.texture(20).shape) == 20
