"""What can be dreamt of, by name: a class, a layer, a channel or a direction of a network. No torch
in here."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geometry.errors import InputError, excerpt
from service.tables.network_info import HEAD, NetworkInfo

_CLASS = "class"
_MOST_DIGITS = 6  # of an index: no network has so many channels or classes
HOW = "Write class:NAME, LAYER, LAYER:CHANNEL, or several channels as in {layer}:0.8*12+40-0.3*7."
_PART = r"(?:(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})\*)?(\d{1,6})"  # a share, if not 1, and a channel


@dataclass(frozen=True)
class DreamTarget:
    """layer: a layer of the network, or its HEAD. channel: of the layer, or None for all. name: of
    a class that was given by name, else empty. direction: (channel, share) of several channels that
    are sought together, none of them twice."""

    layer: str
    channel: int | None = None
    name: str = ""
    direction: tuple[tuple[int, float], ...] = ()


def find_dream(text: str, info: NetworkInfo, field: str) -> DreamTarget:
    """A target such as 'class:goldfinch', 'class:11', 'fire9', 'fire9:100' or
    'fire8:0.8*12+40-0.3*7'. Raises InputError: "no-head", "unknown-layer", "bad-value"; ``field``
    is that of the recipe."""
    layer, colon, rest = (part.strip() for part in text.partition(":"))
    if layer.lower() == _CLASS:
        check_head(info, field)
        if not rest:
            hint = "Write class:NAME, such as class:goldfinch."
            raise InputError("bad-value", field, "The class has no name.", hint)
        return DreamTarget(HEAD, _number(rest), rest)
    find_layer(layer, info, field)
    channel = _number(rest)
    if not colon or channel is not None:
        return DreamTarget(layer, channel)
    direction = _direction(rest)
    if not any(share > 0 for share in direction.values()):
        problem = "seeks no channel" if direction else "is no channel, nor several"
        hint = HOW.format(layer=layer)
        raise InputError("bad-value", field, f"'{excerpt(rest)}' {problem}.", hint)
    return DreamTarget(layer, direction=tuple(direction.items()))


def direction_target(layer: str, shares: Mapping[int, float]) -> str:
    """What :func:`find_dream` reads as a direction: {channel: share}, shares to two digits."""
    parts = [f"{share:+.2g}*{channel}" for channel, share in shares.items()]
    return f"{layer}:{''.join(parts).removeprefix('+')}"


def _direction(text: str) -> dict[int, float]:
    """{channel: share} of '0.8*12+40-0.3*7'; none if it is not like that."""
    text = "".join(text.split())
    if not re.fullmatch(rf"[+-]?{_PART}(?:[+-]{_PART})*", text, re.ASCII):
        return {}
    found: dict[int, float] = {}
    for sign, share, channel in re.findall(rf"([+-]?){_PART}", text):
        signed = float(f"{sign}{share or 1}")
        found[int(channel)] = found.get(int(channel), 0.0) + signed
    return found


def find_layer(layer: str, info: NetworkInfo, field: str) -> None:
    """Raise InputError("unknown-layer") for a name that is no layer's."""
    if layer in info.layers:
        return
    layers = ", ".join(info.layers)
    near = difflib.get_close_matches(layer, info.layers, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise InputError(
        "unknown-layer",
        field,
        f"'{excerpt(layer)}' is no layer of {info.name}.",
        f"{hint}Layers: {layers}; classes are written class:NAME.",
    )


def check_channel(layer: str, channel: int, channels: int, field: str) -> None:
    """Raise InputError("unknown-channel") for a channel that a layer of so many has not."""
    if not 0 <= channel < channels:
        raise InputError(
            "unknown-channel",
            field,
            f"{layer} has no channel {channel}: it has {channels}.",
            f"Use {layer}:0 to {layer}:{channels - 1}.",
        )


def dreamers(targets: Sequence[str], networks: Sequence[NetworkInfo]) -> list[NetworkInfo]:
    """Those of some networks that know all targets. Raises what :func:`find_dream` says of the
    first one, if none does."""
    found = [info for info in networks if _knows(info, targets)]
    if not found:
        for number, target in enumerate(targets):
            find_dream(target, networks[0], f"dreams.{number}.target")
    return found


def _knows(info: NetworkInfo, targets: Sequence[str]) -> bool:
    try:
        for target in targets:
            find_dream(target, info, "dreams")
    except InputError:
        return False
    return True


def check_head(info: NetworkInfo, field: str) -> None:
    """Raise InputError("no-head") for a network that knows no classes."""
    if info.head is None:
        raise InputError(
            "no-head",
            field,
            f"The network {info.name} knows no classes.",
            "Dream of a layer or a channel, or choose another network.",
        )


def find_class(name: str, index: int | None, info: NetworkInfo, field: str) -> int:
    """The index of a class by ``name``, or ``index`` if there is such a class. Raises
    InputError("unknown-class"). Imports torch."""
    classes = info.classes()
    if index is not None:
        if index < len(classes):
            return index
        raise InputError(
            "unknown-class",
            field,
            f"There is no class {index}: {info.name} knows {len(classes)}.",
            f"Use 0 to {len(classes) - 1}; 'service classes' lists them.",
        )
    plain = [known.lower() for known in classes]
    wanted = name.lower().replace("_", " ")
    if wanted in plain:
        return plain.index(wanted)
    holding = [known for known in plain if wanted in known]
    near = holding[:3] or difflib.get_close_matches(wanted[:64], plain, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        "unknown-class",
        field,
        f"'{excerpt(name)}' is no class that {info.name} knows.",
        f"{hint}'service classes' lists them.",
    )


def _number(text: str) -> int | None:
    plain = text.isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS
    return int(text) if plain else None
