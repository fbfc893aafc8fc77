"""The style pictures and their shares."""

from __future__ import annotations

from typing import Any

import bpy

from ..offer import catalogue
from ..operators.chosen import chosen
from ..picture import icons
from ..settings.properties import settings_of
from .parts import Child, columns, draw_settings


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
            draw_chosen(layout, item)
        draw_settings(columns(layout), settings, "style")


def draw_default(layout: Any) -> None:
    """What an empty list means."""
    icon = icons.of_style(catalogue.DEFAULT_STYLE)
    text = f"Default: {catalogue.DEFAULT_STYLE.replace('_', ' ').capitalize()}"
    if icon:
        layout.label(text=text, icon_value=icon)
    else:
        layout.label(text=text, icon="IMAGE_DATA")


def draw_chosen(layout: Any, item: Any) -> None:
    """The style that is chosen in the list, with its picture."""
    names = {style.name for style in catalogue.known().styles}
    icon = icons.of_style(item.source)
    if icon and item.source in names:
        layout.template_icon_view(item, "source_menu", show_labels=True, scale=5.0, scale_popup=4.5)
    elif icon:
        layout.template_icon(icon_value=icon, scale=5.0)
    column = columns(layout)
    column.prop(item, "source")
    column.prop(item, "weight")


CLASSES = (ORBITEX_PT_style,)
