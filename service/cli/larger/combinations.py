"""The product of lists of groups, styles, colour rules and seeds, as recipes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geometry.catalogue import find_group
from geometry.errors import InputError
from service.cli.recipe_file import read_change, with_absolute_files
from service.inputs.styles import exemplars, load_styles
from service.recipe.changes import set_value
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import read_scene
from service.spaces import SPACES

MOST = 256  # combinations: what one sheet can show


@dataclass(frozen=True)
class Combination:
    """caption: what tells it from the others, in words; data: its recipe, as in JSON; recipe: the
    same, or None where there is no such painting, and skipped: why."""

    caption: str
    data: Mapping[str, Any]
    recipe: Recipe | None
    skipped: str | None = None


def listed(given: Sequence[str]) -> list[str]:
    """The entries of options such as 'p4,p6'. What is written out with commas of its own stays
    whole: rules as images, names in brackets, files."""
    found: list[str] = []
    for text in given:
        whole = "=" in text or Path(text).is_file()
        found += [text] if whole else re.split(r",(?![^\[({]*[\])}])", text)
    return list(dict.fromkeys(entry.strip() for entry in found if entry.strip()))


def combinations(
    target: str,
    groups: Sequence[str],
    styles: Sequence[str],
    colourings: Sequence[str],
    seeds: int,
    data: Mapping[str, Any],
    changes: Sequence[str] = (),
) -> list[Combination]:
    """All of them; empty lists leave the default. ``seeds``: how many, from 1 on; ``data``,
    ``changes``: what all recipes have, fields and 'KEY=VALUE'.

    Raises InputError for what is wrong with each list by itself, such as a group or a style that
    there is not, and "too-large" for too many."""
    space = SPACES[target]
    for group in groups:
        find_group(group, space.groups)
    lists: dict[str, Sequence[Any]] = {
        "group": groups,
        "colouring": colourings or ["none"],
        "style": styles or [None],
        "seed": range(1, seeds + 1),
    }
    count = len(groups) * len(lists["colouring"]) * len(lists["style"]) * seeds
    if count > MOST:
        raise InputError(
            "too-large", "seeds", f"These are {count} variants.", f"Choose {MOST} at most."
        )
    varied = {name for name, values in lists.items() if len(values) > 1} | {"group"}
    found = []
    for values in itertools.product(*lists.values()):
        one = dict(zip(lists, values, strict=True))
        caption = " · ".join(_words(one, varied))
        found.append(_combination(caption, _data(target, one, data, changes)))
    for style in lists["style"]:
        recipe = next((c.recipe for c in found if c.recipe and _has(c.recipe, style)), None)
        if recipe is not None:
            load_styles(recipe)
    return found


def _words(one: Mapping[str, Any], varied: set[str]) -> Iterator[str]:
    for name in one:
        if name in varied:
            text = str(one[name])
            yield {"style": Path(text).stem, "seed": f"seed {text}"}.get(name, text)


def _data(
    target: str, one: Mapping[str, Any], data: Mapping[str, Any], changes: Sequence[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {"target": target, **data}
    found |= {name: one[name] for name in ("group", "colouring", "seed")}
    if (style := one["style"]) is not None:
        found["styles"] = [{"source": _absolute(style)}]
    for change in changes:
        key, value = read_change(change)
        set_value(found, key, value, "--set")
    return found


def _absolute(style: str) -> str:
    return style if style in exemplars() else str(Path(style).absolute())


def _has(recipe: Recipe, style: str | None) -> bool:
    return style is None or recipe.styles[0].source == _absolute(style)


def _combination(caption: str, data: dict[str, Any]) -> Combination:
    """Raises InputError for what is wrong with more than how its parts go together."""
    recipe = with_absolute_files(parse_recipe(data), Path.cwd())
    try:
        read_scene(recipe)
    except InputError as error:
        return Combination(caption, data, None, " ".join(f"{error.message} {error.hint}".split()))
    return Combination(caption, recipe.model_dump(mode="json"), recipe)
