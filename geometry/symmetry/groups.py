"""Symmetry groups as data, and their elements.

A group is a presentation whose generators are isometries. Plane groups are written in lattice
coordinates (multiples of the two primitive translations), where every generator is an integer
matrix plus a rational shift, so that nothing is ever rounded. Elements are listed modulo the
translations that carry no colour; for the finite groups of the sphere that is all of them.
Hyperbolic groups are never listed: their points are folded by mirrors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import FRIEZE, PLANE, ROSETTE, SPIRAL, Array, Space
from geometry.symmetry.colour import (
    IDENTITY,
    ColourElement,
    compose,
    generated,
    inverse,
    power,
    spell,
)
from geometry.symmetry.presentation import Images, check_images, expand, image


@dataclass(frozen=True, eq=False)
class Generator:
    """letter: its name in words; title: what it does, in words; matrix: (3, 3) isometry, for the
    plane in lattice coordinates."""

    letter: str
    title: str
    matrix: Array


@dataclass(frozen=True, eq=False)
class Lattice:
    """basis: (2, 2), the primitive translations as columns, in units of the first one's length.

    texel_offset: where texels sit in the cell, in texels. A lattice whose point group is made of
    signed permutation matrices permutes the texels' centres (offset ½), and then no texel lies on
    a rotation centre, where an inverting colour rule would ask for the 8-bit value 127.5. The
    hexagonal one permutes only the nodes (offset 0).
    """

    name: str
    basis: Array
    texel_offset: float


@dataclass(frozen=True)
class TriangleTiling:
    """How a group G sits in the group Δ = *pqr that the mirrors m, n, o in the sides of a triangle
    generate: of angles π/p between m and n, π/q between n and o, π/r between o and m.

    With r = 2 that is the group [p,q] of the regular tiling {p,q}: m goes from a tile's centre to
    the middle of a side, n from the centre to a corner, and o is the side. G is all of Δ, or half
    of it, without n; then Δ = G ∪ nG. steps: for the mirrors m, n, o in turn, and for each coset,
    entered with t = 1 or t = n, the new coset and t′·mirror·t as a word in G's generators
    (Schreier's generators; Magnus, Karrass and Solitar, 1976, §2.3). orbifold: Conway's signature
    of G; kind: of half, see :data:`geometry.hyperbolic.groups.KINDS`.
    """

    kind: str
    p: int
    q: int
    steps: tuple[tuple[tuple[int, str], ...], ...]
    orbifold: str
    r: int = 2

    @property
    def cosets(self) -> int:
        """The index of G in Δ, and how many triangles make up its domain: 1 or 2."""
        return len(self.steps[0])


@dataclass(frozen=True, eq=False)
class Group:
    """name: IUC symbol of a plane group, of a frieze's after "frieze-"; Schoenflies's of a
    rosette's after "rosette-"; orbifold signature of a spherical one, Coxeter's symbol of a
    hyperbolic one; aliases: other accepted names; order: number of elements, modulo translations,
    None for hyperbolic groups, which are infinite;
    translations: the two primitive translations as words (plane, and friezes, whose second one is
    empty); family: of a group about one axis of the sphere, its signature with the letter n
    ("*22n"); tiling: the regular tiling of a hyperbolic group."""

    name: str
    aliases: tuple[str, ...]
    title: str
    space: Space
    generators: tuple[Generator, ...]
    relators: tuple[str, ...]
    order: int | None
    lattice: Lattice | None = None
    translations: tuple[str, str] | None = None
    family: str = ""
    tiling: TriangleTiling | None = None

    @property
    def letters(self) -> str:
        """The generators' letters, in order."""
        return "".join(g.letter for g in self.generators)

    @property
    def powers(self) -> dict[str, int]:
        """The words whose powers are relators, with their exponents: of rotations, their orders."""
        found = (re.fullmatch(r"(?:\((\w+)\)|(\w))\^(\d+)", relator) for relator in self.relators)
        return {match[1] or match[2]: int(match[3]) for match in found if match}

    @property
    def is_chiral(self) -> bool:
        """Whether it has rotations and translations only: its patterns have a handedness."""
        return all(np.linalg.det(g.matrix) > 0 for g in self.generators)

    @property
    def orbifold(self) -> str:
        """Conway's signature of the quotient."""
        if self.tiling is not None:
            return self.tiling.orbifold
        if self.space is SPIRAL:
            return "o"  # a torus
        return self.aliases[0] if self.space in (PLANE, FRIEZE, ROSETTE) else self.name


_TURNS = {1: "no", 2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth"}


def turn_title(order: int) -> str:
    """A rotation by 1/order of a full turn, in words."""
    return f"a {_TURNS[order]} turn" if order in _TURNS else f"a 1/{order} turn"


@dataclass(frozen=True, eq=False)
class Colouring:
    """A homomorphism of a group into B₃. images: one colour element per generator; colours: in how
    many variants a colour in general position occurs (the order of the image); supercell: (2, 2)
    integers, columns: the colour-free translations in lattice coordinates (plane only)."""

    name: str
    images: Mapping[str, ColourElement]
    colours: int
    supercell: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def summary(self) -> str:
        """The images in letters: 'r=gbr s=brg'."""
        return " ".join(f"{k}={spell(c)}" for k, c in self.images.items())


@dataclass(frozen=True, eq=False)
class Elements:
    """The elements of a group: matrices (n, 3, 3) and their colour elements, identity first."""

    matrices: Array
    colours: tuple[ColourElement, ...]

    def __len__(self) -> int:
        return len(self.colours)


TRIVIAL = Elements(np.eye(3)[None], (IDENTITY,))


def word_matrix(group: Group, word: str) -> Array:
    """The isometry that a word stands for, (3, 3)."""
    matrices = {g.letter: g.matrix for g in group.generators}
    out = np.eye(3)
    for letter in expand(word):
        step = matrices[letter.lower()]
        out = out @ (step if letter.islower() else np.linalg.inv(step))
    return out


def make_colouring(group: Group, name: str, images: Images) -> Colouring:
    """A checked colouring. Raises InputError("impossible-colouring") for no homomorphism."""
    by_letter = dict(zip(group.letters, images, strict=True))
    titles = {g.letter: g.title for g in group.generators}
    check_images(group.relators, by_letter, titles)
    supercell = None
    if group.lattice and group.translations:
        t1, t2 = (image(word, by_letter) for word in group.translations)
        supercell = kernel_lattice(t1, t2, group.lattice.basis)
    return Colouring(name, by_letter, len(generated(images)), supercell)


def elements(group: Group, colouring: Colouring) -> Elements:
    """All elements with their colours, modulo the colour-free translations of a plane group.

    Breadth first over the Cayley graph, which ends because the quotient is finite.
    """
    cell = np.array(colouring.supercell, float) if colouring.supercell else None
    found: dict[tuple[int, ...], tuple[Array, ColourElement]] = {}
    frontier: list[tuple[Array, ColourElement]] = [(np.eye(3), IDENTITY)]
    while frontier:
        fresh = []
        for matrix, colour in frontier:
            matrix = matrix if cell is None else _reduce(matrix, cell)
            key = tuple(np.rint(matrix * 1e6).astype(int).ravel())
            if key not in found:
                found[key] = (matrix, colour)
                fresh.append((matrix, colour))
        frontier = [
            (g.matrix @ matrix, compose(colouring.images[g.letter], colour))
            for matrix, colour in fresh
            for g in group.generators
        ]
    return Elements(
        np.stack([matrix for matrix, _ in found.values()]),
        tuple(colour for _, colour in found.values()),
    )


def _reduce(matrix: Array, cell: Array) -> Array:
    """A plane isometry with its shift brought into the half-open cell."""
    out = matrix.copy()
    shift = np.linalg.solve(cell, matrix[:2, 2])
    out[:2, 2] = cell @ (shift - np.floor(shift + 1e-9))
    return out


def kernel_lattice(
    t1: ColourElement, t2: ColourElement, basis: Array
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The translations m·t1 + n·t2 that carry no colour, as a short basis (columns)."""
    n = next(n for n in range(1, 7) if power(t2, n) == IDENTITY)
    m, k = next(
        (m, k)
        for m in range(1, 7)
        for k in range(n)
        if compose(power(t1, m), power(t2, k)) == IDENTITY
    )
    u, v = short_basis(np.array([m, k]), np.array([0, n]), basis)
    return ((int(u[0]), int(v[0])), (int(u[1]), int(v[1])))


def short_basis(
    u: NDArray[np.int64], v: NDArray[np.int64], basis: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lagrange-Gauss reduction of a plane lattice, then turned so that v is counterclockwise of
    u by 90° or more: the conventional obtuse basis."""

    def dot(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
        return float((basis @ a) @ (basis @ b))

    while True:
        if dot(v, v) < dot(u, u) - 1e-9:
            u, v = v, u
        step = round(dot(u, v) / dot(u, u))
        if step == 0:
            break
        v = v - step * u
    if dot(u, v) > 1e-9:
        v = -v
    if u[0] * v[1] - u[1] * v[0] < 0:  # clockwise: turn, keeping the obtuse angle
        u, v = v, u
    if u[0] < 0 or (u[0] == 0 and u[1] < 0):
        u, v = -u, -v
    return u, v


def invert_colour(elements: Elements) -> tuple[ColourElement, ...]:
    """The inverse colour of each element: what the paint at g·p becomes at p."""
    return tuple(inverse(c) for c in elements.colours)
