"""What buttons and scripts call."""

from __future__ import annotations

from . import batch, dream, fixes, image, install, job, paint, preset, service, style, symmetry

CLASSES = (
    *paint.CLASSES,
    *batch.CLASSES,
    *job.CLASSES,
    *image.CLASSES,
    *fixes.CLASSES,
    *symmetry.CLASSES,
    *style.CLASSES,
    *dream.CLASSES,
    *preset.CLASSES,
    *service.CLASSES,
    *install.CLASSES,
)
