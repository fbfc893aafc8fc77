"""Dither: between two inks their pixels are mixed, by thresholds that have the picture's
symmetry."""

from __future__ import annotations

from service.tables.finishing_step import FinishingStep

STEP = FinishingStep(
    name="dither",
    title="Dither",
    description="How much pixels of two inks mix to the colours between them; 0: flat inks.",
    rank=61,
    default=0.0,
    targets=("tile", "frieze"),  # whose texels are pixels, see service.finisher
)
