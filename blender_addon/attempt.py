"""How an operator runs a plain function and reports its problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .problems import ProblemError

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
