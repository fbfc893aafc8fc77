"""What all panels share: their place, columns of settings, the box of a problem."""

from __future__ import annotations

import textwrap
from typing import Any

from ..problems import Problem
from ..settings.table import SETTINGS
from . import manual

CHARACTER = 6.5  # width of a character in the sidebar, in pixels at scale 1: labels do not wrap
MARGIN = 75  # pixels of a box's edges, icon and scroll bar
NARROW = 32  # characters, where there is no region to measure


class Sidebar:
    """The place of all panels."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "Orbitex"


class Child(Sidebar):
    """A section below the buttons, for a mesh."""

    bl_parent_id = "ORBITEX_PT_main"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """A mesh is active."""
        obj = context.active_object
        return obj is not None and obj.type == "MESH"


def columns(layout: Any) -> Any:
    """A column of settings: names to the left, values to the right."""
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def draw_settings(column: Any, settings: Any, section: str) -> None:
    """The settings of a section, as far as they are shown now."""
    for row in SETTINGS:
        if row.section == section:
            row.draw_in(column, settings)


def wrapped(text: str, context: Any) -> list[str]:
    """``text`` in lines that fit into the sidebar."""
    region = context.region
    if region is None:
        return textwrap.wrap(text, NARROW)
    scale = context.preferences.system.ui_scale
    return textwrap.wrap(text, max(20, int((region.width / scale - MARGIN) / CHARACTER)))


def draw_lines(layout: Any, text: str, icon: str, context: Any) -> None:
    """A text of one or more lines behind an icon."""
    column = layout.column(align=True)
    for number, line in enumerate(wrapped(text, context)):
        column.label(text=line, icon="BLANK1" if number else icon)


def draw_problem(layout: Any, problem: Problem, context: Any) -> None:
    """A red box with the message, the hint, a button that mends it, and one that explains."""
    box = layout.box()
    column = box.column(align=True)
    column.alert = True  # before what shall be red
    draw_lines(column, problem.message, "ERROR", context)
    if problem.hint:
        column = box.column(align=True)
        for line in wrapped(problem.hint, context):
            column.label(text=line)
    row = box.row(align=True)
    if problem.fix:
        row.operator(problem.fix, text=problem.fix_label, icon="TOOL_SETTINGS")
    if page := manual.address(problem.code):
        row.operator("wm.url_open", text="" if problem.fix else "Help", icon="HELP").url = page
