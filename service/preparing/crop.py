"""Crop: a part of the picture."""

from __future__ import annotations

from typing import Any

from geometry.errors import InputError
from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep

_PART = r"(0(\.\d{1,6})?|1(\.0{1,6})?)"


def change(colours: Array, value: str, picture: Any) -> Array:
    """What lies between left, top, right and bottom, parts of width and height."""
    left, top, right, bottom = map(float, value.split(","))
    height, width = colours.shape[:2]
    found = colours[
        round(top * height) : round(bottom * height), round(left * width) : round(right * width)
    ]
    if not found.size:
        raise InputError(
            "bad-value",
            "styles.prepare.crop",
            f"Nothing of the picture is within {value}.",
            "Write left,top,right,bottom, as in 0.25,0,1,0.5.",
        )
    return found


STEP = PreparingStep(
    name="crop",
    title="Crop",
    description="What is kept: left,top,right,bottom from 0 to 1, as in 0.25,0,1,0.5.",
    rank=10,
    default=None,
    pattern=rf"{_PART},{_PART},{_PART},{_PART}",
    change=change,
)
