"""What can go wrong, as a value: one sentence, a hint, and the operator that repairs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from .printable import printable


@dataclass(frozen=True)
class Problem:
    """Something that stops the painting.

    ``code`` is a stable kebab-case word, ``message`` one sentence on what is wrong, ``hint`` one
    on how to mend it (may be empty). ``fix`` names an operator ("orbitex.smart_uv") that mends it
    at one click and ``fix_label`` is the text of its button; both empty when there is none.
    """

    code: str
    message: str
    hint: str = ""
    fix: str = ""
    fix_label: str = ""

    @property
    def line(self) -> str:
        """Message and hint on one line, as an error report shows them."""
        return printable(" ".join(f"{self.message} {self.hint}".split()))


class ProblemError(Exception):
    """Carries a :class:`Problem` up to the operator that reports it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.line)
        self.problem, self.code = problem, problem.code


def refuse(code: str, message: str, hint: str = "", fix: str = "", fix_label: str = "") -> NoReturn:
    """Raises :class:`ProblemError` with a problem of these words."""
    raise ProblemError(Problem(code, message, hint, fix, fix_label))


def no_service(address: str) -> Problem:
    """Nobody listens at ``address``."""
    return Problem(
        "no-service",
        f"No service at {address}.",
        f"Start one: python -m service serve --bind {address}",
        "orbitex.start_service",
        "Start Service",
    )


def silent_service(address: str, with_key: bool) -> Problem:
    """Something listens at ``address`` and says nothing: with keys, that is how no is said."""
    hint = (
        "A key that it does not allow is met with silence: see 'service keys list' there."
        if with_key
        else "A service with keys answers nobody without one: give the preferences a key file."
    )
    message = f"What listens at {address} does not answer."
    return Problem("no-answer", message, hint, "orbitex.show_preferences", "Open Preferences")
