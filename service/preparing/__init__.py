"""Steps before the painting, of style pictures: one module for each, whose ``STEP`` is its row of
the table. No torch in here.

What a row says is explained in :mod:`service.tables.preparing_step`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.symmetry.colour_frame import rounded
from service.tables.preparing_step import PreparingStep
from service.tables.rows import rows

STEPS: dict[str, PreparingStep] = {
    row.name: row for row in sorted(rows(__name__, "STEP"), key=lambda step: step.rank)
}


def prepared(
    pixels: NDArray[np.uint8],
    used: Mapping[str, Any],
    pictures: Mapping[str, NDArray[np.uint8]],
) -> NDArray[np.uint8]:
    """A picture (H, W, 3) after steps, {name: value}, in the table's order. pictures: those that
    steps name, by the steps' names. Raises InputError("bad-value") for a crop that leaves
    nothing."""
    if not used:
        return pixels
    colours = pixels / 255
    for name, step in STEPS.items():
        if name in used:
            colours = np.clip(step.change(colours, used[name], pictures.get(name)), 0, 1)
    return rounded(colours)
