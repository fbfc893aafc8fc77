"""Turn: about the middle; what is then empty is cut off."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import ndimage

from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep


def change(colours: Array, value: float, picture: Any) -> Array:
    """The largest upright rectangle within the turned picture; quarter turns move pixels only."""
    quarters = round(value / 90)
    colours = np.rot90(colours, quarters)
    rest = math.radians(value - 90 * quarters)
    if abs(rest) < 1e-9:
        return colours
    turned = ndimage.rotate(colours, math.degrees(rest), reshape=False, order=3, mode="nearest")
    height, width = colours.shape[:2]
    rows, columns = _within(height, width, abs(rest))
    top, left = (height - rows) // 2, (width - columns) // 2
    found: Array = turned[top : top + rows, left : left + columns]
    return found


def _within(height: int, width: int, angle: float) -> tuple[int, int]:
    """(rows, columns) of the largest upright rectangle in one that is turned by up to 45°."""
    s, c = math.sin(angle), math.cos(angle)
    long, short = max(height, width), min(height, width)
    if short <= 2 * s * c * long:  # two corners lie on the long sides
        along, across = short / (2 * s), short / (2 * c)
        found = (across, along) if width >= height else (along, across)
    else:
        cos2 = c * c - s * s
        found = (height * c - width * s) / cos2, (width * c - height * s) / cos2
    rows, columns = (max(1, math.floor(side)) for side in found)
    return min(rows, height), min(columns, width)


STEP = PreparingStep(
    name="turn",
    title="Turn",
    description="Degrees counterclockwise; the corners that are then empty are cut off.",
    rank=11,
    default=0.0,
    least=-180.0,
    most=180.0,
    usual=(-180.0, 180.0),
    change=change,
)
