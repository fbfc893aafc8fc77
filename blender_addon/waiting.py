"""How operators that paint run: scripts and background Blender wait for their jobs, the interface
does not."""

from __future__ import annotations

from functools import partial
from typing import Any

import bpy

from . import jobs, live_image, session, shading
from .attempt import Result, attempt
from .printing import say
from .problems import ProblemError


class Painting:
    """What operators that paint have in common; ``_begin`` starts the jobs."""

    report: Any

    def execute(self, context: Any) -> Result:
        """The blocking path of scripts and background Blender."""
        return attempt(self, self._paint, context)

    def invoke(self, context: Any, event: Any) -> Result:
        """The path of the interface: start and return."""
        return attempt(self, self._start, context)

    def _paint(self, context: Any) -> Result:
        return wait_for(self, self._begin(context))

    def _start(self, context: Any) -> Result:
        self._begin(context)
        session.start_timer()
        return {"FINISHED"}

    def _begin(self, context: Any) -> list[jobs.Session]:
        raise NotImplementedError


def wait_for(operator: Any, sessions: list[jobs.Session]) -> Result:
    """Pump until all have ended, printing progress. Raises the ProblemError of the first that
    failed; 'CANCELLED', with a report, where one was cancelled."""
    try:
        for running in sessions:
            whose = f"{running.object_name}: " if len(sessions) > 1 else ""
            session.run_to_end(running, partial(_say, whose))
    finally:  # after a second Ctrl-C, say
        for running in sessions:
            if running.active:
                jobs.end(running, "Cancelled")
    for ended in sessions:
        if ended.report.problem is not None:
            raise ProblemError(ended.report.problem)
    for ended in sessions:
        if ended.report.state != "finished":
            operator.report({"ERROR"}, ended.message)
            return {"CANCELLED"}
        operator.report({"INFO"}, ended.message)
        obj = live_image.by_uid(bpy.data.objects, ended.object_uid)
        unseen = shading.not_shown(obj) if obj is not None else None
        for problem in (unseen, ended.warning):
            if problem is not None:
                operator.report({"WARNING"}, problem.line)
    return {"FINISHED"}


def _say(whose: str, line: str) -> None:
    say(f"{whose}{line}")
