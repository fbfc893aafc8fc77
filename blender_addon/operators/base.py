"""What operators have in common: a problem becomes a report, and a grey button says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..jobs import jobs
from ..link.messages import RUNNING
from ..problems import ProblemError
from ..settings.properties import settings_of

Result = Any  # what an operator returns: {"FINISHED"} or {"CANCELLED"}


def attempt(operator: Any, action: Callable[..., Result], *arguments: Any) -> Result:
    """``action(*arguments)``; its ProblemError becomes an error report and 'CANCELLED'.

    For a script, Blender turns the report into a RuntimeError with the same line.
    (A decorator would not do: Blender counts the arguments of ``execute``.)
    """
    try:
        return action(*arguments)
    except ProblemError as error:
        operator.report({"ERROR"}, error.problem.line)
        return {"CANCELLED"}


class Acting:
    """What is done, ``_act``, may raise ProblemError."""

    def execute(self, context: Any) -> Result:
        """Do it; a problem becomes a report."""
        return attempt(self, self._act, context)

    def _act(self, context: Any) -> Result:
        raise NotImplementedError


class Awaiting:
    """What takes a while: scripts and background Blender wait for it, ``_await``; the interface
    begins it, ``_start``, and a timer brings what comes of it. Both may raise ProblemError."""

    def execute(self, context: Any) -> Result:
        """Begin it and wait; a problem becomes a report."""
        return attempt(self, self._await, context)

    def invoke(self, context: Any, event: Any) -> Result:
        """Begin it and return at once."""
        return attempt(self, self._start, context)

    def _await(self, context: Any) -> Result:
        raise NotImplementedError

    def _start(self, context: Any) -> Result:
        raise NotImplementedError


class Explained:
    """Poll of an operator, from the reason why it cannot run."""

    poll_message_set: Callable[..., None]

    @classmethod
    def why_not(cls, context: Any) -> str:
        """Why it cannot run now; empty if it can."""
        raise NotImplementedError

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Whether it can run now."""
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason


class OnMesh(Explained):
    """Needs an active mesh."""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active."""
        obj = context.active_object
        return "" if obj is not None and obj.type == "MESH" else "Select a mesh object"


class OnPainted(OnMesh):
    """Needs an active mesh with an image of Orbitex's."""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or it has no image."""
        reason = super().why_not(context)
        if not reason and settings_of(context.active_object).image is None:
            reason = "This object has not been painted"
        return reason


class OnIdleMesh(OnMesh):
    """Needs an active mesh that is not being painted."""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or it is busy."""
        return super().why_not(context) or jobs.busy_reason(context.active_object)


class OnJob(Explained):
    """Needs a job of the active object, in one of the ``states``."""

    states = RUNNING
    otherwise = "This object is not being painted"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """There is no job, or it is in another state."""
        running = jobs.active_of(context.active_object)
        right = running is not None and running.report.state in cls.states
        return "" if right else cls.otherwise


class OnIdlePainted(OnPainted):
    """Needs an active mesh with an image of Orbitex's that is not being painted."""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, it has no image, or is being painted."""
        return super().why_not(context) or jobs.busy_reason(context.active_object)
