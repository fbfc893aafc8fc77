"""The service: address, state, device, buttons."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import bpy

from ..link import inquiry
from ..offer import catalogue
from ..own_folder import service_place
from ..problems import ProblemError
from ..settings import preferences
from . import installing
from .parts import Sidebar, draw_lines, draw_problem


class ORBITEX_PT_service(Sidebar, bpy.types.Panel):
    """The service."""

    bl_idname = "ORBITEX_PT_service"
    bl_label = "Service"
    bl_parent_id = "ORBITEX_PT_main"

    def draw(self, context: Any) -> None:
        """Address, state, buttons."""
        layout: Any = self.layout
        known = catalogue.known()
        service = preferences.read(context)
        layout.label(text=service.address, icon="URL")
        problem = inquiry.problem()
        if problem is not None and problem.code == "no-service" and _starts_itself(service):
            problem = None  # nothing is wrong yet
        if inquiry.pending() is not None:
            layout.label(text="Connecting…", icon="SORTTIME")
        elif problem is not None:
            draw_problem(layout, problem, context)
        elif known.service:
            draw_lines(layout, inquiry.line(), "CHECKMARK", context)
        else:
            text = "Not running: Paint starts it" if inquiry.problem() else "Not connected yet"
            text = "Not installed" if installing.missing(context) is not None else text
            draw_lines(layout, text, "INFO", context)
        row = layout.row(align=True)
        row.operator("orbitex.connect", icon="FILE_REFRESH")
        if problem is None or problem.fix != "orbitex.start_service":  # the red box has it
            row.operator("orbitex.start_service", text="Start", icon="PLAY")
        row.operator("orbitex.show_preferences", text="", icon="PREFERENCES")
        place = service_place()
        if place is not None and place.is_complete() and not place.is_current():
            draw_lines(layout, "What is installed is of another release", "ERROR", context)
            layout.operator("orbitex.install_service", text="Update Service", icon="IMPORT")


def _starts_itself(service: preferences.ServicePreferences) -> bool:
    with suppress(ProblemError):
        return preferences.launcher(service) is not None
    return False


CLASSES = (ORBITEX_PT_service,)
