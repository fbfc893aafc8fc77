"""Sharpen: what a narrow blur takes away is added once more, and in part or several times (unsharp
masking)."""

from __future__ import annotations

from service.tables.finishing_step import FinishingStep, Gaussian

RADIUS = 2.0  # thousandths of the picture's width, but a pixel at least


def gaussians(amount: float, width: int) -> tuple[Gaussian, ...]:
    """The picture, and by the ``amount`` its difference from a blurred one."""
    return (1 + amount, 0.0), (-amount, max(RADIUS, 1000 / width))


STEP = FinishingStep(
    name="sharpen",
    title="Sharpen",
    description="How much of the finest detail is added once more.",
    rank=11,
    default=0.0,
    most=8.0,
    usual=(0.0, 2.0),
    gaussians=gaussians,
)
