"""White balance: the mean colour is made grey (the grey-world assumption), in light."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.spaces import Array
from service.tables.preparing_step import PreparingStep


def change(colours: Array, value: float, picture: Any) -> Array:
    """The channels of light scaled until their means agree, or a part of the way there."""
    light = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    means = np.maximum(light.mean(axis=(0, 1)), 1e-4)
    light = np.clip(light * (means.mean() / means) ** value, 0, 1)
    encoded: Array = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return encoded


STEP = PreparingStep(
    name="white_balance",
    title="White Balance",
    description="How far a colour cast is taken away: 1 makes the mean colour grey.",
    rank=30,
    default=0.0,
    change=change,
)
