"""The panels: 3D viewport, sidebar, tab "Orbitex". They only read; nothing slow.
What they lack is asked for in the background."""

from __future__ import annotations

from . import dream, main, sections, service, style, symmetry

CLASSES = (
    *main.CLASSES,
    sections.ORBITEX_PT_target,
    *symmetry.CLASSES,
    sections.ORBITEX_PT_views,
    *style.CLASSES,
    *dream.CLASSES,
    sections.ORBITEX_PT_objective,
    sections.ORBITEX_PT_quality,
    sections.ORBITEX_PT_quality_details,
    sections.ORBITEX_PT_before,
    sections.ORBITEX_PT_material,
    *service.CLASSES,
)
