"""What helps where a command line cannot be understood, beyond what the parser says of it."""

from __future__ import annotations

import re
from typing import Any

from service.recipe.parts import Objective
from service.recipe.recipe import Recipe

_EXTRA = re.compile(r"unexpected extra arguments?.*\([\d, ]+\)")


def remedy(error: Any, place: str) -> str:
    """A sentence on how to say it, with a space before it; or nothing.

    An option that only other commands have is a setting here, where the command takes --set. The
    shell takes braces apart: of {4,6} it makes 4 and 6, so numbers are left over.
    """
    context = getattr(error, "ctx", None)
    known = [] if context is None else [o for p in context.command.params for o in p.opts]
    option = getattr(error, "option_name", None)
    if option == "--set":
        return " Settings are options here, as in --size 512; 'service run' has --set."
    if option is not None and "--set" in known:
        key = option.lstrip("-").replace("-", "_")
        if key in Recipe.model_fields and key not in ("objective", "target"):
            return f" Write --set {key}=…"
        term = key.removesuffix("_weight")
        if term in Objective.model_fields:
            return f" Write --set objective.{term}=…"
    if _EXTRA.search(str(getattr(error, "message", error))) and place != "service":
        return " The shell takes braces apart: write them in quotes, as in '{4,6}'."
    return ""
