"""Contrast: distances from the middle of the colours, which every colour rule keeps: of mid grey
or, where a rule acts in a style's colours, of their mean. It is a factor of logits, so that no
colour is cut off, and commutes with all rules."""

from __future__ import annotations

import numpy as np

from service.tables.finishing_step import FinishingStep, Seen, Tone


def tone(value: float, seen: Seen) -> Tone:
    """A stretch about the mean of the frame."""
    middle = np.array(seen.frame.mean)
    return lambda logits: middle + value * (logits - middle)


STEP = FinishingStep(
    name="contrast",
    title="Contrast",
    description="How far apart light and dark are: 1 as painted.",
    rank=31,
    default=1.0,
    most=8.0,
    usual=(0.0, 2.0),
    tone=tone,
)
