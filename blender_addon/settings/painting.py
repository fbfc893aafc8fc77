"""Settings: what counts how much, how carefully it is painted, and what is done
to the painted picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..offer import catalogue
from ..offer.fields import STEPS, TERMS
from .menu import Menu
from .row import FILE, Setting, of_recipe


def term_rows(section: str, needs_base: bool) -> tuple[Setting, ...]:
    """The weights of the objective's terms that need the colour before, or of those that do not."""
    return tuple(
        of_recipe(term.setting, section, f"objective.{term.name}", usual=term.usual, slider=True)
        for term in TERMS
        if term.needs_base == needs_base
    )


OBJECTIVE = (
    *term_rows("objective", needs_base=False),
    of_recipe(
        "network",
        "objective",
        menu=Menu(
            "Vision network that guides the painting",
            lambda settings: catalogue.known().networks,
            named=lambda: catalogue.known().networks,
        ),
    ),
)
# Called with an object whose image is to be finished otherwise than before.
on_finish: list[Callable[[Any], None]] = []


def _finish_changed(settings: Any, context: Any) -> None:
    for listener in on_finish:
        listener(settings.id_data)


FINISH = tuple(
    of_recipe(
        *(f"finish_{step.name}", "finish", f"finishing.{step.name}"),
        more={"update": _finish_changed, **(FILE if step.type == "picture" else {})},
    )
    if step.type != "number"
    else of_recipe(
        *(f"finish_{step.name}", "finish", f"finishing.{step.name}"),
        usual=step.usual[1],
        slider=True,
        more={"soft_min": step.usual[0], "update": _finish_changed},
    )
    for step in STEPS
)
PICTURES = tuple(step.name for step in STEPS if step.type == "picture")
# Before the service has said more.
_QUALITIES = tuple(catalogue.MenuEntry(n, n.capitalize()) for n in ("draft", "standard", "final"))
QUALITY = (
    of_recipe(
        "quality",
        "quality",
        menu=Menu(
            "How long and how carefully to paint",
            lambda settings: catalogue.known().qualities or _QUALITIES,
            named=lambda: catalogue.known().qualities or _QUALITIES,
        ),
    ),
    of_recipe("seed", "quality"),
    of_recipe("steps", "quality_details", start=300),
    of_recipe("learning_rate", "quality_details", least=0.001, more={"precision": 3}),
)
