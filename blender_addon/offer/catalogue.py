"""What the service offers (its answer to 'describe'), kept for the panel's menus.

Names live in the service alone: before the first answer the menus hold only what is already set.
No bpy in here.
"""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..printable import printable
from .colour_rules import EFFECTS, effect
from .fields import FIELDS
from .symmetries import canonical

_ROWS = 1000  # of a menu or a figure; what is longer is cut
_NAME = 64  # characters of what goes over the wire
_TITLE = 300  # characters of what is only shown
_LOOK = 256  # pixels of a look's side
_LOGIT = 40.0  # of a colour that is black or white


@dataclass(frozen=True)
class MenuEntry:
    """One entry of a menu: ``name`` goes over the wire, ``title`` and ``summary`` are shown.
    ``images``: of a colour rule, what becomes of red, green, blue under each generator; ``note``:
    what else is to be known of it;
    ``family``, ``order``: of a group, where there are any."""

    name: str
    title: str = ""
    summary: str = ""
    images: tuple[tuple[int, ...], ...] = ()
    note: str = ""
    family: str = ""
    order: int = 0


@dataclass(frozen=True, eq=False)
class Figure:
    """What can be drawn of a group about the z axis: ``axes`` (n, 4), a direction and its order;
    ``mirrors`` (n, 3), normals; ``domain`` (n, 7), the sides of one fundamental domain: start and
    along, perpendicular unit vectors, and the angle from start towards along."""

    axes: np.ndarray
    mirrors: np.ndarray
    domain: np.ndarray


DEFAULT_STYLE = str(FIELDS["styles"].default[0]["source"])
NO_COLOURING = MenuEntry("none", "None", "Symmetry without a change of colours")

EMBEDDED_NETWORK = "squeezenet"  # needs no weights from elsewhere


@dataclass(frozen=True)
class Catalogue:
    """The menus. ``others``: groups that were asked for by name. ``colourings`` maps a group's name
    to its colour rules, ``figures`` to its figure, ``looks`` a style's name to a small picture of
    it, |u1 (h, h, 3), top row first, ``frames`` to its colour frame, see
    :func:`.swatches.painted`."""

    groups: tuple[MenuEntry, ...] = ()
    others: Mapping[str, MenuEntry] = field(default_factory=dict)
    colourings: Mapping[str, tuple[MenuEntry, ...]] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    styles: tuple[MenuEntry, ...] = ()
    looks: Mapping[str, np.ndarray] = field(default_factory=dict)
    frames: Mapping[str, np.ndarray] = field(default_factory=dict)
    qualities: tuple[MenuEntry, ...] = ()
    networks: tuple[MenuEntry, ...] = ()
    service: str = ""
    device: str = ""

    def group(self, name: str) -> MenuEntry | None:
        """A group by any of its names, if the service has said something of it."""
        wanted = canonical(name)
        listed = (entry for entry in self.groups if entry.name == wanted)
        return next(listed, None) or self.others.get(wanted)

    def rules(self, name: str) -> tuple[MenuEntry, ...]:
        """The colour rules of a group, by any of its names."""
        return self.colourings.get(canonical(name), (NO_COLOURING,))

    def figure(self, name: str) -> Figure | None:
        """The figure of a group, by any of its names, if it is known."""
        return self.figures.get(canonical(name))


def parse(describe: Mapping[str, Any], hello: Mapping[str, Any]) -> Catalogue:
    """The catalogue in the replies to 'describe' and 'hello'; entries that make no sense are
    left out, so that a newer service cannot break the panel."""
    # A mesh is painted under a group of the sphere: rotations and mirrors through its origin.
    groups = [e for e in _rows(describe, "groups") if e.get("space") in (None, "sphere")]
    figures = {e["name"]: _figure(e.get("figure")) for e in groups}
    styles = describe.get("styles")
    return Catalogue(
        groups=tuple(map(_group, groups)),
        colourings={e["name"]: _colourings(e) for e in groups},
        figures={name: figure for name, figure in figures.items() if figure is not None},
        looks=_looks(describe.get("looks")),
        frames=_frames(describe.get("colour_frames")),
        networks=tuple(map(_network, _rows(describe, "networks"))),
        styles=tuple(
            MenuEntry(name, name.replace("_", " ").capitalize(), f"The service's exemplar '{name}'")
            for name in (styles if isinstance(styles, list) else [])[:_ROWS]
            if _is_name(name)
        ),
        qualities=tuple(
            MenuEntry(e["name"], e["name"].capitalize(), _shown(e.get("title")))
            for e in _rows(describe, "qualities")
        ),
        service=_shown(hello.get("service")),
        device=_shown(hello.get("device")),
    )


def _rows(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = data.get(key)
    rows = rows[:_ROWS] if isinstance(rows, list) else []
    return [row for row in rows if isinstance(row, dict) and _is_name(row.get("name"))]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _NAME and value.isprintable()


def _shown(value: Any) -> str:
    return printable(value[:_TITLE]) if isinstance(value, str) else ""


def _group(entry: Mapping[str, Any]) -> MenuEntry:
    name, family = entry["name"], entry.get("family")
    title = _shown(entry.get("title")) or name
    label = _shown(entry.get("label")) or (f"{name}: {title}" if title != name else name)
    order = entry.get("order")
    order = order if type(order) is int and 0 < order < 1e9 else 0
    copies = f", {order} copies" if order > 1 else ""
    summary = f"{name}: {title}{copies}" if title != name else name + copies
    return MenuEntry(name, label, summary, family=_shown(family), order=order)


def _colourings(group: Mapping[str, Any]) -> tuple[MenuEntry, ...]:
    """The colour rules of a group, by what they do; the one that changes nothing comes first."""
    rules = [_rule(row) for row in _rows(group, "colourings") if row["name"] != NO_COLOURING.name]
    return (NO_COLOURING, *sorted(rules, key=lambda rule: effect(rule.images)))


def _rule(row: Mapping[str, Any]) -> MenuEntry:
    name, images = row["name"], _images(row.get("images"))
    title = f"{EFFECTS[effect(images)]} ({name})" if images else name
    return MenuEntry(name, title, _shown(row.get("summary")), images, _shown(row.get("note")))


def _network(entry: Mapping[str, Any]) -> MenuEntry:
    summary = "" if entry.get("available", True) else "Its weights are missing"
    return MenuEntry(entry["name"], _shown(entry.get("title")) or entry["name"], summary)


def _images(data: Any) -> tuple[tuple[int, ...], ...]:
    if not isinstance(data, dict):
        return ()
    images = list(data.values())
    return tuple(map(tuple, images)) if all(map(_is_image, images)) else ()


def _is_image(image: Any) -> bool:
    numbers = isinstance(image, list) and all(type(x) is int for x in image)
    return numbers and sorted(map(abs, image)) == [1, 2, 3]


def _figure(data: Any) -> Figure | None:
    if not isinstance(data, dict):
        return None
    try:
        axes, mirrors, domain = (
            np.array(data[key], np.float64).reshape(-1, width)
            for key, width in (("axes", 4), ("mirrors", 3), ("domain", 7))
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    directions = (axes[:, :3], mirrors, domain[:, :3], domain[:, 3:6])
    good = (
        all(len(rows) <= _ROWS and (np.abs(rows) < 2).all() for rows in directions)
        and all(np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3) for rows in directions)
        and ((axes[:, 3] >= 1) & (axes[:, 3] <= _ROWS)).all()
        and ((domain[:, 6] >= 0) & (domain[:, 6] <= 2 * np.pi + 1e-3)).all()  # it was rounded
    )
    return Figure(axes, mirrors, domain) if good else None


def _looks(data: Any) -> dict[str, np.ndarray]:
    looks = {}
    for name, text in data.items() if isinstance(data, dict) else ():
        try:
            pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
            side = round((len(pixels) / 3) ** 0.5)
            if 1 <= side <= _LOOK:
                looks[name] = pixels.reshape(side, side, 3)
        except (binascii.Error, TypeError, ValueError):
            continue
    return looks


def _frames(data: Any) -> dict[str, np.ndarray]:
    rows = data.items() if isinstance(data, dict) else ()
    frames = {name: frame_of(frame) for name, frame in rows}
    return {name: frame for name, frame in frames.items() if frame is not None}


def frame_of(rows: Any) -> np.ndarray | None:
    """A colour frame, (3, 4), that can be inverted; None for anything else."""
    try:
        frame = np.array(rows, np.float64).reshape(3, 4)
    except (TypeError, ValueError, OverflowError):
        return None
    if not (np.abs(frame) < _LOGIT).all() or abs(np.linalg.det(frame[:, :3])) < 1e-9:
        return None
    return frame


_known = Catalogue()
_told = 0


def known() -> Catalogue:
    """The newest catalogue; an empty one before the first answer."""
    return _known


def told() -> int:
    """How often a service has said what it offers."""
    return _told


def remember(catalogue: Catalogue) -> None:
    """Make ``catalogue`` the newest."""
    global _known, _told
    _known, _told = catalogue, _told + 1


def learn(row: Mapping[str, Any]) -> None:
    """Keep what the service says of one more group, beside those of the menu."""
    global _known
    more = parse({"groups": [row]}, {})
    _known = replace(
        _known,
        others={**_known.others, **{entry.name: entry for entry in more.groups}},
        colourings={**_known.colourings, **more.colourings},
        figures={**_known.figures, **more.figures},
    )


def forget() -> None:
    """Back to the empty catalogue."""
    remember(Catalogue())


@functools.cache  # Blender keeps no reference to the strings of a dynamic menu: they must not die.
def menu(choices: tuple[MenuEntry, ...], stored: str) -> list[tuple[str, str, str]]:
    """Menu entries (identifier, label, tooltip) for ``choices``; a ``stored`` name that is not
    offered (no service yet, or another one) is appended, so that it is never lost."""
    items = [(c.name, c.title or c.name, c.summary or c.title or c.name) for c in choices]
    if all(item[0] != stored for item in items):
        items.append((stored, stored, "Not offered by the service at hand"))
    return items
