"""Denoise: a guided filter, which smooths what differs little and keeps edges (K. He, J. Sun, X.
Tang, "Guided image filtering", 2010), each channel its own guide."""

from __future__ import annotations

from typing import Any

from scipy import ndimage

from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep

_RADIUS = 3  # pixels
_LARGEST = 0.15  # of a colour: steps that a value of 1 takes for noise


def change(colours: Array, value: float, picture: Any) -> Array:
    """Each pixel as a line of its window says, which is the flatter the less there is in it."""

    def mean(x: Array) -> Array:
        side = 2 * _RADIUS + 1
        found: Array = ndimage.uniform_filter(x, (side, side, 1), mode="reflect")
        return found

    means = mean(colours)
    variances = mean(colours**2) - means**2
    slopes = variances / (variances + (_LARGEST * value) ** 2)
    return mean(slopes) * colours + mean((1 - slopes) * means)


STEP = PreparingStep(
    name="denoise",
    title="Denoise",
    description="How much grain is smoothed; edges stay.",
    rank=20,
    default=0.0,
    change=change,
)
