"""Palette: the picture in a few colours alone."""

from __future__ import annotations

from typing import Any

from geometry.spaces import Array
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.ink_sets import nearest_ink, permuted_inks
from service.finishing.palette import PATTERN, ink_bytes
from service.tables.preparing_step import PreparingStep


def change(colours: Array, value: str, picture: Any) -> Array:
    """Each pixel in the nearest of these colours, or of as many as are found in it."""
    rows = colours.reshape(-1, 3)
    named = value.startswith("#")
    inks = ink_bytes(value) / 255 if named else permuted_inks(rows, int(value), (IDENTITY,))
    found: Array = inks[nearest_ink(rows, inks)].reshape(colours.shape)
    return found


STEP = PreparingStep(
    name="palette",
    title="Palette",
    description="Its only colours: how many, 2 to 16, or which, as in #1b2a5c,#e8b030.",
    rank=60,
    default=None,
    pattern=PATTERN,
    change=change,
)
