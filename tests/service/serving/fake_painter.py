"""A painter of a few lines: deterministic grey pictures, one a step, as slow as it is told.

The recipe's ``seed`` is the time of one step in milliseconds. A few group names ask for trouble.
"""

import time

import numpy as np

from geometry.errors import InputError
from service.painting.progress import Progress
from service.serving.painter import Painter

STEPS = 40


def wire_scene(recipe, cameras, buffers):
    if recipe.target == "mesh" and "vertices" not in buffers:
        raise InputError("missing-buffer", "vertices", "The mesh has no vertices.", "Send it.")
    return {name: float(array.sum()) for name, array in buffers.items()}


def paint(recipe, scene, styles):
    steps = recipe.steps or STEPS
    for step in range(1, steps + 1):
        time.sleep(recipe.seed / 1000)
        if recipe.group == "crash":
            raise RuntimeError("as asked")
        if recipe.group == "hang":
            time.sleep(3600)

        def texture(max_size, step=step):
            size = min(recipe.size, max_size or recipe.size)
            return np.full((size, size, 3), step % 256, np.uint8)

        loss = {"style": 1 / step, "odd": float("nan")}
        yield Progress(0, 1, step, steps, loss, 0.1 * step, float("inf"), 0.5 * step, texture, None)


def fake_painter():
    return Painter(
        device=lambda: "cpu",
        describe=lambda: {"groups": [], "styles": ["grey"]},
        load_styles=lambda recipe, buffers: (),
        wire_scene=wire_scene,
        paint=paint,
        finish=lambda recipe, scene, styles, last: (
            last.texture(0),
            {
                "recipe": recipe.model_dump(mode="json"),
                "sums": scene,
                "step": last.step,
                "shape": last.texture(0).shape,
            },
        ),
    )


def broken_painter():
    raise RuntimeError("no torch here")
