"""Brightness: all logits moved by as much, so that black and white are never cut off."""

from __future__ import annotations

from service.tables.finishing_step import FinishingStep

STEP = FinishingStep(
    name="brightness",
    title="Brightness",
    description="Lighter above 0, darker below: 1 takes mid grey from 50 to 73 %.",
    rank=30,
    default=0.0,
    least=-6.0,
    most=6.0,
    usual=(-2.0, 2.0),
    tone=lambda value, seen: lambda logits: logits + value,
)
