"""Saturation: distances from the line of light and dark, which is grey's or, where a colour rule
acts in a style's colours, their axis that is nearest to it."""

from __future__ import annotations

import numpy as np

from geometry.symmetry.colour_frame import on_hues
from service.tables.finishing_step import FinishingStep, Seen, Tone


def tone(value: float, seen: Seen) -> Tone:
    """Hues stretched, light and dark as they are."""
    return on_hues(seen.frame, np.diag([1.0, value, value]))


STEP = FinishingStep(
    name="saturation",
    title="Saturation",
    description="How colourful it is: 0 is grey, 1 as painted.",
    rank=40,
    default=1.0,
    most=8.0,
    usual=(0.0, 2.0),
    tone=tone,
)
