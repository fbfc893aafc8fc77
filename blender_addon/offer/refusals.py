"""What the service refuses, in the panel's words and with the panel's fixes."""

from __future__ import annotations

from collections.abc import Mapping

from ..printable import printable
from ..problems import Problem
from .fields import title_of

# Operators that mend what only the service can find out, with the text of their buttons.
SERVICE_FIXES = {
    "mesh-not-symmetric": ("orbitex.detect_symmetry", "Detect Symmetry"),
    "weights-missing": ("orbitex.use_embedded_network", "Use Embedded Network"),
    "bad-weights": ("orbitex.use_embedded_network", "Use Embedded Network"),
    "nothing-seen": ("orbitex.use_ring", "Use Ring of Views"),
    "no-head": ("orbitex.use_embedded_network", "Use Embedded Network"),
    "unknown-class": ("orbitex.use_nearest_classes", "Use Nearest Class"),
    "unknown-layer": ("orbitex.remove_unknown_dreams", "Remove from List"),
    "unknown-channel": ("orbitex.remove_unknown_dreams", "Remove from List"),
}
# Hints for the panel, where the service's own speak of the command line.
SERVICE_HINTS = {
    "impossible-colouring": "Take a rule from the menu Colour Rule.",
    "mesh-not-symmetric": "Detect what the object has, or let the symmetry act on directions "
    "(Acts On), which fits any object.",
}


def from_service(error: Mapping[str, str]) -> Problem:
    """The ``error`` object of an error reply ({code, field, message, hint}), which has been
    checked, as a problem; its words on one line that is fit to be shown."""
    text = {key: printable(error[key][:500]) for key in ("code", "field", "message", "hint")}
    message = text["message"] or "The service refused without saying why."
    if text["field"]:
        message = f"{title_of(text['field'])}: {message}"
    fix = SERVICE_FIXES.get(text["code"], ("", ""))
    hint = SERVICE_HINTS.get(text["code"], text["hint"])
    return Problem(text["code"] or "refused", message, hint, *fix)
