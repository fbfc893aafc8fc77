"""Hue: colours turned about the line of light and dark (:mod:`service.finishing.saturation`)."""

from __future__ import annotations

import math

import numpy as np

from geometry.symmetry.colour_frame import on_hues
from service.tables.finishing_step import FinishingStep, Seen, Tone


def tone(value: float, seen: Seen) -> Tone:
    """A turn by ``value`` degrees."""
    c, s = math.cos(math.radians(value)), math.sin(math.radians(value))
    return on_hues(seen.frame, np.array([[1, 0, 0], [0, c, -s], [0, s, c]]))


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
