"""Recipes from files: JSON, changed by ``--set key=value``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geometry.errors import InputError
from service.recipe import Recipe, parse_recipe
from service.reporting.receipt import SCHEMA

_MAX_BYTES = 1 << 24


def read_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """The recipe in a file, or in a receipt, with ``changes`` such as 'objective.style=2'.

    Its files are looked for beside the recipe. Raises InputError: "missing-file",
    "bad-recipe", "bad-value", "unknown-field".
    """
    data = _read(path)
    for change in changes:
        _set(data, change)
    recipe = parse_recipe(data)
    return with_absolute_files(recipe, path.parent)


def with_absolute_files(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with its files' names made absolute, read relative to ``folder``: a receipt of it
    can be run from anywhere. Names of exemplars and colours stay."""
    from service.inputs import exemplars

    def absolute(name: str) -> str:
        return str((folder / name).absolute())

    known = exemplars()
    styles = tuple(
        style
        if style.source in known
        else style.model_copy(update={"source": absolute(style.source)})
        for style in recipe.styles
    )
    files: dict[str, str] = {}
    for field in ("mesh", "base", "mask"):
        name = getattr(recipe, field)
        if name is not None and not name.startswith("#"):
            files[field] = absolute(name)
    return recipe.model_copy(update={"styles": styles, **files})


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("bad-recipe", "recipe", f"{path} is too large to be a recipe.")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(
            "missing-file", "recipe", f"There is no file {path}.", "See recipes/ for examples."
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            "bad-recipe",
            "recipe",
            f"{path} is not JSON: {error.msg} in line {error.lineno}.",
            "Mend it there.",
        ) from None
    except (OSError, ValueError, RecursionError):
        raise InputError("bad-recipe", "recipe", f"{path} cannot be read as JSON text.") from None
    if isinstance(data, dict) and data.get("schema") == SCHEMA:
        data = data.get("recipe")
    if not isinstance(data, dict):
        raise InputError(
            "bad-recipe", "recipe", f"{path} holds no JSON object.", "See recipes/ for examples."
        )
    return data


def _set(data: dict[str, Any], change: str) -> None:
    """Apply 'key=value'; dots lead into objects and, as numbers, into lists. The value is JSON,
    or text where it is not."""
    key, equals, text = change.partition("=")
    if not equals or not key:
        raise InputError(
            "bad-value", "--set", f"'{change}' is not key=value.", "Write --set objective.style=2."
        )
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    *way, last = key.split(".")
    place: Any = data
    for part in way:
        if isinstance(place, dict):
            place = place.setdefault(part, {})
        else:
            place = place[_index(place, part, key)]
    if isinstance(place, dict):
        place[last] = value
    else:
        place[_index(place, last, key)] = value


def _index(place: Any, part: str, key: str) -> int:
    if not isinstance(place, list):
        raise InputError(
            "bad-value",
            "--set",
            f"'{key}' goes on below a single value, at '{part}'.",
            "Shorten the key.",
        )
    if not part.isdecimal() or int(part) >= len(place):
        raise InputError(
            "bad-value",
            "--set",
            f"In '{key}', '{part}' is not a place in a list of {len(place)}.",
            f"Places: 0 to {len(place) - 1}." if place else "The list is empty.",
        )
    return int(part)
