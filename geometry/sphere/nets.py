"""Nets: a Platonic solid unfolded onto paper, with tabs to glue, and a sphere cut into gores.

All is in units of the solid's edge, or of the ball's radius; x right, y up, the printed side being
the outside of what is folded. Whichever edges are cut, the faces of a Platonic solid do not overlap
(Horiyama and Shoji, Edge Unfoldings of Platonic Solids Never Overlap, CCCG 2011); the trees below
are chosen so that there is room for the tabs, and that the net fills a sheet of paper well."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geometry.spaces import Array
from geometry.sphere.solids import Solid

_TAB, _INSET = 0.14, 0.25  # a tab's height and how far its sides lean in, in edges: less than 36°


@dataclass(frozen=True, eq=False)
class Face:
    """number: from 1 on; outline: (k, 2); to_space: (3, 3), a point (x, y, 1) of its plane → the
    place in space that it is folded to, the corners of the solid being at distance 1."""

    number: int
    outline: Array
    to_space: Array


@dataclass(frozen=True, eq=False)
class Tab:
    """outline: (4, 2), its first and last corners on the edge; under: the number of the face that
    it is glued under."""

    outline: Array
    under: int


@dataclass(frozen=True, eq=False)
class Net:
    """folds: (n, 2, 2), edges between faces that stay together, and between faces and tabs; cuts:
    (n, 2, 2), edges of faces without a tab."""

    faces: tuple[Face, ...]
    tabs: tuple[Tab, ...]
    folds: Array
    cuts: Array


# For every face the one that it hangs on, None for the first; and degrees by which all is turned.
_TREES: dict[str, tuple[tuple[int | None, ...], float]] = {
    "tetrahedron": ((None, 3, 1, 0), 132),
    "cube": ((None, 2, 0, 0, 0, 2), 168),
    "octahedron": ((1, None, 1, 0, 7, 0, 1, 6), 126),
    "dodecahedron": ((1, None, 7, 2, 5, 1, 1, 1, 7, 8, 6, 7), 150),
    "icosahedron": (
        (1, None, 1, 2, 0, 4, 7, 0, 7, 1, 11, 2, 11, 3, 5, 19, 6, 18, 10, 12),
        120,
    ),
}


def unfold(solid: Solid) -> Net:
    """The net of a solid, anywhere on the paper."""
    parents, degrees = _TREES[solid.name]
    return unfold_along(solid, parents, degrees)


def unfold_along(solid: Solid, parents: tuple[int | None, ...], degrees: float = 0.0) -> Net:
    """The net in which each face hangs on the one that ``parents`` names, turned
    counterclockwise."""
    turn = math.radians(degrees)
    outlines: dict[int, Array] = {}
    while len(outlines) < len(parents):
        for number, parent in enumerate(parents):
            if number not in outlines and (parent is None or parent in outlines):
                outlines[number] = _placed(solid, number, parent, outlines, turn)
    faces = tuple(_face(solid, number, outlines[number]) for number in range(len(parents)))
    edges = {
        (a, b): number
        for number, corners in enumerate(solid.faces)
        for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)
    }
    tabs: list[Tab] = []
    folds, cuts = [], []
    for (a, b), one in edges.items():
        other = edges[b, a]
        if one > other:
            continue
        if parents[one] == other or parents[other] == one:
            folds.append(_ends(solid, one, a, b, outlines))
            continue
        sides = ((one, other, a, b), (other, one, b, a))
        made = [Tab(_tab(_ends(solid, n, p, q, outlines)), m + 1) for n, m, p, q in sides]
        obstacles = [*outlines.values(), *(tab.outline for tab in tabs)]
        has = next((k for k in (0, 1) if _is_free(made[k].outline, obstacles)), 0)
        tabs.append(made[has])
        n, _, p, q = sides[has]
        folds.append(_ends(solid, n, p, q, outlines))
        n, _, p, q = sides[1 - has]
        cuts.append(_ends(solid, n, p, q, outlines))
    return Net(faces, tuple(tabs), np.array(folds), np.array(cuts))


def overlap(net: Net) -> bool:
    """Whether two faces or tabs of a net lie over each other."""
    parts = [*(f.outline for f in net.faces), *(t.outline for t in net.tabs)]
    return any(not _is_free(part, parts[:n]) for n, part in enumerate(parts))


def _placed(
    solid: Solid, number: int, parent: int | None, outlines: dict[int, Array], turn: float
) -> Array:
    corners = solid.faces[number]
    sides = len(corners)
    around = 2 * math.pi * np.arange(sides) / sides
    own = np.stack([np.cos(around), np.sin(around)], axis=1) / (2 * math.sin(math.pi / sides))
    if parent is None:
        return own @ _turning(turn).T
    shared = set(corners) & set(solid.faces[parent])
    a, b = next(
        (a, b) for a, b in zip(corners, (*corners[1:], corners[0]), strict=True) if {a, b} == shared
    )
    there = [outlines[parent][solid.faces[parent].index(c)] for c in (a, b)]
    here = [own[corners.index(c)] for c in (a, b)]
    (x0, y0), (x1, y1) = here[1] - here[0], there[1] - there[0]
    matrix = _turning(math.atan2(y1, x1) - math.atan2(y0, x0))
    outline: Array = (own - here[0]) @ matrix.T + there[0]
    return outline


def _turning(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def _face(solid: Solid, number: int, outline: Array) -> Face:
    flat = np.column_stack([outline, np.ones(len(outline))])[:3]
    space = solid.corners[list(solid.faces[number])][:3]
    return Face(number + 1, outline, np.linalg.solve(flat, space).T)


def _ends(solid: Solid, number: int, a: int, b: int, outlines: dict[int, Array]) -> Array:
    corners = solid.faces[number]
    return outlines[number][[corners.index(a), corners.index(b)]]


def _tab(ends: Array) -> Array:
    """On the right of an edge, which is outside of a face."""
    start, end = ends
    along = end - start
    out = _TAB * np.array([along[1], -along[0]])
    return np.array([start, start + _INSET * along + out, end - _INSET * along + out, end])


def _is_free(part: Array, others: list[Array]) -> bool:
    """Whether a convex polygon meets none of others but in their borders: there is a side of one of
    the two that has them on different sides."""
    return all(_apart(part, other) or _apart(other, part) for other in others)


def _apart(one: Array, other: Array) -> bool:
    middle = one.mean(axis=0)
    for start, end in zip(one, np.roll(one, -1, axis=0), strict=True):
        normal = np.array([end[1] - start[1], start[0] - end[0]])
        normal = normal if normal @ (middle - start) < 0 else -normal
        if ((other - start) @ normal > -1e-9).all():
            return True
    return False


@dataclass(frozen=True, eq=False)
class Gores:
    """A ball's surface in ``count`` strips from pole to pole, side by side. outlines: (n, 2) each,
    closed. The strips' middles keep their lengths, and so do all parallels."""

    count: int
    outlines: tuple[Array, ...]

    def to_space(self, points: Array) -> tuple[Array, Array]:
        """Unit vectors (n, 3) of points (n, 2) of the paper, and how far each is outside of the
        strip in whose column it lies (n,), 0 inside."""
        x, y = points.T
        wide = 2 * math.pi / self.count
        strip = np.clip(np.floor(x / wide), 0, self.count - 1)
        latitude = np.clip(y, -math.pi / 2, math.pi / 2)
        ring = np.cos(latitude)
        aside = x - (strip + 0.5) * wide
        # beyond a strip's border the picture goes on a little: at most as far as it is wide
        turned = np.clip(aside / np.maximum(ring, 1e-6), -wide, wide)
        longitude = (strip + 0.5) * wide - math.pi + turned
        space = np.stack([ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)], 1)
        return space, np.hypot(np.maximum(np.abs(aside) - ring * wide / 2, 0), y - latitude)


def gores(count: int, points: int = 121) -> Gores:
    """Gores of a ball of radius 1, 2π wide and π high, the equator at y = 0, the first one from
    x = 0 on, where the longitude is −π."""
    latitude = np.linspace(-math.pi / 2, math.pi / 2, points)
    half = math.pi / count * np.cos(latitude)
    right, left = np.stack([half, latitude], axis=1), np.stack([-half, latitude], axis=1)[::-1]
    closed = np.concatenate([right, left])
    middles = (np.arange(count) + 0.5) * 2 * math.pi / count
    return Gores(count, tuple(closed + np.array([middle, 0.0]) for middle in middles))
