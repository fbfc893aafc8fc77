"""The service: address, state, device, buttons."""

from __future__ import annotations

from typing import Any

import bpy

from .. import catalogue, inquiry, preferences
from .parts import Sidebar, draw_problem


class ORBITEX_PT_service(Sidebar, bpy.types.Panel):
    """The service."""

    bl_idname = "ORBITEX_PT_service"
    bl_label = "Service"
    bl_parent_id = "ORBITEX_PT_main"

    def draw(self, context: Any) -> None:
        """Address, state, buttons."""
        layout: Any = self.layout
        known = catalogue.known()
        layout.label(text=preferences.read(context).address, icon="URL")
        if known.service:
            layout.label(text=inquiry.line(), icon="CHECKMARK")
        elif inquiry.pending() is not None:
            layout.label(text="Waiting for the service", icon="SORTTIME")
        else:
            layout.label(text="Not asked yet: menus hold what is set", icon="QUESTION")
        problem = inquiry.problem()
        if problem is not None:
            draw_problem(layout, problem, context)
        row = layout.row(align=True)
        row.operator("orbitex.connect", icon="FILE_REFRESH")
        row.operator("orbitex.start_service", icon="PLAY")
        row.operator("orbitex.show_preferences", text="", icon="PREFERENCES")


CLASSES = (ORBITEX_PT_service,)
