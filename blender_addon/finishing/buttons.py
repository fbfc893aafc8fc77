"""The operators that finish a painted image as the sliders say, or not at all."""

from __future__ import annotations

from typing import Any

import bpy

from ..operators.base import Awaiting, OnMesh, Result
from ..problems import ProblemError
from ..settings import painting
from ..settings.properties import settings_of
from . import live

_WAIT = 0.1  # seconds between looks for an answer


class _Finishing(Awaiting, OnMesh):
    """Has the image finished exactly, with a receipt."""

    # Not REGISTER: its redo panel would run the blocking path in the interface.
    bl_options: Any = {"UNDO"}

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or its image is not a finished painting."""
        return super().why_not(context) or live.reason_not(context.active_object)

    def _set_steps(self, settings: Any) -> None:
        """Change the settings before."""

    def _start(self, context: Any) -> Result:
        self._set_steps(settings_of(context.active_object))
        live.ask(context, context.active_object, draft=False)
        live.start_timer()
        return {"FINISHED"}

    def _await(self, context: Any) -> Result:
        obj = context.active_object
        self._set_steps(settings_of(obj))
        asking = live.ask(context, obj, draft=False)
        while live.is_pending(obj):
            asking.wait(_WAIT)
            live.collect()
        live.collect()
        if (problem := live.problem(obj)) is not None:
            raise ProblemError(problem)
        return {"FINISHED"}


class ORBITEX_OT_finish_image(_Finishing, bpy.types.Operator):
    """Finish the painted image as the panel says"""

    bl_idname = "orbitex.finish_image"
    bl_label = "Apply Finishing"
    bl_description = (
        "Make the image anew from its paint, exactly, with these steps; measure its symmetry, and "
        "write its receipt"
    )


class ORBITEX_OT_reset_finishing(_Finishing, bpy.types.Operator):
    """Show the image as it was painted"""

    bl_idname = "orbitex.reset_finishing"
    bl_label = "Reset Finishing"
    bl_description = "Show the image as it was painted, without any of these steps"

    def _set_steps(self, settings: Any) -> None:
        for row in painting.FINISH:
            row.put(settings, row.default)


CLASSES = (ORBITEX_OT_finish_image, ORBITEX_OT_reset_finishing)
