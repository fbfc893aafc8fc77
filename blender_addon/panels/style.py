"""The style pictures and their shares."""

from __future__ import annotations

from typing import Any

import bpy

from ..offer import catalogue
from ..operators.chosen import chosen
from ..picture import icons
from ..preparing import live
from ..settings import preparing
from ..settings.properties import settings_of
from .parts import Child, columns, draw_lines, draw_settings


class ORBITEX_PT_style(Child, bpy.types.Panel):
    """The style."""

    bl_idname = "ORBITEX_PT_style"
    bl_label = "Style"

    def draw(self, context: Any) -> None:
        """The list; the chosen picture in full; sizes."""
        layout: Any = self.layout
        settings = settings_of(context.active_object)
        row = layout.row()
        rows = 2 if len(settings.styles) < 3 else 4
        row.template_list(
            "ORBITEX_UL_styles", "", settings, "styles", settings, "style_index", rows=rows
        )
        buttons = row.column(align=True)
        buttons.menu("ORBITEX_MT_styles", text="", icon="ADD")
        buttons.operator("orbitex.style_remove", text="", icon="REMOVE")
        if len(settings.styles) > 1:
            for direction in ("UP", "DOWN"):
                icon = f"TRIA_{direction}"
                buttons.operator("orbitex.style_move", text="", icon=icon).direction = direction
        item = chosen(settings, "style")
        if item is None:
            draw_default(layout)
        else:
            draw_chosen(layout, item, context)
        draw_settings(columns(layout), settings, "style")


class ORBITEX_PT_style_prepare(Child, bpy.types.Panel):
    """What is done to the chosen style before it is painted in."""

    bl_idname = "ORBITEX_PT_style_prepare"
    bl_label = "Prepare"
    bl_parent_id = "ORBITEX_PT_style"
    bl_options: Any = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        """There is a chosen style."""
        return super().poll(context) and _chosen(context) is not None

    def draw(self, context: Any) -> None:
        """What takes the steps back, and they."""
        column, item = columns(self.layout), _chosen(context)
        column.operator("orbitex.style_plain", icon="LOOP_BACK")
        for row in preparing.ROWS:
            row.draw_in(column, item)


def _chosen(context: Any) -> Any:
    return chosen(settings_of(context.active_object), "style")


def draw_default(layout: Any) -> None:
    """What an empty list means."""
    icon = icons.of_style(catalogue.DEFAULT_STYLE)
    text = f"Default: {catalogue.DEFAULT_STYLE.replace('_', ' ').capitalize()}"
    if icon:
        layout.label(text=text, icon_value=icon)
    else:
        layout.label(text=text, icon="IMAGE_DATA")


def draw_chosen(layout: Any, item: Any, context: Any) -> None:
    """The style that is chosen in the list, with its picture, before and after its steps."""
    key = live.key_of(item)
    before, after = (layout, None) if key is None else columns_of_two(layout)
    names = {style.name for style in catalogue.known().styles}
    icon = icons.of_style(item.source)
    if icon and item.source in names:
        before.template_icon_view(item, "source_menu", show_labels=True, scale=5.0, scale_popup=4.5)
    elif icon:
        before.template_icon(icon_value=icon, scale=5.0)
    if key is not None:
        draw_prepared(layout, after, key, context)
    column = columns(layout)
    column.prop(item, "source")
    column.prop(item, "weight")


def columns_of_two(layout: Any) -> tuple[Any, Any]:
    """Two columns side by side."""
    row = layout.row()
    return row.column(), row.column()


def draw_prepared(layout: Any, column: Any, key: live.Key, context: Any) -> None:
    """What a style looks like after its steps, once the service has shown it. Until then what it
    was before the last change: nothing moves under the mouse."""
    live.want(key)
    known = live.answer(key)
    if known is not None and known.problem is not None:
        draw_lines(layout, known.problem.message, "ERROR", context)
        return
    shown = known or live.latest(key[0])
    pixels = None if shown is None else shown.pixels
    if pixels is not None:
        column.template_icon(icon_value=icons.of_prepared(pixels), scale=5.0)
    elif live.is_pending():
        column.label(text="Preparing…", icon="SORTTIME")
    else:
        layout.label(text="Connect to see it prepared", icon="INFO")


CLASSES = (ORBITEX_PT_style, ORBITEX_PT_style_prepare)
