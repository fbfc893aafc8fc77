"""The operator that leaves a style as its picture is."""

from __future__ import annotations

from typing import Any

import bpy

from ..operators.base import Result
from ..operators.chosen import OnChosen, chosen
from ..settings import preparing
from ..settings.properties import settings_of


class ORBITEX_OT_style_plain(OnChosen, bpy.types.Operator):
    """Take the steps of a style back"""

    bl_idname = "orbitex.style_plain"
    bl_label = "Reset Preparing"
    bl_description = "Use the active style as its picture is, without any of these steps"
    noun = "style"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No style is chosen, or nothing is done to it."""
        reason = super().why_not(context)
        if not reason and not preparing.read(chosen(settings_of(context.active_object), "style")):
            reason = "Nothing is done to this style"
        return reason

    def execute(self, context: Any) -> Result:
        """Take them back."""
        preparing.put(chosen(settings_of(context.active_object), "style"), {})
        return {"FINISHED"}


CLASSES = (ORBITEX_OT_style_plain,)
