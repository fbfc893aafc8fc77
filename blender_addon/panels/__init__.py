"""The panels: 3D viewport, sidebar, tab "Orbitex". They only read; nothing slow.
What they lack is asked for in the background."""

from __future__ import annotations

from . import dream, main, queue, sections, service, style

CLASSES = (
    *main.CLASSES,
    sections.ORBITEX_PT_target,
    sections.ORBITEX_PT_symmetry,
    sections.ORBITEX_PT_symmetry_place,
    sections.ORBITEX_PT_symmetry_names,
    sections.VIEWS,
    *style.CLASSES,
    *dream.CLASSES,
    sections.OBJECTIVE,
    *sections.QUALITY,
    sections.ORBITEX_PT_finish,
    sections.BEFORE,
    sections.ORBITEX_PT_material,
    *service.CLASSES,
    *queue.CLASSES,
)
