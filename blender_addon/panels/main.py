"""The parent panel: what is wrong, what goes on, and the buttons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import bpy

from ..jobs import jobs, originals, reattach
from ..link.messages import clock
from ..picture import shading
from ..settings.properties import settings_of
from . import preflight
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
        """Problem box, progress, action row."""
        layout: Any = self.layout
        obj = context.active_object
        newest = jobs.job_of(obj)
        if newest is not None and newest.active:
            draw_progress(layout, newest)
        else:
            problem = preflight.first_problem(context, obj)
            if problem is None and newest is not None:
                problem = newest.report.problem
            if problem is not None:
                draw_problem(layout, problem, context)
            elif newest is not None:
                draw_lines(layout, newest.message, "INFO", context)
        draw_actions(layout, newest)
        unseen = shading.not_shown(obj) if obj is not None and settings_of(obj).image else None
        for warning in (unseen, newest.warning if newest is not None else None):
            if warning is not None:
                draw_problem(layout, warning, context)
        if newest is not None and newest.active:
            draw_steering(layout, newest, context)
        elif obj is not None and settings_of(obj).image:
            draw_painted(layout, obj)


def draw_actions(layout: Any, newest: jobs.Job | None) -> None:
    """The row of buttons: Paint, or what can be done with the running job."""
    row = layout.row(align=True)
    row.scale_y = 1.6
    if newest is None or not newest.active:
        row.operator("orbitex.paint", icon="BRUSH_DATA")
        return
    if newest.report.state == "paused":
        row.operator("orbitex.resume", text="", icon="PLAY")
    else:
        row.operator("orbitex.pause", text="", icon="PAUSE")
    row.operator("orbitex.finish", icon="CHECKMARK")
    row.operator("orbitex.cancel", icon="X")


def draw_progress(layout: Any, running: jobs.Job) -> None:
    """The bar of a running job, with what it is doing and how the loss goes down."""
    progress = running.report.progress
    text, fraction = running.message, 0.0
    if progress is not None:
        fraction = progress.fraction
        step = f"step {progress.step}/{progress.steps}"
        paused = running.report.state == "paused"
        text = (
            f"Paused at {step}"
            if paused
            else f"Stage {progress.stage + 1}/{progress.stages}, {step}"
        )
    if hasattr(layout, "progress"):
        layout.progress(factor=fraction, text=text)
    else:  # before Blender 4.0
        layout.label(text=f"{100 * fraction:.0f} %", icon="SORTTIME")
        layout.label(text=text)
    if progress is None:
        return
    column = layout.column(align=True)
    row = column.row()
    row.label(text=f"Loss {progress.loss:.4g}")
    left = progress.seconds_left
    row.label(text=f"{clock(left)} left" if left is not None else clock(progress.seconds))
    line = sparkline(running.losses)
    if len(line) > 1:
        column.label(text=line)


def draw_steering(layout: Any, running: jobs.Job, context: Any) -> None:
    """What can be changed while it runs, and why the last change was refused."""
    if running.report.notice is not None:
        draw_problem(layout, running.report.notice, context)
    layout.operator("orbitex.adjust", icon="MODIFIER")


def draw_painted(layout: Any, obj: Any) -> None:
    """What can be done with the image that the object has."""
    if reattach.is_waiting(obj):
        layout.operator("orbitex.reattach", icon="LINKED")
    row = layout.row(align=True)
    row.operator("orbitex.paint_again", icon="FILE_REFRESH")
    row.operator("orbitex.recall", text="", icon="EYEDROPPER")
    layout.operator("orbitex.repaint", icon="MOD_MASK")
    layout.operator("orbitex.enlarge", icon="FULLSCREEN_ENTER")
    if originals.shows_painted(obj):
        layout.operator("orbitex.restore", icon="LOOP_BACK")
    else:
        layout.operator("orbitex.show_painted", icon="LOOP_FORWARDS")


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
