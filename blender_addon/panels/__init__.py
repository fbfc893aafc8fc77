"""The panels: 3D viewport, sidebar, tab "Orbitex". They only read; nothing slow.
What they lack is asked for in the background."""

from __future__ import annotations

from . import dream, main, sections, service, style, symmetry

CLASSES = (
    *main.CLASSES,
    sections.ORBITEX_PT_target,
    *symmetry.CLASSES,
    sections.VIEWS,
    *style.CLASSES,
    *dream.CLASSES,
    sections.OBJECTIVE,
    *sections.QUALITY,
    sections.BEFORE,
    sections.MATERIAL,
    *service.CLASSES,
)
