"""What is written on the command line as a recipe's data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from geometry.errors import InputError, excerpt
from service.recipe.fields import StartName
from service.terms import TERMS


def recipe_data(target: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe's data from the options that were given."""
    data = {"target": target, **given}
    settings = {term.setting: name for name, term in TERMS.items()}
    if weights := {settings[key]: data.pop(key) for key in given if key in settings}:
        data["objective"] = weights
    if data.get("start") not in (None, *get_args(StartName)):
        data |= {"base": data["start"], "start": "base"}
    if "styles" in data:
        data["styles"] = [read_style(style) for style in data["styles"]]
    if "finishing" in data:
        data["finishing"] = dict(read_step(step) for step in data["finishing"])
    if "dreams" in data:
        data["dreams"] = [read_dream(dream) for dream in data["dreams"]]
    return data


def read_dream(text: str) -> dict[str, Any]:
    """'TARGET[=WEIGHT]' as a recipe's dream. Raises InputError("bad-value")."""
    target, equals, weight = text.rpartition("=")
    if not equals:
        return {"target": text}
    try:
        return {"target": target, "weight": float(weight)}
    except ValueError:
        raise InputError(
            "bad-value",
            "dreams",
            f"'{excerpt(weight)}' is not a weight.",
            "Write --dream TARGET=WEIGHT, such as --dream class:goldfinch=2.",
        ) from None


def read_step(text: str, field: str = "--finish") -> tuple[str, Any]:
    """'STEP=VALUE' of finishing. The value is a number, or text where it is none. Raises
    InputError("bad-value")."""
    name, equals, value = text.partition("=")
    name = name.removeprefix("finishing.")
    if not equals or not name:
        raise InputError(
            "bad-value",
            field,
            f"'{excerpt(text)}' is not STEP=VALUE.",
            f"Write {field} contrast=1.2.",
        )
    try:
        return name, int(value) if value.isdecimal() else float(value)
    except ValueError:
        return name, value


def read_style(text: str) -> dict[str, Any]:
    """'[WEIGHT:]STYLE' as a recipe's style. Only a number before the first colon is a weight, so
    that paths need no quoting; a file that is really named '2:x.png' is './2:x.png'."""
    match = re.fullmatch(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?):(.*)", text, re.DOTALL)
    if match is None:
        return {"source": text}
    return {"source": match[2], "weight": float(match[1])}
