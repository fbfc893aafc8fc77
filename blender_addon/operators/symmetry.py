"""The operator that finds the symmetry of an object."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs import pump, symmetries
from ..link import detections, inquiry
from ..offer import catalogue
from ..picture import live_image
from ..problems import ProblemError
from ..settings import preferences
from .base import Awaiting, OnIdleMesh, Result


class ORBITEX_OT_detect_symmetry(Awaiting, OnIdleMesh, bpy.types.Operator):
    """Find the symmetry of the object"""

    bl_idname = "orbitex.detect_symmetry"
    bl_label = "Detect Symmetry"
    bl_description = (
        "Find the symmetries that the object has, and choose the best of them; the menu Symmetry "
        "offers all of them first"
    )
    bl_options: Any = {"REGISTER", "UNDO"}

    def _start(self, context: Any) -> Result:
        service = preferences.read(context)
        preferences.check_address(service.address)
        symmetries.ask(context.active_object)
        if not catalogue.known().service:
            inquiry.inquire(service.address, preferences.launcher(service), service.key_file)
        pump.start_timer()
        return {"FINISHED"}

    def _await(self, context: Any) -> Result:
        obj = context.active_object
        self._start(context)
        while pump.pump() and symmetries.pending():
            detections.wait(pump.TICK_SECONDS)
        uid = live_image.uid_of(obj)
        problem = detections.problem(uid)
        if problem is None and not catalogue.known().service:
            problem = inquiry.problem()
        if problem is not None:
            raise ProblemError(problem)
        words = ", ".join(symmetry.label for symmetry in detections.found(uid))
        self.report({"INFO"}, f"Found: {words}" if words else "No symmetry was found")
        return {"FINISHED"}


CLASSES = (ORBITEX_OT_detect_symmetry,)
