"""What the service offers (its answer to 'describe'), kept for the panel's menus.

Names live in the service alone: before the first answer the menus hold only what is already set.
No bpy in here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One entry of a menu: ``name`` goes over the wire, ``title`` and ``summary`` are shown."""

    name: str
    title: str = ""
    summary: str = ""


NO_COLOURING = Choice("none", "None", "Symmetry without a change of colours")


@dataclass(frozen=True)
class Catalogue:
    """The menus. ``colourings`` maps a group's name to its colour rules."""

    groups: tuple[Choice, ...] = ()
    colourings: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    styles: tuple[Choice, ...] = ()
    qualities: tuple[Choice, ...] = ()
    service: str = ""
    device: str = ""


def parse(describe: Mapping[str, Any], hello: Mapping[str, Any]) -> Catalogue:
    """The catalogue in the replies to 'describe' and 'hello'; entries that make no sense are
    left out, so that a newer service cannot break the panel."""
    entries = [e for e in _rows(describe, "groups") if e.get("space") in (None, "sphere")]
    # A mesh is painted under a group of the sphere: rotations and mirrors through its origin.
    groups, colourings = [], {}
    for entry in entries:
        name = str(entry["name"])
        order = f", order {entry['order']}" if entry.get("order") else ""
        title = str(entry.get("title") or name)
        groups.append(Choice(name, f"{name}: {title}" if title != name else name, title + order))
        rules = [
            Choice(str(rule["name"]), str(rule["name"]), str(rule.get("summary") or ""))
            for rule in _rows(entry, "colourings")
        ]
        if all(rule.name != NO_COLOURING.name for rule in rules):
            rules.insert(0, NO_COLOURING)
        colourings[name] = tuple(rules)
    styles = describe.get("styles")
    return Catalogue(
        groups=tuple(groups),
        colourings=colourings,
        styles=tuple(
            Choice(name, name.replace("_", " ").capitalize(), f"The service's exemplar '{name}'")
            for name in (styles if isinstance(styles, list) else [])
            if isinstance(name, str)
        ),
        qualities=tuple(
            Choice(str(e["name"]), str(e["name"]).capitalize(), str(e.get("title") or ""))
            for e in _rows(describe, "qualities")
        ),
        service=str(hello.get("service") or ""),
        device=str(hello.get("device") or ""),
    )


def _rows(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = data.get(key)
    return (
        [row for row in rows if isinstance(row, dict) and row.get("name")]
        if (isinstance(rows, list))
        else []
    )


_known = Catalogue()


def known() -> Catalogue:
    """The newest catalogue; an empty one before the first answer."""
    return _known


def remember(catalogue: Catalogue) -> None:
    """Make ``catalogue`` the newest."""
    global _known
    _known = catalogue


def forget() -> None:
    """Back to the empty catalogue."""
    remember(Catalogue())


@functools.cache  # Blender keeps no reference to the strings of a dynamic menu: they must not die.
def menu(choices: tuple[Choice, ...], stored: str) -> list[tuple[str, str, str]]:
    """Menu entries (identifier, label, tooltip) for ``choices``; a ``stored`` name that is not
    offered (no service yet, or another one) is appended, so that it is never lost."""
    items = [(c.name, c.title or c.name, c.summary or c.title or c.name) for c in choices]
    if all(item[0] != stored for item in items):
        items.append((stored, stored, "Not offered by the service at hand"))
    return items


CLASSES = ()
