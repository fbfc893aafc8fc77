"""What the fake painter paints when nothing happens, for what a service delivers to be compared."""

import itertools

import fake_painter
import numpy as np

from service.painting.steering import Adjustment
from service.recipe.parsing import parse_recipe
from service.serving.engines.painter import Attempt


def texture_of(receipt):
    """The texture after so many steps, steered so, as the receipt says; at once."""
    recipe = parse_recipe(receipt["recipe"] | {"seed": 0})
    steering = tuple(Adjustment(entry["step"], entry["changes"]) for entry in receipt["steering"])
    painting = fake_painter.paint(recipe, receipt["sums"], (), Attempt("cpu", steering=steering))
    return next(itertools.islice(painting, receipt["step"] - 1, None)).texture(0)


def finish_as_if_nothing_had_happened(client, job):
    """Let a job go on for some steps, finish it, and compare its texture; the receipt."""
    step = client.frame(job, max_size=8).progress["step"]
    client.frame(job, after=step + 20, max_size=8)
    client.finish(job)
    end = list(client.frames(job, max_size=8))[-1]
    assert end.state == "finished", end.error
    texture, receipt = client.result(job)
    assert receipt["step"] >= step + 20
    np.testing.assert_array_equal(texture, texture_of(receipt))
    return receipt
