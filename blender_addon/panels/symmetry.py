"""The symmetry: group, colour rule, and where it stands."""

from __future__ import annotations

from typing import Any

import bpy

from .. import catalogue
from ..settings.properties import settings_of
from .parts import Child, columns, draw_settings


class ORBITEX_PT_symmetry(Child, bpy.types.Panel):
    """The symmetry."""

    bl_idname = "ORBITEX_PT_symmetry"
    bl_label = "Symmetry"

    def draw(self, context: Any) -> None:
        """Group, colour rule as a swatch, and where the group stands."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        draw_settings(column, settings, "symmetry")
        if settings.overlay and settings.group not in catalogue.known().figures:
            text = "Connect to see it" if not catalogue.known().groups else "No figure of it"
            column.label(text=text, icon="INFO")


class ORBITEX_PT_symmetry_names(Child, bpy.types.Panel):
    """Any group and rule, by name."""

    bl_idname = "ORBITEX_PT_symmetry_names"
    bl_label = "By Name"
    bl_parent_id = "ORBITEX_PT_symmetry"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Text fields, for what is not in the menus: C12, r=gbr."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        for name in ("group", "colouring"):
            column.prop(settings, name)


CLASSES = (ORBITEX_PT_symmetry, ORBITEX_PT_symmetry_names)
