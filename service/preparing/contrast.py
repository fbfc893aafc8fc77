"""Contrast: distances from mid grey, as factors of logits, so that nothing is cut off."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep

_EDGE = 1 / 1024


def change(colours: Array, value: float, picture: Any) -> Array:
    """A stretch of logits."""
    stretched: Array = special.expit(value * special.logit(np.clip(colours, _EDGE, 1 - _EDGE)))
    return stretched


STEP = PreparingStep(
    name="contrast",
    title="Contrast",
    description="How far apart light and dark are: 1 as it is.",
    rank=40,
    default=1.0,
    most=8.0,
    usual=(0.0, 2.0),
    change=change,
)
