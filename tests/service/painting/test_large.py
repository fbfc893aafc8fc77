"""Tiles and friezes painted window by window, with the size from which they are made small."""

from __future__ import annotations

import dataclasses
import errno

import numpy as np
import pytest
import torch
from test_repainting import CPU, STYLE, recipe_of, run, scene_of

from geometry.errors import InputError
from service import room
from service.blocks import ground, iterate, sheets, sizes
from service.blocks.boxes import Box
from service.blocks.pyramid import Pyramid
from service.painting import large
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Paint
from service.painting.large import LargeEasel
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.reporting.quality import measure_quality
from service.scene import make_scene
from service.spaces import SPACES, resolution
from service.surfaces.surface import make_surface

SIZE, STEPS = 96, 6


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_SIZE", 80)
    monkeypatch.setattr(large, "GLANCES", (48,))
    monkeypatch.setattr(ground, "TAPER", 8)
    monkeypatch.setattr(resolution, "WHOLE", 2000)
    monkeypatch.setattr(resolution, "WINDOW", 64)


def wide(**fields):
    return recipe_of("tile", **{"colouring": "none", "size": SIZE, "steps": STEPS, **fields})


KINDS = [
    {},
    {"target": "frieze", "group": "p2mg"},
    {"target": "frieze", "group": "p11g", "colouring": "2a", "colours": "rgb", "repeat": "2x1"},
    {"target": "frieze", "group": "p1", "aspect": 0.125},
]


@pytest.mark.parametrize("fields", KINDS)
def test_its_symmetry_is_exact_and_looking_changes_nothing(fields):
    recipe = wide(**fields)
    *_, last = run(recipe)
    picture = last.texture(0)
    quality = measure_quality(picture, scene_of(recipe).design(SIZE).picture_frame())
    assert all(error.exact for error in quality.symmetry)
    assert picture.std() > 10
    assert picture.shape[:2] == scene_of(recipe).design(SIZE).shape
    for looked_at in run(recipe):
        frame = looked_at.texture(32)
        assert max(frame.shape) <= 32
        assert looked_at.texture(1000).shape[1] == 48
    assert np.array_equal(looked_at.texture(0), picture)
    small = np.asarray(looked_at.texture(1000), float)
    assert np.corrcoef(small.ravel(), picture[::2, ::2].astype(float).ravel())[0, 1] > 0.8


@pytest.mark.parametrize("fields", KINDS[:2])
def test_it_goes_on_from_a_checkpoint_to_the_very_bits(fields):
    recipe = wide(**fields)
    *_, whole = run(recipe)
    for number, progress in enumerate(run(recipe)):
        if number == 3:
            data = progress.checkpoint().to_bytes()
    *_, last = run(recipe, resume=Checkpoint.from_bytes(memoryview(data)))
    assert np.array_equal(last.texture(0), whole.texture(0))
    with pytest.raises(InputError, match=r"damaged|cannot be read"):
        Checkpoint.from_bytes(data[:-8])


def test_in_files_it_is_the_same_to_the_very_bits(monkeypatch):
    for module in (sheets, sizes, iterate):
        monkeypatch.setattr(module, "BLOCK", 32)
    *_, wanted = run(wide())
    monkeypatch.setattr(sizes, "IN_MEMORY", 3 * SIZE**2 * 3)  # between the moments and the rest
    made, start = [], sheets.Sheet.__init__

    def noted(sheet, *about):
        start(sheet, *about)
        made.append(sheet)

    monkeypatch.setattr(sheets.Sheet, "__init__", noted)
    for number, progress in enumerate(run(wide())):
        if number == 3:
            data = progress.checkpoint().to_bytes()
    kinds = {x.dtype: type(x._store) for x in made if x.size == (SIZE, SIZE)}
    assert kinds == {torch.float32: sheets._File, torch.bfloat16: sheets._Memory}
    *_, resumed = run(wide(), resume=Checkpoint.from_bytes(data))
    for last in (progress, resumed):
        assert np.array_equal(last.texture(0), wanted.texture(0))
        assert np.array_equal(last.paint().logits, wanted.paint().logits)


def test_a_window_on_a_metamorphosis_knows_how_far_along_it_is():
    styles = [{"source": name} for name in ("stained_glass", "woodcut_waves")]
    recipe = wide(target="frieze", group="p11g", metamorphosis=True, styles=styles)
    scene = scene_of(recipe)
    design, surface = scene.design(SIZE), make_surface(scene, SIZE, 3, CPU)
    surface.prepare_views(1)
    easel = LargeEasel(recipe, scene, [STYLE, STYLE], load_network("squeezenet", CPU))
    easel.begin(SIZE)
    canvas = torch.from_numpy(easel.paint().logits).float().reshape(-1, 3)
    paint = [Pyramid(easel._iterate.levels, easel._iterate.phases, design.chart_shape[1:])]
    for number, (top, left) in enumerate(surface._windows._corners[:5].tolist()):
        box = Box(top, left, *design.windows.view)
        pane = dataclasses.replace(easel._ground.pane(0), box=box)
        found = pane.look(pane.read(paint))
        (wanted,) = surface.look(canvas, [number])
        assert found.pixels.shape[-1] < SIZE
        torch.testing.assert_close(found.pixels, wanted.pixels, rtol=0, atol=1e-3)
        assert torch.equal(found.along, wanted.along)


def test_a_painting_finished_early_is_delivered_at_full_size():
    first = next(run(wide()))
    assert first.stages > 1
    assert first.texture(0).shape[1] == SIZE
    assert first.paint().logits.shape[1:3] == (SIZE, SIZE)


def fill_the_disk(monkeypatch, room):
    """While a painting grows: ``room`` for so many files."""
    monkeypatch.setattr(sizes, "IN_MEMORY", 0)
    reserve, left, grow = sheets._reserve, [], LargeEasel.enter

    def filling_up(file, total):
        if left and not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[:] = [files - 1 for files in left]
        reserve(file, total)

    def grow_with_little_room(studio, *where):
        left[:] = [room]
        grow(studio, *where)

    monkeypatch.setattr(sheets, "_reserve", filling_up)
    monkeypatch.setattr(LargeEasel, "enter", grow_with_little_room)


def shows_what_it_did(steps):
    """Whether a painting that finds no room to grow is what it was before."""
    with pytest.raises(InputError, match="No space left on device"):
        for last in steps:
            before, paint = last.texture(0).astype(int), last.paint().logits.astype(float)
    assert last.step < last.steps and before.std() > 3
    change = np.abs(last.texture(0) - before).mean(), np.abs(last.paint().logits - paint).mean()
    return change[0] < 0.5 and change[1] < 0.02


@pytest.mark.parametrize("room", [0, 1, 2, 5, 9])
def test_a_disk_that_fills_up_while_it_grows_costs_nothing(monkeypatch, room):
    """Room for some levels, or for parts of one."""
    fill_the_disk(monkeypatch, room)
    assert shows_what_it_did(run(wide()))


def test_what_is_kept_of_a_painting_finished_early_is_what_it_shows():
    recipe = wide(group="p1")
    first = next(run(recipe))
    surface = make_surface(scene_of(recipe), SIZE, 1, CPU)
    shown = surface.delivered(torch.from_numpy(first.paint().logits).float().reshape(-1, 3))
    assert np.abs(shown - first.texture(0).astype(int)).max() <= 1


@pytest.mark.parametrize("fields", KINDS[:2])
def test_a_small_painting_goes_on_at_a_large_size(fields):
    *_, small = run(wide(size=64, **fields))
    before = small.texture(0)
    kept = Paint.from_bytes(small.paint().to_bytes(half=True))
    *_, last = run(wide(size=128, **fields), before=kept)
    found = last.texture(0)
    rows, columns = before.shape[:2]
    assert found.shape == (2 * rows, 2 * columns, 3)
    halved = found.reshape(rows, 2, columns, 2, 3).mean((1, 3))
    assert np.corrcoef(halved.ravel(), before.astype(float).ravel())[0, 1] > 0.9


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": "frieze", "group": "p1", "motif": "cat.png"}, "4096 pixels wide at most"),
        ({"target": "sphere", "group": "532", "motif": "cat.png"}, "4096 pixels wide at most"),
        ({"target": "tile", "group": "p6"}, "4096 pixels wide at most"),
        ({"target": "tile", "group": "p4", "torus_map": "{4,4}2,1"}, "texels are no pixels"),
    ],
)
def test_what_cannot_be_so_large_is_refused(fields, message):
    with pytest.raises(InputError, match=message) as caught:
        make_scene(parse_recipe({**fields, "size": 8192}))
    assert caught.value.field == "size"


def test_tiles_and_friezes_are_largest_of_all():
    largest = {"target": "tile", "group": "p1", "size": 16384}
    assert make_scene(parse_recipe(largest)).design(16384).shape == (16384, 16384)
    with pytest.raises(InputError, match="at most 16384"):
        parse_recipe({**largest, "size": 16385})
    for more in ({"repeat": "2x1"}, {"cut": "cell"}):  # what is held twice
        with pytest.raises(InputError, match="This picture would have"):
            make_scene(parse_recipe({**largest, **more}))
    strip = {**largest, "target": "frieze"}
    design = make_scene(parse_recipe(strip)).design(16384)
    assert design.shape == (8192, 16384)
    with pytest.raises(InputError, match="67 million pixels"):
        design.figure()
    with pytest.raises(InputError, match="This picture would have 32768 × 8192 pixels"):
        make_scene(parse_recipe({**strip, "repeat": "2x1"}))
    assert make_scene(parse_recipe({**strip, "size": 8192, "repeat": "2x1"}))


def test_what_is_made_in_windows_or_bands_is_that_large():
    large = {target for target, space in SPACES.items() if space.largest > 4096}
    assert large == {"tile", "frieze", "sphere", "hyperbolic", "spiral", "rosette", "mesh"}
