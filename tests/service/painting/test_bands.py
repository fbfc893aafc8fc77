"""Pictures that are made in bands of rows: the same however high these are, and looks
at large ones."""

import dataclasses

import numpy as np
import pytest
import torch
from deliveries import CPU, scene_of
from PIL import Image
from test_repainting import recipe_of, run

from geometry.maps.pixel_moves import first_of_each
from geometry.symmetry.colour_frame import ColourFrame
from service.spaces import space
from service.surfaces import glances
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
    monkeypatch.setattr(glances, "GLANCES", (48,))
    for seen in run(recipe):
        small = seen.texture(1000)
        assert small.shape[1] == 48
    assert np.abs(seen.texture(0).astype(int) - picture).max() <= 1
    rows, columns = (2 * side for side in small.shape[:2])
    means = frame[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2, 3).mean((1, 3))
    assert np.corrcoef(small.ravel(), means.ravel())[0, 1] > 0.8
    assert max(seen.texture(20).shape) == 20


@pytest.mark.parametrize("name", ["tile", "sphere"])
def test_a_look_is_made_of_few_pixels(name, monkeypatch):
    monkeypatch.setattr(glances, "GLANCES", (24, 48))
    made = []
    real = glances.make_surface
    monkeypatch.setattr(
        glances,
        "make_surface",
        lambda *given, **how: made.append(given[1]) or real(*given, **how),
    )
    for seen in run(recipe_of(name, size=96, steps=6)):
        for size in (20, 40):
            assert max(seen.texture(size).shape) == size
    assert sorted(made) == [24, 48]  # once for all stages
    assert max(seen.texture(96).shape) == 96 and len(made) == 2


@pytest.mark.parametrize("name", ["sphere", "hyperbolic"])
def test_a_look_may_be_larger_than_what_is_painted(name, monkeypatch):
    """Small stages are looked at by the maps of later ones: this one is 68 pixels wide."""
    seen = {}
    for across in (90, 1000):  # more than the whole painting has: its own maps are taken
        monkeypatch.setattr(glances, "GLANCES", (across,))
        seen[across] = next(run(recipe_of(name, size=96, steps=6))).texture(90)
    assert seen[90].shape[1] == 90 and seen[1000].shape[1] == 68
    own = np.asarray(Image.fromarray(seen[1000]).resize(seen[90].shape[1::-1]))
    assert np.corrcoef(own.ravel(), seen[90].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("name", ["sphere", "disc", "rosette"])
def test_a_rough_look_reads_less_and_shows_the_same(name):
    """Every fourth sub-sample. Colours of neighbours differ by more: a shift would be seen."""
    fine = PICTURES[name]()
    rough = make_surface(fine._design._scene, WIDTH, 2, CPU, rough=True)
    logits = paint(fine)
    made, quick = (surface.picture(logits).astype(int) for surface in (fine, rough))
    many, few = (sum(len(view.points) for view, _ in surface._bands()) for surface in (fine, rough))
    assert few < 0.4 * many
    off, shifted = np.abs(quick - made).mean(), np.abs(np.roll(made, 1, axis=0) - made).mean()
    assert 0 < off < 0.75 * shifted


def test_maps_of_pictures_in_bands_serve_several_stages():
    scene = scene_of("sphere", "432")
    looks = glances.Glances(scene, 1024, CPU)
    sphere, tile = (make_surface(s, WIDTH, 1, CPU) for s in (scene, scene_of("tile", "p4")))

    def across(painted, width, max_size):
        seen = looks.surface(painted, width, max_size)
        return width if seen is painted else seen._design.shape[1]

    assert [across(sphere, width, 512) for width in (182, 256, 362, 512, 724, 1024)] == [
        *(256, 256, 256, 512, 512, 512)
    ]
    assert [across(tile, width, 512) for width in (182, 362, 512, 724)] == [182, 362, 512, 512]
    assert across(sphere, 724, 1024) == 512 and across(sphere, 1024, 1024) == 1024


MOVES = {"sphere": 8, "cube map": 1, "disc": 4, "half-plane": 2, "rosette": 8}


@pytest.mark.parametrize("name", MOVES)
def test_pixels_that_the_symmetry_takes_to_pixels_are_made_once(name):
    design = PICTURES[name]()._design
    assert len(design.moves) == MOVES[name]
    whole = range(design.shape[0])
    first = np.flatnonzero(first_of_each(design.moves, whole, design.shape))
    assert len(first) <= 1.1 * np.prod(design.shape) / MOVES[name]  # more where some stay
    images = np.concatenate([move.numbers(first) for move in design.moves])
    assert np.array_equal(np.unique(images), np.arange(np.prod(design.shape)))


def test_a_mirrored_disc_in_the_colours_of_a_style_is_the_same_to_a_rounding(monkeypatch):
    frame = ColourFrame((0.3, -0.2, 0.1), ((1.0, 0.2, 0.0), (0.1, 0.8, 0.3), (0.0, 0.2, 0.9)))
    scene = scene_of("hyperbolic", "[4,6]+", colouring="2b")
    scene = dataclasses.replace(scene, mirrored=True, style_frame=frame)
    made = []
    for held in (OF_WHOLE, 0):
        monkeypatch.setattr(surfaces, "HELD", held)
        surface = make_surface(scene, WIDTH, 2, CPU)
        made.append(surface.picture(paint(surface)).astype(int))
    off = np.abs(made[0] - made[1])
    assert len(surface._design.moves) == 4 and off.max() <= 1 and (off > 0).mean() < 0.01
