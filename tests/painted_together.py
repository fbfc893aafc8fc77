"""What the ranks of a test paint: in a module of its own, as every process of them imports it."""

import os

import numpy as np
import torch
from shapes import uv_sphere

from geometry.errors import InputError
from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.paint import paint
from service.ranks.ranks import ALONE
from service.recipe.recipe import Recipe
from service.scene import make_scene

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
RECIPES = {
    "sphere": {"target": "sphere", "group": "222"},  # two views a step
    "tile": {"target": "tile", "group": "p4", "colouring": "2a"},  # one view a step
    "mesh": {"target": "mesh", "group": "1", "objective": {"seam": 20}},
}
STEPS = 3


def recipe_of(name):
    same = {"precision": "float32", "size": 64, "steps": STEPS, "views": 3, "style_scale": 0.4}
    return Recipe(**same, **RECIPES[name])


def paint_all(device, ranks=ALONE, steering=()):
    """The name of each recipe with the Progress of every step. ``steering``: of the first."""
    for name in RECIPES:
        recipe = recipe_of(name)
        body = Body(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None
        own = steering if name == "sphere" else []
        for progress in paint(
            recipe, make_scene(recipe, body), [STYLE], device, steering=own, ranks=ranks
        ):
            yield name, progress


def process_numbers(device, ranks, steering=()):
    """Only the first rank's is seen, again and again."""
    while True:
        ranks.agree(steering)
        yield os.getpid()


def refused(device, ranks, steering=()):
    """All ranks but the first find that something cannot be used."""
    ranks.agree(steering)
    if not ranks.once(torch.ones(1, requires_grad=True)).requires_grad:
        raise InputError("bad-weights", "weights", "They are broken.")
    yield from process_numbers(device, ranks)


def without_memory(device, ranks, steering=()):
    """All ranks but the first, whose paint keeps its gradient, run out of it."""
    ranks.agree(steering)
    if not ranks.once(torch.ones(1, requires_grad=True)).requires_grad:
        raise MemoryError
    yield from process_numbers(device, ranks)
