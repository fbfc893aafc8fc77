"""What is dreamt of: targets as the recipe writes them, and whether a network has them. No bpy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..problems import ProblemError, refuse
from .fields import FIELDS, PURE, STYLED

MAX_DREAMS = int(FIELDS["dreams"].most or 0)
CLASS, LAYER, CHANNEL, MIX = "CLASS", "LAYER", "CHANNEL", "MIX"
NEAREST = 3  # names that are suggested
_REMOVE = "orbitex.remove_unknown_dreams", "Remove from List"


@dataclass(frozen=True)
class Contents:
    """What is in a network. layers: in order, and how many channels each has; classes: names by
    index, none for a network without a head."""

    layers: Mapping[str, int]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """One thing to dream of. name: of a class, or its index; layer: of the other kinds; mix: of a
    MIX, several channels with their shares, such as 0.8*12+40-0.3*7."""

    kind: str
    name: str = ""
    layer: str = ""
    channel: int = 0
    mix: str = ""

    def spelt(self) -> str:
        """As a recipe has it."""
        if self.kind == CLASS:
            return f"class:{self.name}"
        if self.kind == LAYER:
            return self.layer
        return f"{self.layer}:{self.mix if self.kind == MIX else self.channel}"


def read_target(text: str) -> Target:
    """The inverse of :meth:`Target.spelt`. Raises ProblemError "bad-dream"."""
    head, colon, rest = (part.strip() for part in text.partition(":"))
    if head.lower() == "class":
        return Target(CLASS, name=rest)
    if not colon:
        return Target(LAYER, layer=head)
    if rest.isascii() and rest.isdecimal() and len(rest) <= 6:
        return Target(CHANNEL, layer=head, channel=int(rest))
    if not re.fullmatch(r"[-+*.0-9 ]+", rest):
        refuse(
            "bad-dream", f"'{text}' is not a dream.", "Write class:NAME, LAYER or LAYER:CHANNEL."
        )
    return Target(MIX, layer=head, mix=rest)


def check_target(target: Target, network: str, contents: Contents) -> None:
    """Raises ProblemError if a network does not have what is dreamt of: "no-head",
    "unknown-class", "unknown-layer", "unknown-channel"."""
    if target.kind == CLASS and not contents.classes:
        embedded = "orbitex.use_embedded_network", "Use Embedded Network"
        refuse("no-head", f"The network {network} knows no classes.", "", *embedded)
    elif target.kind == CLASS and not has_class(target.name, contents):
        near = nearest_classes(target.name, contents)
        fix = ("orbitex.use_nearest_classes", f"Use '{near[0]}'") if near else ("", "")
        hint = f"Did you mean {' or '.join(near)}?" if near else "Search the names in the field."
        refuse("unknown-class", f"{network} knows no class '{target.name}'.", hint, *fix)
    elif target.kind != CLASS and target.layer not in contents.layers:
        layers = ", ".join(contents.layers)
        message = f"{network} has no layer '{target.layer}'."
        refuse("unknown-layer", message, f"It has {layers}.", *_REMOVE)
    elif target.kind == CHANNEL and target.channel >= (count := contents.layers[target.layer]):
        message = f"{target.layer} has no channel {target.channel}: it has {count}."
        refuse("unknown-channel", message, f"Use 0 to {count - 1}.", *_REMOVE)


def nearest_classes(name: str, contents: Contents) -> list[str]:
    """The classes whose names are most like ``name``."""
    plain = {known.lower(): known for known in contents.classes}
    wanted = name.lower().replace("_", " ")
    near = [known for known in plain if wanted and wanted in known][:NEAREST]
    near = near or difflib.get_close_matches(wanted[:64], plain, n=NEAREST, cutoff=0.4)
    return [plain[known] for known in near]


def following(values: Any, use_styles: bool) -> dict[str, float]:
    """What becomes of settings when styles are switched on or off. Where no style says how pixels
    go together, dreams count more, are smoothed more, keep to natural colours and are painted more
    calmly: what is still at its default for the one kind of painting follows to that for the
    other. ``values``: an object's settings, or Choices."""
    old, new = (PURE, STYLED) if use_styles else (STYLED, PURE)
    return {name: new[name] for name in PURE if abs(getattr(values, name) - old[name]) < 1e-5}


def strongest(rows: Iterable[Mapping[str, Any]], count: int) -> list[tuple[str, float]]:
    """(target, weight) of the first ``count`` channels of a survey; the strongest weighs 1."""
    found = [row for row in rows if row["strength"] > 0 and is_name(row["layer"])][:count]
    most = max((row["strength"] for row in found), default=1)
    return [
        (f"{row['layer']}:{row['channel']}", round(max(row["strength"] / most, 0.01), 2))
        for row in found
    ]


def is_target(text: str) -> bool:
    """Whether :func:`read_target` reads it."""
    try:
        return is_name(read_target(text).layer)
    except ProblemError:
        return False


def is_name(text: str) -> bool:
    """Whether it can be the name of a layer: it is shown, and written into targets."""
    return text.isprintable() and bool(text.strip()) and ":" not in text


def has_class(name: str, contents: Contents) -> bool:
    """Whether a network knows a class, by name or index."""
    if name.isascii() and name.isdecimal() and len(name) <= 6:
        return int(name) < len(contents.classes)
    return name.lower().replace("_", " ") in map(str.lower, contents.classes)
