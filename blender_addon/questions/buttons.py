"""What the operators share that ask the service about a painted object."""

from __future__ import annotations

from typing import Any

from ..operators.base import Awaiting, OnIdlePainted, Result
from .asking import Asking
from .painted import Questions


class AsksOfPainted(Awaiting, OnIdlePainted):
    """Asks one of its ``questions`` about the active object: ``_ask`` says which."""

    questions: Questions

    def _ask(self, context: Any) -> Asking:
        """Raises ProblemError."""
        raise NotImplementedError

    def _tell(self, obj: Any, asking: Asking) -> None:
        """Report what came of it, in a script."""

    def _start(self, context: Any) -> Result:
        self._ask(context)
        self.questions.watch()
        return {"FINISHED"}

    def _await(self, context: Any) -> Result:
        obj, asking = context.active_object, self._ask(context)
        self.questions.wait(obj, asking)
        self._tell(obj, asking)
        return {"FINISHED"}
