"""Several paintings at once: the selected objects, or one object with several seeds."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ..jobs import jobs
from ..jobs.queue_rows import SEEDS
from ..problems import Problem, ProblemError
from ..settings.properties import settings_of
from . import paint
from .base import Explained, OnIdleMesh
from .waiting import PaintingOperator


def paint_objects(
    context: Any, objects: list[Any], address: str | None = None
) -> tuple[list[jobs.Job], list[Problem]]:
    """Start painting each object with its own settings, in this order; the jobs, and why some
    objects cannot be painted."""
    begun: list[jobs.Job] = []
    problems = []
    for obj in objects:
        before = begun[-1] if begun else None
        try:
            begun.append(paint.begin_paint(context, obj, address=address, before=before))
        except ProblemError as error:
            problems.append(error.problem)
    return begun, problems


def paint_seeds(context: Any, obj: Any, count: int, address: str | None = None) -> list[jobs.Job]:
    """Start ``count`` paintings of ``obj`` that differ in their seeds, from the settings' on. The
    first goes into the object's image, each other into one of its own, not shown.

    Raises ProblemError as :func:`.paint.begin_paint`.
    """
    begun: list[jobs.Job] = []
    first = settings_of(obj).seed
    for number in range(count):
        before = begun[-1] if begun else None
        overrides = {"seed": first + number}
        begun.append(
            paint.begin_paint(context, obj, overrides, address, aside=number > 0, before=before)
        )
    return begun


class _Batch(PaintingOperator):
    """What the two operators share."""

    address: StringProperty(
        name="Address",
        description="Address of the service; default: the preferences",
        options=paint.CALL,
    )
    report: Any


class ORBITEX_OT_paint_selected(_Batch, Explained, bpy.types.Operator):
    """Paint all selected meshes, one after the other"""

    bl_idname = "orbitex.paint_selected"
    bl_label = "Paint Selected Objects"
    bl_description = "Queue a painting for each selected mesh, with its own settings"
    bl_options: Any = {"UNDO"}

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is selected, or all that are are being painted."""
        return "" if _idle(context) else "Select meshes that are not being painted"

    def _begin(self, context: Any) -> list[jobs.Job]:
        begun, problems = paint_objects(context, _idle(context), self.address or None)
        if not begun:
            raise ProblemError(problems[0])
        for problem in problems:
            self.report({"WARNING"}, problem.line)
        return begun


def _idle(context: Any) -> list[Any]:
    meshes = [obj for obj in context.selected_objects if obj.type == "MESH"]
    return [obj for obj in meshes if jobs.active_of(obj) is None]


class ORBITEX_OT_paint_seeds(_Batch, OnIdleMesh, bpy.types.Operator):
    """Paint the active object several times"""

    bl_idname = "orbitex.paint_seeds"
    bl_label = "Paint Several Seeds"
    bl_description = "Queue several paintings of the active object, each with the next seed"
    bl_options: Any = {"UNDO"}

    count: IntProperty(
        name="Count",
        description="How many paintings",
        default=SEEDS,
        min=2,
        max=16,
        options=paint.CALL,
    )

    def _begin(self, context: Any) -> list[jobs.Job]:
        return paint_seeds(context, context.active_object, self.count, self.address or None)


CLASSES = (ORBITEX_OT_paint_selected, ORBITEX_OT_paint_seeds)
