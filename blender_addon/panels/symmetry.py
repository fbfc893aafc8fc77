"""The symmetry: group, colour rule, and where it stands."""

from __future__ import annotations

from typing import Any

import bpy

from .. import catalogue, icons
from ..properties import settings_of
from .parts import Child, columns


class ORBITEX_PT_symmetry(Child, bpy.types.Panel):
    """The symmetry."""

    bl_idname = "ORBITEX_PT_symmetry"
    bl_label = "Symmetry"

    def draw(self, context: Any) -> None:
        """Group, colour rule as a swatch, and where the group stands."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "group_menu")
        column.prop(settings, "colouring_menu")
        rules = catalogue.known().colourings.get(settings.group, ())
        if len(rules) > 1 and icons.of_rule(settings, settings.colouring):
            column.template_icon_view(
                settings, "colouring_menu", show_labels=True, scale=4.0, scale_popup=3.5
            )
        if settings.colouring != catalogue.NO_COLOURING.name:
            column.prop(settings, "colours")
            if settings.colours == "INKS":
                column.prop(settings, "inks")
        column.prop(settings, "action")
        if settings.action == "SURFACE":
            column.prop(settings, "tolerance")
        column.prop(settings, "axis")
        column.prop(settings, "centre")
        column.row(heading="Show in").prop(settings, "overlay", text="Viewport")
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
        column.prop(settings, "group")
        column.prop(settings, "colouring")


CLASSES = (ORBITEX_PT_symmetry, ORBITEX_PT_symmetry_names)
