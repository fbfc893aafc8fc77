"""The catalogue: one table of all groups. Command line, wire, docs and panels are filled from it.

Sources: plane presentations and signatures from Conway, Burgiel, Goodman-Strauss, The Symmetries
of Things (2008), ch. 3-5; triangle groups on the sphere from Coxeter and Moser, Generators and
Relations for Discrete Groups (1980), table 1 and ch. 4.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable

import numpy as np

from geometry.colour import IDENTITY, parse
from geometry.errors import InputError, unknown_name
from geometry.groups import HEXAGONAL, SQUARE, Colouring, Generator, Group, Lattice, make_colouring
from geometry.presentation import homomorphisms
from geometry.spaces import PLANE, SPHERE, Array, affine, rotation

_TURNS = {1: "no", 2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth"}


def _turn(order: int) -> str:
    return f"a {_TURNS[order]} turn"


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
        Generator(letter, f"{_turn(order)} about {place}", _plane_turn(lattice, order, centre))
        for letter, order, centre, place in turns
    )
    order = max(order for _, order, _, _ in turns)
    return Group(
        name, (orbifold,), title, PLANE, generators, relators, order, lattice, translations
    )


def _polyhedral(name: str, aliases: tuple[str, ...], title: str, n: int) -> Group:
    """The rotations (2, 3, n) of a Platonic solid: a half turn a about an edge's midpoint and a
    third turn b about a face's centre whose product is 1/n turn about a vertex.

    Axes at the corners of the spherical triangle with angles π/2, π/3, π/n: the n-fold axis is z,
    the half turn lies in the xz plane."""
    to_edge = math.acos(math.cos(math.pi / 3) / math.sin(math.pi / n))
    to_face = math.acos(1 / (math.tan(math.pi / 3) * math.tan(math.pi / n)))
    edge = (math.sin(to_edge), 0.0, math.cos(to_edge))
    face = (
        math.sin(to_face) * math.cos(math.pi / n),
        math.sin(to_face) * math.sin(math.pi / n),
        math.cos(to_face),
    )
    generators = (
        Generator("a", f"{_turn(2)} about an edge", rotation(np.array(edge), math.pi)),
        Generator("b", f"{_turn(3)} about a face", rotation(np.array(face), 2 * math.pi / 3)),
    )
    order = {3: 12, 4: 24, 5: 60}[n]
    return Group(name, aliases, title, SPHERE, generators, ("a^2", "b^3", f"(ab)^{n}"), order)


_ORIGIN = (0.0, 0.0)
GROUPS: dict[str, Group] = {
    group.name: group
    for group in (
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
        Group("1", ("none", "trivial"), "no symmetry", SPHERE, (), (), 1),
        _polyhedral("332", ("tetrahedral", "T"), "rotations of the tetrahedron", 3),
        _polyhedral("432", ("octahedral", "O"), "rotations of the cube and octahedron", 4),
        _polyhedral("532", ("icosahedral", "I"), "rotations of the icosahedron", 5),
    )
}


def groups(space: str | None = None) -> tuple[Group, ...]:
    """The groups of the catalogue, of one space ("plane", "sphere") or of all."""
    return tuple(g for g in GROUPS.values() if space in (None, g.space.name))


def find_group(name: str, space: str | None = None) -> Group:
    """A group by any of its names, capital or small. Where case alone tells two names apart (O are
    the rotations of the octahedron, o is the plane's torus), the exact spelling counts, then the
    wanted space.

    Raises InputError("unknown-group") with the nearest names, or "wrong-space".
    """
    key = name.strip()
    called = [g for g in GROUPS.values() if key in (g.name, *g.aliases)]
    called += [
        g for g in GROUPS.values() if key.lower() in (n.lower() for n in (g.name, *g.aliases))
    ]
    for group in called:
        if space in (None, group.space.name):
            return group
    if called:
        names = ", ".join(g.name for g in groups(space))
        raise InputError(
            "wrong-space",
            "group",
            f"{called[0].name} is a group of the {called[0].space.name}, not of the {space}.",
            f"Groups of the {space}: {names}.",
        )
    raise unknown_name(
        "unknown-group",
        "group",
        name,
        [n for g in groups(space) for n in (g.name, *g.aliases)],
    )


@functools.cache
def colourings(group: Group) -> tuple[Colouring, ...]:
    """Every colour rule of a group up to a fixed permutation of the colours, 'none' first.

    The others are named by their number of colours and a letter: 2a, 2b, 3a, ...
    """
    rules = sorted(
        (
            make_colouring(group, "", images)
            for images in homomorphisms(group.letters, group.relators)
        ),
        key=lambda rule: rule.colours,  # stable: simple images stay first
    )
    named, count = [], 0
    for k, rule in enumerate(rules):
        count = count + 1 if k and rule.colours == rules[k - 1].colours else 0
        name = "none" if rule.colours == 1 else f"{rule.colours}{_letters(count)}"
        named.append(Colouring(name, rule.images, rule.colours, rule.supercell))
    return tuple(named)


def find_colouring(group: Group, name: str) -> Colouring:
    """A colouring by its name in :func:`colourings`, or by images such as 'a=gbr b=brg'.

    Generators that are not named keep the identity. Raises InputError: "unknown-colouring",
    "bad-colour", "impossible-colouring".
    """
    text = name.strip().lower()
    if "=" in text:
        # split before every 'letter =': what stands between belongs to the image before it
        before, *pairs = re.split(r"(\w+)\s*=", text)
        letters, words = pairs[::2], [word.strip(" ,;") for word in pairs[1::2]]
        if before or len(set(letters)) < len(letters) or set(letters) - set(group.letters):
            raise InputError(
                "unknown-colouring",
                "colouring",
                f"'{name}' does not give each generator of {group.name} one image.",
                f"Generators: {', '.join(f'{g.letter} = {g.title}' for g in group.generators)}.",
            )
        given = {letter: parse(word) for letter, word in zip(letters, words, strict=True)}
        images = tuple(given.get(letter, IDENTITY) for letter in group.letters)
        return make_colouring(group, text, images)
    known = {rule.name: rule for rule in colourings(group)}
    if text not in known:
        raise unknown_name("unknown-colouring", "colouring", name, known)
    return known[text]


def _letters(n: int) -> str:
    """0 → a, 25 → z, 26 → aa: like the columns of a spreadsheet."""
    return (_letters(n // 26 - 1) if n >= 26 else "") + chr(ord("a") + n % 26)
