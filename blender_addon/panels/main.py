"""The parent panel: the buttons, what goes on, and what is wrong."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import bpy

from ..jobs import jobs, originals, pump, reattach, repaint
from ..link.messages import clock
from ..materials import making
from ..picture import shading, viewports
from ..settings.properties import settings_of
from ..solids import making as solids
from . import installing, preflight
from .parts import Sidebar, draw_lines, draw_problem

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 20  # characters


class ORBITEX_PT_main(Sidebar, bpy.types.Panel):
    """The parent: what is wrong, what goes on, and the buttons."""

    bl_idname = "ORBITEX_PT_main"
    bl_label = "Orbitex"

    def draw_header_preset(self, context: Any) -> None:
        """The presets' menu."""
        if context.active_object is not None and context.active_object.type == "MESH":
            layout: Any = self.layout
            layout.menu("ORBITEX_MT_presets", text="", icon="PRESET")

    def draw(self, context: Any) -> None:
        """The buttons, which stay in their places whatever comes and goes below them; then what
        goes on or is wrong."""
        layout: Any = self.layout
        obj = context.active_object
        newest = jobs.job_of(obj)
        image = settings_of(obj).image if obj is not None else None
        if obj is not None and obj.type == "MESH":
            pump.welcome(obj)
        draw_actions(layout, newest)
        if image:
            draw_painted(layout, obj, context)
        if reattach.is_any_waiting(context.scene):
            layout.operator("orbitex.reattach", icon="LINKED")
        if image:
            draw_shading(layout, context)
        told = installing.draw(layout, context)
        problem = preflight.first_problem(context, obj)
        if newest is not None:
            if newest.active:
                problem = None
            elif problem is None and jobs.still_stands(newest, obj):
                problem = newest.report.problem
        if problem is not None and problem.code == "no-python" and told:
            problem = None
        if problem is not None:
            draw_problem(layout, problem, context)
        elif newest is not None and (newest.active or newest.report.problem is None):
            draw_progress(layout, newest)
        unseen = shading.not_shown(obj) if image else None
        refused = newest.report.notice if newest is not None and newest.active else None
        asked = (making.QUESTIONS, solids.QUESTIONS) if image else ()
        unmade = [questions.problem(obj) for questions in asked]
        for warning in (refused, unseen, *unmade, newest.warning if newest is not None else None):
            if warning is not None:
                draw_problem(layout, warning, context)


def draw_shading(layout: Any, context: Any) -> None:
    """The button that lets this viewport show the texture, or takes that back, in one place."""
    space = context.space_data
    if space is None or space.type != "VIEW_3D":
        return
    if not viewports.shows_textures(space):
        layout.operator("orbitex.show_texture", icon="SHADING_TEXTURE")
    elif viewports.is_lent(context.area):
        layout.operator("orbitex.restore_shading", icon="SHADING_SOLID")


def draw_actions(layout: Any, newest: jobs.Job | None) -> None:
    """Paint, and once something has been painted what can be done with the job. What cannot be done
    now is grey: no button takes the place of another."""
    row = layout.row()
    row.scale_y = 1.6
    if newest is None or not newest.active:
        row.operator("orbitex.paint", icon="BRUSH_DATA")
    else:  # not the button in grey: Blender leaves one grey as long as the mouse is over it
        row.alignment = "CENTER"
        row.label(text="Painting…", icon="BRUSH_DATA")
    if newest is None:
        return
    column = layout.column(align=True)
    row = column.row(align=True)
    if newest.report.state == "paused":
        row.operator("orbitex.resume", text="", icon="PLAY")
    else:
        row.operator("orbitex.pause", text="", icon="PAUSE")
    row.operator("orbitex.finish", icon="CHECKMARK")
    row.operator("orbitex.cancel", icon="X")
    column.operator("orbitex.adjust", icon="MODIFIER")


def draw_progress(layout: Any, job: jobs.Job) -> None:
    """A job that runs, or has ended: what it is doing, how the loss goes down. Always as many
    lines, so that what is below stays where it is."""
    progress = job.report.progress
    column = layout.column(align=True)
    text, fraction = job.message, progress.fraction if progress is not None else 0.0
    if progress is not None and job.active:
        paused = job.report.state == "paused"
        text = f"{'Paused at step' if paused else 'Step'} {progress.step}/{progress.steps}"
    if not job.active:
        column.label(text=text, icon="INFO")
    elif hasattr(column, "progress"):
        column.progress(factor=fraction, text=text)
    else:  # before Blender 4.0
        column.label(text=f"{100 * fraction:.0f} %  {text}", icon="SORTTIME")
    row = column.row()
    row.label(text=f"Loss {progress.loss:.4g}" if progress is not None else "")
    left = progress.seconds_left if progress is not None and job.active else None
    if left is not None:
        row.label(text=f"{clock(left)} left")
    column.label(text=sparkline(job.losses))


def draw_painted(layout: Any, obj: Any, context: Any) -> None:
    """What can be done with the image that the object has."""
    column = layout.column(align=True)
    row = column.row(align=True)
    row.operator("orbitex.paint_again", icon="FILE_REFRESH")
    row.operator("orbitex.recall", text="", icon="EYEDROPPER")
    if text := repaint.label(obj):
        column.operator("orbitex.repaint", text=text, icon="MOD_MASK")
    else:
        column.operator("orbitex.repaint", icon="MOD_MASK")
    column.operator("orbitex.enlarge", icon="FULLSCREEN_ENTER")
    if making.QUESTIONS.is_pending(obj):
        column.label(text="Making Maps…", icon="SORTTIME")
    else:
        column.operator("orbitex.material_maps", icon="NODE_MATERIAL")
    if solids.QUESTIONS.is_pending(obj):
        row = column.row(align=True)
        row.label(text="Making Solid…", icon="SORTTIME")
        row.operator("orbitex.cancel_export", text="", icon="X")
    else:
        column.operator("orbitex.export_for_print", icon="EXPORT")
    if originals.shows_painted(obj):
        column.operator("orbitex.restore", icon="LOOP_BACK")
    else:
        column.operator("orbitex.show_painted", icon="LOOP_FORWARDS")
    if text := solids.made(obj):
        draw_lines(layout, text, "CHECKMARK", context)


def sparkline(values: Sequence[float], width: int = WIDTH) -> str:
    """``values`` as bars, which Blender's fonts have; the oldest first, averaged into ``width`` of
    them at most. Heights are logarithmic, as a loss first falls fast and then slowly. Values that
    are no positive numbers are left out."""
    good = [math.log(value) for value in values if 0 < value < math.inf]
    if not good:
        return ""
    count = min(width, len(good))
    edges = [len(good) * k // count for k in range(count + 1)]
    means = [sum(good[start:end]) / (end - start) for start, end in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    span = high - low or 1.0
    return "".join(BARS[round((mean - low) / span * (len(BARS) - 1))] for mean in means)


CLASSES = (ORBITEX_PT_main,)
