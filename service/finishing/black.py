"""Black: the level that becomes black; what was darker is black, too."""

from __future__ import annotations

from scipy import special

from service.tables.finishing_step import DARKEST, FinishingStep, Tone


def tone(value: float, seen: object) -> Tone:
    """Levels from ``value`` to 1 spread over 0 to 1."""
    return lambda logits: special.logit(
        ((special.expit(logits) - value) / (1 - value)).clip(DARKEST, 1 - DARKEST)
    )


STEP = FinishingStep(
    name="black",
    title="Black Level",
    description="The level, of 0 to 1, that becomes black.",
    rank=20,
    default=0.0,
    most=0.95,
    usual=(0.0, 0.5),
    tone=tone,
)
