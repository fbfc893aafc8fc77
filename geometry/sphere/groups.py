"""The finite groups of the sphere: seven polyhedral ones and seven families about one axis.

Names are Conway's orbifold signatures, aliases Schoenflies's (:mod:`geometry.sphere.names`).
With n = 1 the families meet others: 11 is the trivial group, *11 and 1* are one mirror (*), 1x is
the inversion (x), 221 is 22, 2*1 is 2* and *221 is *22. Nothing else coincides.

The axis of a family is z, and the xz plane is a mirror where mirrors contain the axis. A polyhedral
group n32 has an n-fold axis along z and a twofold one in the xz plane.

Sources: Conway, Burgiel, Goodman-Strauss, The Symmetries of Things (2008), ch. 4 and 8 (signatures,
the n = 1 cases); Coxeter and Moser, Generators and Relations for Discrete Groups (1980), table 2
and § 4.3 (presentations).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError
from geometry.spaces import SPHERE, Array, rotation
from geometry.sphere.names import read_name, signature
from geometry.symmetry.groups import Generator, Group, turn_title

MAX_TURNS = 60  # largest n of an axial family

_Z = np.array([0.0, 0.0, 1.0])


def _turn(letter: str, n: int, axis: Array, place: str) -> Generator:
    return Generator(letter, f"{turn_title(n)} about {place}", rotation(axis, 2 * math.pi / n))


def _mirror(letter: str, normal: Array, place: str) -> Generator:
    unit = normal / np.linalg.norm(normal)
    return Generator(letter, f"a reflection in {place}", np.eye(3) - 2 * np.outer(unit, unit))


def _upright(letter: str, angle: float, place: str) -> Generator:
    """The mirror that contains the z axis and stands at ``angle`` from the xz plane."""
    return _mirror(letter, np.array([-math.sin(angle), math.cos(angle), 0.0]), place)


def _polyhedral(n: int) -> tuple[Group, Group]:
    """The rotations n32 of a Platonic solid with n faces at a vertex, and all of its symmetries
    *n32: the triangle of the mirrors has the angles π/n at a vertex, π/3 at a face, π/2 at an edge.
    """
    to_edge = math.acos(math.cos(math.pi / 3) / math.sin(math.pi / n))
    to_face = math.acos(1 / (math.tan(math.pi / 3) * math.tan(math.pi / n)))
    edge = np.array([math.sin(to_edge), 0.0, math.cos(to_edge)])
    face = np.array(
        [
            math.sin(to_face) * math.cos(math.pi / n),
            math.sin(to_face) * math.sin(math.pi / n),
            math.cos(to_face),
        ]
    )
    letter, solid, adjective = {
        3: ("T", "tetrahedron", "tetrahedral"),
        4: ("O", "cube and octahedron", "octahedral"),
        5: ("I", "icosahedron", "icosahedral"),
    }[n]
    turns = (_turn("r", n, _Z, "a vertex"), _turn("s", 3, face, "a face"))
    plane = "the plane through"
    mirrors = (
        _upright("m", 0, f"{plane} a vertex and an edge"),
        _upright("n", math.pi / n, f"{plane} a vertex and a face"),
        _mirror("o", np.cross(edge, face), f"{plane} an edge and a face"),
    )
    order = {3: 12, 4: 24, 5: 60}[n]
    return (
        Group(
            f"{n}32",
            (adjective, letter),
            f"rotations of the {solid}",
            SPHERE,
            turns,
            (f"r^{n}", "s^3", "(rs)^2"),
            order,
        ),
        Group(
            f"*{n}32",
            ("Td" if n == 3 else f"{letter}h",),
            f"all symmetries of the {solid}",
            SPHERE,
            mirrors,
            ("m^2", "n^2", "o^2", f"(mn)^{n}", "(no)^3", "(mo)^2"),
            2 * order,
        ),
    )


def _pyritohedral() -> Group:
    """3*2: the rotations of the tetrahedron, as in 332, and mirrors across its twofold axes."""
    to_edge = math.acos(1 / math.sqrt(3))
    edge = np.array([math.sin(to_edge), 0.0, math.cos(to_edge)])
    return Group(
        "3*2",
        ("pyritohedral", "Th"),
        "all symmetries of the pyritohedron, a volleyball",
        SPHERE,
        (
            _turn("r", 3, _Z, "a vertex"),
            _mirror("m", edge, "the plane across the axis of an edge"),
        ),
        ("r^3", "m^2", "(mrmR)^2"),
        24,
    )


@dataclass(frozen=True)
class _Family:
    """An axial family. schoenflies, title, relators: with {n} and {twice} (2n) to be put in; order:
    of the group, in multiples of n; generators: of n."""

    schoenflies: str
    title: str
    order: int
    generators: Callable[[int], tuple[Generator, ...]]
    relators: tuple[str, ...]


def _axis_turn(n: int) -> Generator:
    return _turn("r", n, _Z, "the axis")


def _uprights(n: int) -> tuple[Generator, Generator]:
    return (
        _upright("m", 0, "a plane through the axis"),
        _upright("n", math.pi / n, "the next plane through the axis"),
    )


def _half_turn(angle: float) -> Generator:
    """About the axis in the equator at ``angle`` from x."""
    axis = np.array([math.cos(angle), math.sin(angle), 0.0])
    return _turn("s", 2, axis, "an axis in the equator")


def _across(letter: str) -> Generator:
    return _mirror(letter, _Z, "the equator")


def _rotoreflection(n: int) -> Generator:
    title = f"a rotoreflection, {turn_title(2 * n)} about the axis and across the equator"
    return Generator("g", title, rotation(_Z, math.pi / n) @ _across("m").matrix)


# 2*n: the axes of the half turns stand in the middle between the mirrors
_FAMILIES = {
    "nn": _Family(
        "C{n}",
        "{n}-fold turns about an axis",
        1,
        lambda n: (_axis_turn(n),),
        ("r^{n}",),
    ),
    "*nn": _Family(
        "C{n}v",
        "all symmetries of a pyramid with {n} sides",
        2,
        _uprights,
        ("m^2", "n^2", "(mn)^{n}"),
    ),
    "n*": _Family(
        "C{n}h",
        "{n}-fold turns and a mirror across the axis",
        2,
        lambda n: (_axis_turn(n), _across("m")),
        ("r^{n}", "m^2", "rmRm"),
    ),
    "nx": _Family(
        "S{twice}",
        "{twice}-fold rotoreflections",
        2,
        lambda n: (_rotoreflection(n),),
        ("g^{twice}",),
    ),
    "22n": _Family(
        "D{n}",
        "rotations of a prism with {n} sides",
        2,
        lambda n: (_axis_turn(n), _half_turn(0)),
        ("r^{n}", "s^2", "(rs)^2"),
    ),
    "2*n": _Family(
        "D{n}d",
        "all symmetries of an antiprism with {n} sides",
        4,
        lambda n: (_half_turn(math.pi / (2 * n)), _uprights(n)[0]),
        ("s^2", "m^2", "(ms)^{twice}"),
    ),
    "*22n": _Family(
        "D{n}h",
        "all symmetries of a prism with {n} sides",
        4,
        lambda n: (*_uprights(n), _across("o")),
        ("m^2", "n^2", "o^2", "(mn)^{n}", "(no)^2", "(mo)^2"),
    ),
}

TRIVIAL = Group("1", ("none", "trivial", "11", "C1"), "no symmetry", SPHERE, (), (), 1)
_MIRROR = Group(
    "*",
    ("*11", "1*", "Cs", "C1v", "C1h", "S1"),
    "one mirror",
    SPHERE,
    (_upright("m", 0, "a plane through the axis"),),
    ("m^2",),
    2,
    family="*nn",
)
_INVERSION = Group(
    "x",
    ("1x", "Ci", "S2"),
    "inversion in the centre",
    SPHERE,
    (Generator("g", "the inversion in the centre", -np.eye(3)),),
    ("g^2",),
    2,
    family="nx",
)


# the families with n = 1
_ONE = {"nn": TRIVIAL, "*nn": _MIRROR, "nx": _INVERSION}
_ONE_IS = {"n*": ("*nn", 1), "22n": ("nn", 2), "2*n": ("n*", 2), "*22n": ("*nn", 2)}


@functools.cache
def _axial(family: str, n: int) -> Group:
    """The group of a family by its number; equal groups are the same object.

    Raises InputError("bad-order")."""
    if not 1 <= n <= MAX_TURNS:
        raise InputError(
            "bad-order",
            "group",
            f"No group has an axis of order {n} here.",
            f"Choose n from 1 to {MAX_TURNS}, as in C1 to C{MAX_TURNS}.",
        )
    if n == 1:
        return _ONE[family] if family in _ONE else _axial(*_ONE_IS[family])
    data = _FAMILIES[family]
    numbers = {"n": n, "twice": 2 * n}
    return Group(
        signature(family, n),
        (data.schoenflies.format(**numbers),),
        data.title.format(**numbers),
        SPHERE,
        data.generators(n),
        tuple(relator.format(**numbers) for relator in data.relators),
        data.order * n,
        family=family,
    )


def axial_group(name: str) -> Group | None:
    """The group about one axis that ``name`` means, a signature or a Schoenflies name
    (:mod:`geometry.sphere.names`); None if the text is no such name. The same object for all names
    of a group.

    Raises InputError("bad-order") unless 1 ≤ n ≤ 60.
    """
    found = read_name(name)
    return _axial(*found) if found else None


SPHERE_GROUPS: tuple[Group, ...] = (
    TRIVIAL,
    *_polyhedral(3),
    _pyritohedral(),
    *_polyhedral(4),
    *_polyhedral(5),
    *(_axial(family, 5) for family in _FAMILIES),
)
