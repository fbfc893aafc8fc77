"""Blur: a Gaussian mean on the surface."""

from __future__ import annotations

from service.tables.finishing_step import FinishingStep

STEP = FinishingStep(
    name="blur",
    title="Blur",
    description="Standard deviation of a blur, in thousandths of the picture's width.",
    rank=10,
    default=0.0,
    most=100.0,
    usual=(0.0, 10.0),
    gaussians=lambda value, width: ((1.0, value),),
)
