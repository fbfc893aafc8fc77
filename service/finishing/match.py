"""Match: the mean and the covariance of another picture's colours
(:mod:`geometry.symmetry.colour_transport`)."""

from __future__ import annotations

from typing import Any

from scipy import special

from geometry.symmetry.colour_frame import ColourMoments
from geometry.symmetry.colour_transport import ColourTransport, moments_of
from service.tables.finishing_step import FinishingStep, Seen, Tone

_EDGE = 1 / 512  # half a byte's step: as the other picture's colours are measured


def tone(value: Any, seen: Seen) -> Tone:
    """The least change that gives the picture the colours of the other one."""
    assert seen.picture is not None
    own = ColourMoments.of(special.expit(seen.logits), _EDGE)
    transport = ColourTransport.between(own, moments_of(seen.picture))
    return lambda logits: logits @ transport.linear.T + transport.shift


STEP = FinishingStep(
    name="match",
    title="Match",
    description="A picture whose colours it takes, by mean and covariance: an exemplar or a file.",
    rank=15,
    default=None,
    tone=tone,
    picture=True,
)
