"""The sections that hold settings and nothing else."""

from __future__ import annotations

from typing import Any

import bpy

from ..finishing import live
from ..jobs import pump, symmetries
from ..link import detections, lookups
from ..offer import catalogue
from ..offer.symmetries import NONE, canonical
from ..picture import live_image
from ..preparing import live as preparing
from ..settings.properties import settings_of
from .parts import Child, columns, draw_lines, draw_problem, draw_settings

_LEAST = 16  # pixels of a picture that a service looks at


class ORBITEX_PT_target(Child, bpy.types.Panel):
    """What is painted."""

    bl_idname = "ORBITEX_PT_target"
    bl_label = "Target"

    def draw(self, context: Any) -> None:
        """Object, UV map, size, image."""
        column, obj = columns(self.layout), context.active_object
        settings = settings_of(obj)
        column.label(text=obj.name, icon="OBJECT_DATA")
        draw_settings(column, settings, "target")
        if settings.image:
            column.label(text=settings.image.name, icon="IMAGE_DATA")


class ORBITEX_PT_symmetry(Child, bpy.types.Panel):
    """The symmetry."""

    bl_idname = "ORBITEX_PT_symmetry"
    bl_label = "Symmetry"

    def draw(self, context: Any) -> None:
        """What was found; group, colour rule as a swatch, and where the group stands."""
        layout: Any = self.layout
        obj = context.active_object
        settings = settings_of(obj)
        draw_detection(layout, obj, context)
        draw_settings(columns(layout), settings, "symmetry")
        known = catalogue.known()
        draw_rule(layout, settings, context)
        if settings.group != NONE and known.group(settings.group) is None:
            asked = lookups.Question("group", group=canonical(settings.group))
            if not pump.look_up(asked) and (problem := lookups.refused(asked)) is not None:
                draw_lines(layout, problem.message, "ERROR", context)
        if settings.overlay and settings.group != NONE and known.figure(settings.group) is None:
            text = "Connect to see it" if not known.groups else "It cannot be drawn"
            layout.label(text=text, icon="INFO")


def look_at(style: Any) -> None:
    """Have the service say what a style is like to a colour rule, as it is prepared."""
    if (key := preparing.key_of(style)) is None:
        pump.look_at_style(style.source)
        return
    preparing.want(key)
    pixels = preparing.settled(key)  # a menu of swatches is not made for each move of a slider
    if pixels is not None and min(pixels.shape[:2]) >= _LEAST:
        pump.look_up(lookups.Question("look", style=style.look, picture=pixels))


def draw_rule(layout: Any, settings: Any, context: Any) -> None:
    """What else is to be known of the colour rule; its swatches want to know the style."""
    if settings.use_styles and settings.styles:
        look_at(settings.styles[0])
    rules = catalogue.known().rules(settings.group)
    note = next((rule.note for rule in rules if rule.name == settings.colouring), "")
    if note:
        draw_lines(layout, note, "INFO", context)


def draw_detection(layout: Any, obj: Any, context: Any) -> None:
    """The button, or what comes of it."""
    uid = live_image.uid_of(obj)
    if pump.look_at(obj) or detections.pending_for(uid):
        layout.label(text="Detecting Symmetry…", icon="SORTTIME")
        return
    layout.operator("orbitex.detect_symmetry", icon="MOD_MIRROR")
    if (problem := detections.problem(uid)) is not None:
        draw_lines(layout, problem.message, "ERROR", context)
    elif symmetries.is_looked_at(obj) and not detections.found(uid):
        layout.label(text="No symmetry found", icon="INFO")


class ORBITEX_PT_symmetry_place(Child, bpy.types.Panel):
    """Where the symmetry stands, and what it moves."""

    bl_idname = "ORBITEX_PT_symmetry_place"
    bl_label = "Placement"
    bl_parent_id = "ORBITEX_PT_symmetry"
    bl_options: Any = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        """There is a symmetry."""
        return super().poll(context) and settings_of(context.active_object).group != NONE

    def draw(self, context: Any) -> None:
        """The settings."""
        settings = settings_of(context.active_object)
        draw_settings(columns(self.layout), settings, "symmetry_place")


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


def _section(name: str, label: str, parent: str = "", closed: bool = True) -> Any:
    """The panel of the settings of one section."""

    def draw(self: Any, context: Any) -> None:
        draw_settings(columns(self.layout), settings_of(context.active_object), name)

    known: dict[str, Any] = {"bl_idname": f"ORBITEX_PT_{name}", "bl_label": label, "draw": draw}
    if parent:
        known["bl_parent_id"] = parent
    if closed:
        known["bl_options"] = {"DEFAULT_CLOSED"}
    return type(known["bl_idname"], (Child, bpy.types.Panel), known)


VIEWS = _section("views", "Views", closed=False)
OBJECTIVE = _section("objective", "Goals")
QUALITY = (
    _section("quality", "Quality", closed=False),
    _section("quality_details", "Details", "ORBITEX_PT_quality"),
)


class ORBITEX_PT_finish(Child, bpy.types.Panel):
    """What is done to the painted picture, at once or at the end of the next painting."""

    bl_idname = "ORBITEX_PT_finish"
    bl_label = "Finishing"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The steps, and what is to be done about an image that shows them already."""
        obj = context.active_object
        column = columns(self.layout)
        draw_settings(column, settings_of(obj), "finish")
        if not live.reason_not(obj):
            row = column.row(align=True)
            row.operator("orbitex.finish_image", icon="CHECKMARK")
            row.operator("orbitex.reset_finishing", text="", icon="LOOP_BACK")
        if live.is_pending(obj):
            column.label(text="Finishing…", icon="SORTTIME")
        elif live.is_draft(obj):
            column.label(text="This is a draft", icon="INFO")
        if (problem := live.problem(obj)) is not None:
            draw_problem(self.layout, problem, context)


BEFORE = _section("before", "Base Color")


class ORBITEX_PT_material(Child, bpy.types.Panel):
    """How the paint looks in the light, and the light."""

    bl_idname = "ORBITEX_PT_material"
    bl_label = "Material"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The settings, and the sky."""
        column = columns(self.layout)
        draw_settings(column, settings_of(context.active_object), "material")
        column.operator("orbitex.set_sky", icon="WORLD")
