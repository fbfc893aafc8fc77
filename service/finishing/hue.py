"""Hue: colours turned about the line of light and dark (:mod:`service.finishing.saturation`)."""

from __future__ import annotations

import math

import numpy as np

from geometry.symmetry.colour_frame import light_and_hues
from service.tables.finishing_step import FinishingStep, Seen, Tone


def tone(value: float, seen: Seen) -> Tone:
    """A turn by ``value`` degrees."""
    axes, middle = light_and_hues(seen.frame)
    c, s = math.cos(math.radians(value)), math.sin(math.radians(value))
    linear = axes @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ np.linalg.inv(axes)
    return lambda logits: middle + (logits - middle) @ linear.T


STEP = FinishingStep(
    name="hue",
    title="Hue",
    description="All hues turned, in degrees: 120 makes red green.",
    rank=41,
    default=0.0,
    least=-180.0,
    most=180.0,
    usual=(-180.0, 180.0),
    tone=tone,
)
