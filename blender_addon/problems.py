"""What can go wrong, as a value: one sentence, a hint, and the operator that repairs it."""

from __future__ import annotations

from collections.abc import Mapping
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
        "Start service",
    )


def silent_service(address: str, with_key: bool) -> Problem:
    """Something listens at ``address`` and says nothing: with keys, that is how no is said."""
    hint = (
        "A key that it does not allow is met with silence: see 'service keys list' there."
        if with_key
        else "A service with keys answers nobody without one: give the preferences a key file."
    )
    message = f"What listens at {address} does not answer."
    return Problem("no-answer", message, hint, "orbitex.show_preferences", "Open preferences")


# Operators that mend what only the service can find out, with the text of their buttons.
SERVICE_FIXES = {
    "mesh-not-symmetric": ("orbitex.use_directions", "Act on directions instead"),
    "weights-missing": ("orbitex.use_embedded_network", "Use the embedded network"),
    "bad-weights": ("orbitex.use_embedded_network", "Use the embedded network"),
    "nothing-seen": ("orbitex.use_ring", "Use a ring of views"),
    "no-head": ("orbitex.use_embedded_network", "Use the embedded network"),
    "unknown-class": ("orbitex.use_nearest_classes", "Use the nearest class"),
    "unknown-layer": ("orbitex.remove_unknown_dreams", "Remove it from the list"),
    "unknown-channel": ("orbitex.remove_unknown_dreams", "Remove it from the list"),
}
# Hints for the panel, where the service's own speak of the command line.
SERVICE_HINTS = {
    "impossible-colouring": "Take a rule from the menu Colour Rule.",
    "mesh-not-symmetric": "Choose another Symmetry, Axis or Centre, raise Tolerance, or let it "
    "act on directions.",
}


def from_service(error: Mapping[str, str]) -> Problem:
    """The ``error`` object of an error reply ({code, field, message, hint}), which has been
    checked, as a problem; its words on one line that is fit to be shown."""
    text = {key: printable(error[key][:500]) for key in ("code", "field", "message", "hint")}
    message = text["message"] or "The service refused without saying why."
    if text["field"]:
        message = f"{text['field']}: {message}"
    fix = SERVICE_FIXES.get(text["code"], ("", ""))
    hint = SERVICE_HINTS.get(text["code"], text["hint"])
    return Problem(text["code"] or "refused", message, hint, *fix)
