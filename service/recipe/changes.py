"""Changes of nested data by keys such as 'objective.style' or 'styles.0.weight'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geometry.errors import InputError, excerpt

MAX_KEY = 200  # characters of 'objective.style' and the like


def set_value(data: dict[str, Any], key: str, value: Any, field: str) -> None:
    """Put a value where ``key`` leads: dots lead into objects and, as numbers, into lists.
    Raises InputError("bad-value") that names ``field``."""
    *way, last = key.split(".")
    place: Any = data
    for part in way:
        if isinstance(place, dict):
            place = place.setdefault(part, {})
        else:
            place = place[_index(place, part, key, field)]
    if isinstance(place, dict):
        place[last] = value
    else:
        place[_index(place, last, key, field)] = value


def single_values(changes: Mapping[str, Any], way: str = "") -> Iterator[tuple[str, Any]]:
    """(key, value) of everything in ``changes`` that is no object: {"objective": {"style": 2}}
    changes 'objective.style' and nothing else. Raises InputError("bad-value") for a key that is too
    long or leads too deep."""
    for key, value in changes.items():
        if len(way) + len(key) > MAX_KEY:
            raise InputError("bad-value", "changes", f"'{excerpt(way + key, 40)}' is no key.")
        if isinstance(value, Mapping):
            yield from single_values(value, f"{way}{key}.")
        else:
            yield f"{way}{key}", value


def _index(place: Any, part: str, key: str, field: str) -> int:
    if not isinstance(place, list):
        raise InputError(
            "bad-value",
            field,
            f"'{key:.80}' goes on below a single value, at '{part:.40}'.",
            "Shorten the key.",
        )
    # Written in one way only, so that who compares keys sees the same place (as JSON Pointers are).
    if part not in map(str, range(len(place))):
        raise InputError(
            "bad-value",
            field,
            f"In '{key:.80}', '{part:.40}' is not a place in a list of {len(place)}.",
            f"Places: 0 to {len(place) - 1}." if place else "The list is empty.",
        )
    return int(part)
