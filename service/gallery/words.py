"""A recipe in words, for people who look at its picture. Recipes here may be anybody's, of any
release: whatever they hold becomes text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_LONGEST = 120  # characters of one value
_FILES = ("mesh", "base", "mask", "style_colours", "motif")  # fields that may name files


def facts(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What one wants to know of a recipe: labels and values."""
    rows = [
        ("Painted on", text(recipe.get("target"))),
        ("Mesh", text(recipe.get("mesh"))),
        ("Symmetry", text(recipe.get("group"))),
        ("Colour rule", _unless(recipe.get("colouring"), "none")),
        ("Folds", text(recipe.get("folds"))),
        ("Style", ", ".join(styles(recipe))),
        ("Dreams", ", ".join(dreams(recipe))),
        ("Size", f"{text(recipe.get('size'))} pixels" if recipe.get("size") else ""),
        ("Quality", text(recipe.get("quality"))),
        ("Seed", text(recipe.get("seed"))),
    ]
    return [(label, value) for label, value in rows if value]


def title(name: str, given: str) -> str:
    """What a run is called: as its recipe file says, or after the file."""
    words = text(given) or text(re.sub(r"[_\s]+", " ", name).strip()) or "untitled"
    return words[0].upper() + words[1:]


def summary(recipe: Mapping[str, Any]) -> str:
    """A recipe in one line: p6 · 3a · stained_glass."""
    parts = [text(recipe.get("group")), _unless(recipe.get("colouring"), "none")]
    parts += [" + ".join(styles(recipe) or dreams(recipe))]
    return " · ".join(part for part in parts if part) or text(recipe.get("target"))


def alt(recipe: Mapping[str, Any]) -> str:
    """A picture described, for who does not see it."""
    words = f"{text(recipe.get('target')) or 'picture'} with the symmetry "
    words += text(recipe.get("group")) or "unknown"
    if rule := _unless(recipe.get("colouring"), "none"):
        words += f" and the colour rule {rule}"
    if names := styles(recipe):
        words += f" in the style of {', '.join(names)}"
    elif names := dreams(recipe):
        words += f", a dream of {', '.join(names)}"
    return words[0].upper() + words[1:]


def styles(recipe: Mapping[str, Any]) -> list[str]:
    """The names of its styles, without folders."""
    return [text(base_name(entry.get("source"))) for entry in _entries(recipe, "styles")]


def dreams(recipe: Mapping[str, Any]) -> list[str]:
    """What is dreamt of: a class or a channel, and of many channels of a layer how many."""
    return [_dream(text(entry.get("target"))) for entry in _entries(recipe, "dreams")]


def _dream(target: str) -> str:
    layer, _, channels = target.removeprefix("class:").partition(":")
    count = len(re.findall(r"[^+-]+", channels))
    return target.removeprefix("class:") if count < 2 else f"{layer} ({count} channels)"


def published(value: Any, key: str = "") -> Any:
    """A recipe without the folders of the machine that painted it: of files only names stay."""
    if isinstance(value, dict):
        return {str(name): published(entry, str(name)) for name, entry in value.items()}
    if isinstance(value, list):
        return [published(entry, key) for entry in value]
    return base_name(value) if key in ("source", "start", *_FILES) else value


def base_name(value: Any) -> Any:
    """The last part of a file's name, of any system's; all else as it is."""
    return re.split(r"[/\\]", value)[-1] or value if isinstance(value, str) else value


def flat(value: Any, name: str = "") -> dict[str, str]:
    """All fields of a recipe as text, by dotted names."""
    if isinstance(value, dict):
        pairs = [(str(key), entry) for key, entry in value.items()]
    elif isinstance(value, list):
        pairs = [(str(number + 1), entry) for number, entry in enumerate(value)]
    else:
        return {} if value is None else {name: text(value)}
    found: dict[str, str] = {}
    for key, entry in pairs:
        found |= flat(entry, f"{name}.{key}" if name else key)
    return found


def text(value: Any) -> str:
    """Any value in a few characters; none is empty."""
    if value is None:
        return ""
    words = f"{value:g}" if isinstance(value, float) else str(value)
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _unless(value: Any, usual: str) -> str:
    return "" if value == usual else text(value)


def _entries(recipe: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    entries = recipe.get(key)
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
