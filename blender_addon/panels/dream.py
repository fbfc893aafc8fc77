"""The dreams: what the network shall see."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs import pump
from ..link import lookups
from ..link.lookups import Question
from ..offer import dreams
from ..operators.chosen import chosen
from ..picture import icons
from ..settings.dream import target_of
from ..settings.properties import settings_of
from .parts import Child, columns, draw_problem, draw_settings


class ORBITEX_PT_dream(Child, bpy.types.Panel):
    """The dreams."""

    bl_idname = "ORBITEX_PT_dream"
    bl_label = "Dream"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The list; whether styles are used as well; the chosen dream in full."""
        layout: Any = self.layout
        settings = settings_of(context.active_object)
        row = layout.row()
        rows = 2 if len(settings.dreams) < 3 else 4
        row.template_list(
            "ORBITEX_UL_dreams", "", settings, "dreams", settings, "dream_index", rows=rows
        )
        buttons = row.column(align=True)
        buttons.operator("orbitex.dream_add", text="", icon="ADD")
        buttons.operator("orbitex.dream_remove", text="", icon="REMOVE")
        if lookups.surveys():
            layout.label(text="Analyzing the picture…", icon="SORTTIME")
        else:
            layout.menu("ORBITEX_MT_dream_pictures", icon="IMAGE_DATA")
        if (problem := lookups.problem()) is not None:
            draw_problem(layout, problem, context)
        draw_settings(columns(layout), settings, "dream")
        item = chosen(settings, "dream")
        if item is not None:
            draw_chosen(layout, item, settings.network)
            look_up_pictures(settings)


def draw_chosen(layout: Any, item: Any, network: str) -> None:
    """The dream that is chosen in the list, with its channel's picture or the nearest names."""
    asked = Question("network", network)
    pump.look_up(asked)
    contents = lookups.contents(network)
    if item.kind == dreams.CHANNEL and contents is not None:
        draw_picture(layout, item, network, contents)
    column = columns(layout)
    column.prop(item, "kind")
    if item.kind == dreams.CLASS:
        column.prop(item, "class_name", icon="VIEWZOOM")
        if contents is not None and contents.classes:
            draw_nearest(layout, item, contents)
    else:
        column.prop(item, "layer_menu")
    if item.kind == dreams.CHANNEL:
        column.prop(item, "channel")
    elif item.kind == dreams.MIX:
        column.prop(item, "mix")
    columns(layout).prop(item, "weight", slider=True)
    if (problem := lookups.refused(asked)) is not None:
        layout.label(text=problem.message, icon="ERROR")


def draw_picture(layout: Any, item: Any, network: str, contents: dreams.Contents) -> None:
    """What the channel responds to, as soon as it is there."""
    if item.channel >= contents.layers.get(item.layer, 0):
        return
    question = Question("channel", network, item.layer, item.channel)
    if icon := icons.of_channel(network, item.layer, item.channel):
        layout.template_icon(icon_value=icon, scale=5.0)
    elif pump.look_up(question):
        layout.label(text="Loading the picture…", icon="SORTTIME")
    elif (problem := lookups.refused(question)) is not None:
        layout.label(text=problem.message, icon="ERROR")


def look_up_pictures(settings: Any) -> None:
    """Of all channels in the list, after the chosen one's."""
    contents = lookups.contents(settings.network)
    layers = contents.layers if contents is not None else {}
    for target in map(target_of, settings.dreams):
        if target.kind == dreams.CHANNEL and target.channel < layers.get(target.layer, 0):
            pump.look_up(Question("channel", settings.network, target.layer, target.channel))


def draw_nearest(layout: Any, item: Any, contents: dreams.Contents) -> None:
    """Buttons with the names that are most like one that is none."""
    if dreams.has_class(target_of(item).name, contents):
        return
    row = layout.row(align=True)
    for name in dreams.nearest_classes(item.class_name, contents):
        row.operator("orbitex.dream_class", text=name).name = name


CLASSES = (ORBITEX_PT_dream,)
