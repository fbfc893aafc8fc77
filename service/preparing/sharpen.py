"""Sharpen: what a blur of a pixel takes away is added once more (unsharp masking)."""

from __future__ import annotations

from typing import Any

from scipy import ndimage

from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep

_RADIUS = 1.0  # pixels


def change(colours: Array, value: float, picture: Any) -> Array:
    """The picture, and by the value its difference from a blurred one."""
    blurred = ndimage.gaussian_filter(colours, (_RADIUS, _RADIUS, 0), mode="reflect")
    sharper: Array = colours + value * (colours - blurred)
    return sharper


STEP = PreparingStep(
    name="sharpen",
    title="Sharpen",
    description="How much of the finest detail is added once more.",
    rank=50,
    default=0.0,
    most=8.0,
    usual=(0.0, 2.0),
    change=change,
)
