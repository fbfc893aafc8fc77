import functools

import numpy as np
import pytest
import torch
from shapes import uv_sphere

from service.model import Model
from service.painting.checkpoint import Checkpoint
from service.painting.paint import paint, stage_plans
from service.recipe import Recipe
from service.scene import StylePicture, make_scene

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
STEPS = 6  # 3 and 3 in two stages

RECIPES = {
    "tile": {"target": "tile", "group": "p4", "colouring": "2a"},
    "turned over": {"target": "tile", "group": "p4", "chirality": "cw"},
    "not turned over": {"target": "tile", "group": "p4", "chirality": "ccw"},
    "sphere": {"target": "sphere", "group": "332"},
    "hyperbolic": {"target": "hyperbolic", "group": "[4,6]+"},
    "spiral": {"target": "spiral", "group": "spiral3"},
    "mesh": {"target": "mesh", "group": "1"},
    "symmetric mesh": {"target": "mesh", "group": "332", "colouring": "3a"},
}


def recipe_of(name, **changes):
    return Recipe(**{"size": 92, "steps": STEPS, "views": 2, **RECIPES[name], **changes})


def run(recipe, resume=None, style=STYLE):
    body = Model(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None
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
    assert len(arrays) >= 20
    return head, tally.megapixels, tally.loss, arrays


@pytest.mark.parametrize("name", RECIPES)
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
