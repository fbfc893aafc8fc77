"""Tiles that are painted window by window, with the size from which they are made small."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_repainting import recipe_of, run, scene_of

from geometry.errors import InputError
from service import room
from service.blocks import folding, iterate, sheets, sizes
from service.painting import large
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Paint
from service.recipe.parsing import parse_recipe
from service.reporting.quality import measure_quality
from service.scene import make_scene
from service.spaces import SPACES, resolution

SIZE, STEPS = 96, 6


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_SIZE", 80)
    monkeypatch.setattr(large, "GLANCES", (48,))
    monkeypatch.setattr(folding, "TAPER", 8)
    monkeypatch.setattr(resolution, "WHOLE", 2000)
    monkeypatch.setattr(resolution, "WINDOW", 64)


def tile(**fields):
    return recipe_of("tile", **{"colouring": "none", "size": SIZE, "steps": STEPS, **fields})


def test_its_symmetry_is_exact_and_looking_changes_nothing():
    recipe = tile()
    *_, last = run(recipe)
    picture = last.texture(0)
    quality = measure_quality(picture, scene_of(recipe).design(SIZE).picture_frame())
    assert all(error.exact for error in quality.symmetry)
    assert picture.std() > 10
    for looked_at in run(recipe):
        frame = looked_at.texture(32)
        assert max(frame.shape) <= 32
        assert looked_at.texture(1000).shape[1] == 48
    assert np.array_equal(looked_at.texture(0), picture)
    small = np.asarray(looked_at.texture(1000), float)
    assert np.corrcoef(small.ravel(), picture[::2, ::2].astype(float).ravel())[0, 1] > 0.8


def test_it_goes_on_from_a_checkpoint_to_the_very_bits():
    *_, whole = run(tile())
    for number, progress in enumerate(run(tile())):
        if number == 3:
            data = progress.checkpoint().to_bytes()
    *_, last = run(tile(), resume=Checkpoint.from_bytes(memoryview(data)))
    assert np.array_equal(last.texture(0), whole.texture(0))
    with pytest.raises(InputError, match=r"damaged|cannot be read"):
        Checkpoint.from_bytes(data[:-8])


def test_in_files_it_is_the_same_to_the_very_bits(monkeypatch):
    for module in (sheets, sizes, iterate, large):
        monkeypatch.setattr(module, "BLOCK", 32)
    *_, wanted = run(tile())
    monkeypatch.setattr(sizes, "IN_MEMORY", 3 * SIZE**2 * 3)  # between the moments and the rest
    made, start = [], sheets.Sheet.__init__

    def noted(sheet, *about):
        start(sheet, *about)
        made.append(sheet)

    monkeypatch.setattr(sheets.Sheet, "__init__", noted)
    for number, progress in enumerate(run(tile())):
        if number == 3:
            data = progress.checkpoint().to_bytes()
    kinds = {x.dtype: type(x._store) for x in made if x.size == (SIZE, SIZE)}
    assert kinds == {torch.float32: sheets._File, torch.bfloat16: sheets._Memory}
    *_, resumed = run(tile(), resume=Checkpoint.from_bytes(data))
    for last in (progress, resumed):
        assert np.array_equal(last.texture(0), wanted.texture(0))
        assert np.array_equal(last.paint().logits, wanted.paint().logits)


def test_a_painting_finished_early_is_delivered_at_full_size():
    first = next(run(tile()))
    assert first.stages > 1
    assert first.texture(0).shape[1] == SIZE
    assert first.paint().logits.shape[1:3] == (SIZE, SIZE)


def test_a_small_painting_goes_on_at_a_large_size():
    *_, small = run(tile(size=64))
    before = small.texture(0)
    kept = Paint.from_bytes(small.paint().to_bytes(half=True))
    *_, last = run(tile(size=128), before=kept)
    found = last.texture(0)
    assert found.shape[1] == 128
    halved = found.reshape(64, 2, 64, 2, 3).mean((1, 3))
    assert np.corrcoef(halved.ravel(), before.astype(float).ravel())[0, 1] > 0.9


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": "frieze", "group": "p1m1"}, "4096 pixels wide at most"),
        ({"target": "sphere", "group": "532", "motif": "cat.png"}, "4096 pixels wide at most"),
        ({"target": "tile", "group": "p6"}, "4096 pixels wide at most"),
        ({"target": "tile", "group": "p4", "torus_map": "{4,4}2,1"}, "texels are no pixels"),
    ],
)
def test_what_cannot_be_so_large_is_refused(fields, message):
    with pytest.raises(InputError, match=message) as caught:
        make_scene(parse_recipe({**fields, "size": 8192}))
    assert caught.value.field == "size"


def test_tiles_are_largest_of_all():
    largest = {"target": "tile", "group": "p1", "size": 16384}
    assert make_scene(parse_recipe(largest)).design(16384).shape == (16384, 16384)
    with pytest.raises(InputError, match="at most 16384"):
        parse_recipe({**largest, "size": 16385})
    for more in ({"repeat": "2x1"}, {"cut": "cell"}):  # what is held twice
        with pytest.raises(InputError, match="This picture would have"):
            make_scene(parse_recipe({**largest, **more}))


def test_what_is_made_in_windows_or_bands_is_that_large():
    large = {target for target, space in SPACES.items() if space.largest > 4096}
    assert large == {"tile", "sphere", "hyperbolic", "spiral", "rosette", "mesh"}
