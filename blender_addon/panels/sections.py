"""The other sections of settings."""

from __future__ import annotations

from typing import Any

import bpy

from .. import viewpoints
from ..order import wants_base
from ..properties import settings_of
from ..terms import TERMS
from .parts import Child, columns


class ORBITEX_PT_target(Child, bpy.types.Panel):
    """What is painted."""

    bl_idname = "ORBITEX_PT_target"
    bl_label = "Target"

    def draw(self, context: Any) -> None:
        """Object, UV map, size."""
        column, obj = columns(self.layout), context.active_object
        settings = settings_of(obj)
        column.label(text=obj.name, icon="OBJECT_DATA")
        column.prop_search(settings, "uv_map", obj.data, "uv_layers", icon="GROUP_UVS")
        column.prop(settings, "size")
        if settings.image:
            column.label(text=settings.image.name, icon="IMAGE_DATA")


class ORBITEX_PT_views(Child, bpy.types.Panel):
    """From where it is looked at."""

    bl_idname = "ORBITEX_PT_views"
    bl_label = "Views"

    def draw(self, context: Any) -> None:
        """Which views, and whether others hide the object."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "view_kind")
        if settings.view_kind in viewpoints.AUTOMATIC:
            column.prop(settings, "views")
        column.row(heading="Hidden by").prop(settings, "occluders", text="Others")


class ORBITEX_PT_objective(Child, bpy.types.Panel):
    """What counts how much."""

    bl_idname = "ORBITEX_PT_objective"
    bl_label = "Objective"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The weights, and who looks."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        for term in TERMS:
            if not term.needs_base:  # those are beside it
                column.prop(settings, term.setting)
        column.prop(settings, "network_menu")


class ORBITEX_PT_quality(Child, bpy.types.Panel):
    """How carefully."""

    bl_idname = "ORBITEX_PT_quality"
    bl_label = "Quality"

    def draw(self, context: Any) -> None:
        """Preset and seed."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "quality_menu")
        column.prop(settings, "seed")


class ORBITEX_PT_quality_details(Child, bpy.types.Panel):
    """What the quality leaves open."""

    bl_idname = "ORBITEX_PT_quality_details"
    bl_label = "Details"
    bl_parent_id = "ORBITEX_PT_quality"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Steps and their size."""
        column, settings = columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "steps")
        column.prop(settings, "learning_rate")


class ORBITEX_PT_before(Child, bpy.types.Panel):
    """What becomes of the colour that the object has."""

    bl_idname = "ORBITEX_PT_before"
    bl_label = "Colour Before"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Start, features to keep, mask."""
        column, obj = columns(self.layout), context.active_object
        settings = settings_of(obj)
        column.prop(settings, "start")
        for term in TERMS:
            if term.needs_base:
                column.prop(settings, term.setting)
        column.prop(settings, "mask_kind")
        if settings.mask_kind != "NONE":
            column.prop(settings, "mask")
        if settings.start == "BASE" or wants_base(settings) or settings.mask_kind != "NONE":
            column.prop(settings, "base")


class ORBITEX_PT_material(Child, bpy.types.Panel):
    """What the material makes of the texture."""

    bl_idname = "ORBITEX_PT_material"
    bl_label = "Material"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The relief."""
        columns(self.layout).prop(settings_of(context.active_object), "bump")


CLASSES = (
    ORBITEX_PT_target,
    ORBITEX_PT_views,
    ORBITEX_PT_objective,
    ORBITEX_PT_quality,
    ORBITEX_PT_quality_details,
    ORBITEX_PT_before,
    ORBITEX_PT_material,
)
