"""The wallpaper groups: a table of presentations in lattice coordinates.

Sources: presentations and signatures from Conway, Burgiel, Goodman-Strauss, The Symmetries of
Things (2008), ch. 3-5.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from geometry.groups import HEXAGONAL, SQUARE, Generator, Group, Lattice, turn_title
from geometry.spaces import PLANE, Array, affine


def _plane_turn(lattice: Lattice, order: int, centre: tuple[float, float]) -> Array:
    """The rotation by 2π/order about ``centre``, in lattice coordinates, free of rounding."""
    angle = 2 * math.pi / order
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = np.rint(np.linalg.solve(lattice.basis, turn @ lattice.basis))
    shift = np.array(centre) - linear @ np.array(centre)
    return affine(linear, np.rint(shift * 12) / 12)


def _rotation_group(
    name: str,
    orbifold: str,
    title: str,
    lattice: Lattice,
    turns: Iterable[tuple[str, int, tuple[float, float], str]],
    relators: tuple[str, ...],
    translations: tuple[str, str],
) -> Group:
    turns = tuple(turns)
    generators = tuple(
        Generator(letter, f"{turn_title(order)} about {place}", _plane_turn(lattice, order, centre))
        for letter, order, centre, place in turns
    )
    order = max(order for _, order, _, _ in turns)
    return Group(
        name, (orbifold,), title, PLANE, generators, relators, order, lattice, translations
    )


_ORIGIN = (0.0, 0.0)
PLANE_GROUPS: tuple[Group, ...] = (
    Group(
        "p1",
        ("o",),
        "translations only",
        PLANE,
        (
            Generator("a", "the first translation", affine(np.eye(2), (1, 0))),
            Generator("b", "the second translation", affine(np.eye(2), (0, 1))),
        ),
        ("abAB",),
        1,
        SQUARE,
        ("a", "b"),
    ),
    _rotation_group(
        "p2",
        "2222",
        "half turns",
        SQUARE,
        (
            ("a", 2, _ORIGIN, "a corner"),
            ("b", 2, (0.5, 0), "the middle of a side"),
            ("c", 2, (0, 0.5), "the middle of the other side"),
        ),
        ("a^2", "b^2", "c^2", "(bac)^2"),
        ("ba", "ca"),
    ),
    _rotation_group(
        "p3",
        "333",
        "third turns",
        HEXAGONAL,
        (("a", 3, _ORIGIN, "a corner"), ("b", 3, (2 / 3, 1 / 3), "a triangle's centre")),
        ("a^3", "b^3", "(ab)^3"),
        ("bA", "abAA"),
    ),
    _rotation_group(
        "p4",
        "442",
        "quarter turns",
        SQUARE,
        (("a", 4, _ORIGIN, "a corner"), ("b", 4, (0.5, 0.5), "the middle of the cell")),
        ("a^4", "b^4", "(ab)^2"),
        ("bA", "abAA"),
    ),
    _rotation_group(
        "p6",
        "632",
        "sixth turns",
        HEXAGONAL,
        (("a", 6, _ORIGIN, "a corner"), ("b", 3, (2 / 3, 1 / 3), "a triangle's centre")),
        ("a^6", "b^3", "(ab)^2"),
        ("bAA", "aabAAAA"),
    ),
)
