"""The panels: 3D viewport, sidebar, tab "Orbitex". They only read; nothing slow, no network."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from . import catalogue, gather, inquiry, jobs, originals, preferences, reattach, viewpoints
from .problems import Problem
from .properties import settings_of

LINE_LENGTH = 32  # characters that fit into the sidebar; labels do not wrap by themselves


class _Sidebar:
    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "Orbitex"


class _Child(_Sidebar):
    bl_parent_id = "ORBITEX_PT_main"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """A mesh is active."""
        obj = context.active_object
        return obj is not None and obj.type == "MESH"


def _columns(layout: Any) -> Any:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def draw_problem(layout: Any, problem: Problem) -> None:
    """A red box with the message, the hint, and a button that mends it."""
    box = layout.box()
    column = box.column(align=True)
    column.alert = True
    for number, line in enumerate(textwrap.wrap(problem.message, LINE_LENGTH)):
        column.label(text=line, icon="BLANK1" if number else "ERROR")
    if problem.fix:
        box.operator(problem.fix, text=problem.fix_label)
        return
    column = box.column(align=True)
    for line in textwrap.wrap(problem.hint, LINE_LENGTH):
        column.label(text=line)


class ORBITEX_PT_main(_Sidebar, bpy.types.Panel):
    """The parent: what is wrong, what goes on, and the buttons."""

    bl_idname = "ORBITEX_PT_main"
    bl_label = "Orbitex"

    def draw(self, context: Any) -> None:
        """Problem box, progress, action row."""
        layout: Any = self.layout
        obj = context.active_object
        settings = settings_of(obj) if obj else None
        newest = jobs.session_of(obj)
        blocking = problem = gather.check(obj, settings.uv_map if settings else "")
        if problem is None and newest is not None and not newest.active:
            problem = newest.report.problem
        if problem is not None:
            draw_problem(layout, problem)
        if newest is not None and newest.active:
            draw_progress(layout, newest)
            row = layout.row(align=True)
            row.scale_y = 1.5
            paused = newest.report.state == "paused"
            if paused:
                row.operator("orbitex.resume", icon="PLAY")
            else:
                row.operator("orbitex.pause", icon="PAUSE")
            row.operator("orbitex.finish", icon="CHECKMARK")
            row.operator("orbitex.cancel", icon="X")
            return
        row = layout.row()
        row.scale_y = 1.5
        row.enabled = blocking is None  # a failed job may be tried again
        row.operator("orbitex.paint", icon="BRUSH_DATA")
        if newest is not None and newest.report.problem is None:
            layout.label(text=newest.message)
        if settings is not None and settings.image is not None:
            draw_painted(layout, obj)


def draw_painted(layout: Any, obj: Any) -> None:
    """What can be done with the image that the object has."""
    if reattach.is_waiting(obj):
        layout.operator("orbitex.reattach", icon="LINKED")
    row = layout.row(align=True)
    row.operator("orbitex.paint_again", icon="FILE_REFRESH")
    if originals.shows_painted(obj):
        row.operator("orbitex.restore", icon="LOOP_BACK")
    else:
        row.operator("orbitex.show_painted", icon="LOOP_FORWARDS")


def draw_progress(layout: Any, running: jobs.Session) -> None:
    """The bar of a running job, with what it is doing."""
    progress = running.report.progress
    text, fraction = running.message, 0.0
    if progress is not None:
        fraction = progress.fraction
        text = (
            f"Stage {progress.stage + 1}/{progress.stages}, step {progress.step}/{progress.steps}"
        )
    if hasattr(layout, "progress"):
        layout.progress(factor=fraction, text=text)
    else:  # before Blender 4.0
        layout.label(text=f"{100 * fraction:.0f} %: {text}")
    if progress is None:
        return
    left = progress.seconds_left
    row = layout.row()
    row.label(text=f"Loss {progress.loss:.4g}")
    row.label(text=f"{left:.0f} s left" if left is not None else "")


class ORBITEX_PT_target(_Child, bpy.types.Panel):
    """What is painted."""

    bl_label = "Target"

    def draw(self, context: Any) -> None:
        """Object, UV map, size."""
        column, obj = _columns(self.layout), context.active_object
        settings = settings_of(obj)
        column.label(text=obj.name, icon="OBJECT_DATA")
        column.prop_search(settings, "uv_map", obj.data, "uv_layers", icon="GROUP_UVS")
        column.prop(settings, "size")
        if settings.image:
            column.label(text=settings.image.name, icon="IMAGE_DATA")


class ORBITEX_PT_symmetry(_Child, bpy.types.Panel):
    """The symmetry."""

    bl_label = "Symmetry"

    def draw(self, context: Any) -> None:
        """Group, colour rule, and where the group stands."""
        column, settings = _columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "group_menu")
        column.prop(settings, "colouring_menu")
        column.prop(settings, "axis")
        column.prop(settings, "centre")
        column.prop(settings, "action")
        if settings.action == "SURFACE":
            column.prop(settings, "tolerance")


class ORBITEX_PT_style(_Child, bpy.types.Panel):
    """The style."""

    bl_label = "Style"

    def draw(self, context: Any) -> None:
        """Exemplar or picture."""
        column, settings = _columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "style_kind", expand=True)
        column.prop(settings, "style_file" if settings.style_kind == "FILE" else "style_menu")
        column.prop(settings, "style_size")


class ORBITEX_PT_views(_Child, bpy.types.Panel):
    """From where it is looked at."""

    bl_label = "Views"

    def draw(self, context: Any) -> None:
        """Which views, and whether others hide the object."""
        column, settings = _columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "view_kind")
        if settings.view_kind in viewpoints.AUTOMATIC:
            column.prop(settings, "views")
        column.prop(settings, "occluders")


class ORBITEX_PT_before(_Child, bpy.types.Panel):
    """What becomes of the colour that the object has."""

    bl_label = "Colour Before"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Start, features to keep, mask."""
        column, obj = _columns(self.layout), context.active_object
        settings = settings_of(obj)
        column.prop(settings, "start")
        column.prop(settings, "content")
        column.prop(settings, "mask_kind")
        if settings.mask_kind != "NONE":
            column.prop(settings, "mask")
        if settings.start == "BASE" or settings.content > 0 or settings.mask_kind != "NONE":
            column.prop(settings, "base")


class ORBITEX_PT_quality(_Child, bpy.types.Panel):
    """How carefully."""

    bl_label = "Quality"

    def draw(self, context: Any) -> None:
        """Preset and seed."""
        column, settings = _columns(self.layout), settings_of(context.active_object)
        column.prop(settings, "quality_menu")
        column.prop(settings, "seed")


class ORBITEX_PT_service(_Sidebar, bpy.types.Panel):
    """The service."""

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
        problem = inquiry.problem()
        if problem is not None:
            draw_problem(layout, problem)
        row = layout.row(align=True)
        row.operator("orbitex.connect", icon="FILE_REFRESH")
        row.operator("orbitex.start_service", icon="PLAY")


CLASSES = (
    ORBITEX_PT_main,
    ORBITEX_PT_target,
    ORBITEX_PT_symmetry,
    ORBITEX_PT_style,
    ORBITEX_PT_views,
    ORBITEX_PT_before,
    ORBITEX_PT_quality,
    ORBITEX_PT_service,
)
