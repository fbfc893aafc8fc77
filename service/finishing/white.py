"""White: the level that becomes white; what was lighter is white, too."""

from __future__ import annotations

from scipy import special

from service.tables.finishing_step import DARKEST, FinishingStep, Tone


def tone(value: float, seen: object) -> Tone:
    """Levels from 0 to ``value`` spread over 0 to 1."""
    return lambda logits: special.logit((special.expit(logits) / value).clip(DARKEST, 1 - DARKEST))


STEP = FinishingStep(
    name="white",
    title="White Level",
    description="The level, of 0 to 1, that becomes white.",
    rank=21,
    default=1.0,
    least=0.05,
    usual=(0.5, 1.0),
    tone=tone,
)
