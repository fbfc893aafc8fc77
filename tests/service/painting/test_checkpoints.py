import functools
import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
import torch
from cases import quick
from hypothesis import given
from hypothesis import strategies as st
from shapes import uv_sphere

from geometry.errors import InputError
from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.checkpoint import Checkpoint, Tally
from service.painting.ladder import stage_plans
from service.painting.paint import paint
from service.recipe.recipe import Recipe
from service.scene import make_scene

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
STEPS = 6  # 3 and 3 in two stages

RECIPES = {
    "tile": {"target": "tile", "group": "p4", "colouring": "2a"},
    "turned over": {"target": "tile", "group": "p4", "chirality": "cw", "seed": 4},
    "not turned over": {"target": "tile", "group": "p4", "chirality": "ccw", "seed": 4},
    "sphere": {"target": "sphere", "group": "332"},
    "hyperbolic": {"target": "hyperbolic", "group": "[4,6]+"},
    "spiral": {"target": "spiral", "group": "spiral3"},
    "mesh": {"target": "mesh", "group": "1"},
    "symmetric mesh": {"target": "mesh", "group": "332", "colouring": "3a"},
}


def recipe_of(name, **changes):
    given = {"size": 92, "steps": STEPS, "views": 2, "style_scale": 0.4, **RECIPES[name]}
    return Recipe(**given | changes)


def run(recipe, resume=None, style=STYLE):
    body = Body(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None
    return paint(recipe, make_scene(recipe, body), [style], CPU, resume=resume)


@functools.cache
def kept(name):
    """(the bytes of a checkpoint after every step, the final texture) of an unbroken run."""
    data = []
    for last in run(recipe_of(name)):
        data.append(last.checkpoint().to_bytes())
    return data, last.texture(0)


def state(checkpoint):
    """All bits of a checkpoint but for the time it took."""
    tally, levels = checkpoint.tally, (c for c in vars(checkpoint).values() if type(c) is tuple)
    head = (checkpoint.recipe, checkpoint.mirrored, tally.stage, tally.stage_step, tally.step)
    arrays = [(level.shape, level.tobytes()) for field in levels for level in field]
    assert len(arrays) >= 8
    return head, tally.megapixels, tally.loss, arrays


@pytest.mark.parametrize("name", quick(RECIPES, "tile", "sphere", "mesh"))
def test_a_painting_goes_on_to_the_very_bits_of_an_unbroken_one(name):
    """Stopped in the first stage, at its last step, at the first step of the next, and later."""
    recipe = recipe_of(name)
    assert [plan.steps for plan in stage_plans(recipe)] == [3, 3]
    data, texture = kept(name)
    for step in (2, 3, 4, 5):
        checkpoint = Checkpoint.from_bytes(data[step - 1])
        steps = []
        for progress in run(recipe, checkpoint):
            steps.append(progress.step)
            now = state(progress.checkpoint())
            assert now == state(Checkpoint.from_bytes(data[progress.step - 1]))
        assert steps == list(range(step, STEPS + 1))
        assert np.array_equal(progress.texture(0), texture)


def test_after_the_last_step_there_is_still_a_picture_to_deliver():
    data, texture = kept("tile")
    last = Checkpoint.from_bytes(data[-1])
    (progress,) = run(recipe_of("tile"), last)
    assert (progress.step, progress.steps, progress.seconds_left) == (STEPS, STEPS, 0)
    assert np.array_equal(progress.texture(0), texture)


def test_checkpoints_disturb_nothing_and_stay_as_they_are():
    """Taken, they are not moved by the steps after them."""
    data, texture = kept("tile")
    painting = run(recipe_of("tile"))
    early = next(painting).checkpoint()
    *_, last = painting
    assert np.array_equal(last.texture(0), texture)
    assert state(early) == state(Checkpoint.from_bytes(data[0]))


def test_one_hand_turns_the_picture_over_and_its_checkpoints_know():
    """The two hands paint alike until the end of the first stage."""
    flags = {
        name: [Checkpoint.from_bytes(x).mirrored for x in kept(name)[0]]
        for name in ("turned over", "not turned over")
    }
    assert flags["not turned over"] == [False] * STEPS
    assert flags["turned over"][:2] == [False] * 2
    assert any(flags["turned over"])


def test_time_and_work_are_counted_on():
    begun = Checkpoint.from_bytes(kept("tile")[0][2])
    begun = replace(begun, tally=replace(begun.tally, seconds=1000.0))
    reports = list(run(recipe_of("tile"), begun))
    assert reports[0].seconds == 1000 and reports[0].loss == begun.tally.loss
    assert all(1000 <= p.seconds < 1300 for p in reports)
    assert reports[0].seconds_left == float("inf")  # nothing was done yet
    assert all(0 < p.seconds_left < 10 for p in reports[1:-1])
    assert reports[-1].megapixels == Checkpoint.from_bytes(kept("tile")[0][-1]).tally.megapixels


def refused(resume, recipe=None, style=STYLE):
    with pytest.raises(InputError) as caught:
        next(run(recipe or recipe_of("tile"), resume, style))
    assert caught.value.code == "bad-checkpoint" and caught.value.field == "checkpoint"
    return caught.value.message


def test_checkpoints_of_other_paintings_are_refused():
    good = Checkpoint.from_bytes(kept("tile")[0][3])
    assert "recipe" in refused(good, recipe_of("tile", seed=1))
    assert "recipe" in refused(good, recipe_of("tile", steps=STEPS + 1))
    assert "styles" in refused(good, style=replace(STYLE, sha256="0ther"))
    for change in ({"step": 3}, {"step": 0}, {"step": -1}, {"step": 99}, {"stage_step": 2}):
        assert "stages" in refused(replace(good, tally=replace(good.tally, **change)))
    first = Checkpoint.from_bytes(kept("tile")[0][0])
    assert "canvas" in refused(replace(good, mean=first.mean))
    assert "canvas" in refused(replace(good, moments=good.moments[:-1]))
    doubles = tuple(level.astype(np.float64) for level in good.squares)
    assert "32-bit" in refused(replace(good, squares=doubles))


def small():
    random = np.random.default_rng(0)
    levels = [
        tuple(random.standard_normal((2, 3, n, n)).astype(np.float32) for n in (8, 4))
        for _ in range(4)
    ]
    tally = Tally(1, 2, 5, 0.1, 0.3, {"style": 1 / 3, "odd": float("inf")})
    return Checkpoint("digest", tally, True, *levels)


SMALL = small().to_bytes()


def test_bytes_hold_all_of_a_checkpoint_and_are_plain_safetensors():
    back = Checkpoint.from_bytes(SMALL)
    assert state(back)[:3] == state(small())[:3] and back.tally == small().tally
    again = Checkpoint.from_bytes(back.to_bytes())  # safetensors sorts its header as it likes
    assert again.to_bytes()[-64:] == SMALL[-64:] and again.tally == back.tally
    tensors = safetensors.numpy.load(SMALL)
    assert set(tensors) == {
        f"{field}.{k}" for field in ("canvas", "mean", "moments", "squares") for k in (0, 1)
    }
    assert np.array_equal(tensors["moments.1"], back.moments[1])


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_damage_anywhere_is_found(place, change):
    damaged = bytearray(SMALL)
    damaged[place] ^= change
    for data in (bytes(damaged), SMALL[:place]):
        with pytest.raises(InputError) as caught:
            Checkpoint.from_bytes(data)
        assert caught.value.code == "bad-checkpoint"


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data):
    with pytest.raises(InputError, match="checkpoint"):
        Checkpoint.from_bytes(data)


def test_files_that_are_safetensors_but_no_checkpoints_are_refused():
    tensors = safetensors.numpy.load(SMALL)
    header = json.loads(SMALL[8 : 8 + int.from_bytes(SMALL[:8], "little")])
    words = header["__metadata__"]
    fewer = {name: tensor for name, tensor in tensors.items() if name != "mean.1"}
    for these, metadata in [
        (tensors, None),
        (tensors, {}),
        (tensors, {**words, "state": "["}),
        (fewer, words),
        ({**tensors, "canvas.2": tensors["canvas.1"]}, words),
        ({**tensors, "canvas.1": tensors["mean.1"]}, words),
    ]:
        with pytest.raises(InputError) as caught:
            Checkpoint.from_bytes(safetensors.numpy.save(these, metadata))
        assert caught.value.code == "bad-checkpoint"
