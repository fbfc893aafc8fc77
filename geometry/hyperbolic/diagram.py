"""The symmetry diagram of a hyperbolic group, as far out as one wants to see it.

All is worked out from the triangles of Δ, the group of the mirrors m, n, o: a corner of a triangle
is a centre of G if some rotation about it is in G, and a side is a mirror of G if its reflection
is. As G is Δ or a normal half of it, that is the same for all triangles.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geometry.hyperbolic.groups import reflection
from geometry.hyperbolic.mirrors import Mirrors, make_mirrors
from geometry.hyperbolic.sides import side_mirrors
from geometry.spaces import HYPERBOLIC, Array
from geometry.symmetry.diagram import Centre, Diagram, Line, action
from geometry.symmetry.groups import Colouring, Group

_NEAR = 1e-6
_MOST = 20_000  # triangles
_SHIFT = 0.318  # so that no number that is likely to occur is rounded now up, now down


def hyperbolic_diagram(
    group: Group, colouring: Colouring, wanted: Callable[[Array], NDArray[np.bool_]]
) -> Diagram:
    """What belongs to the triangles that are ``wanted``: points (n, 3), the middles of triangles →
    whether they are (n,). Those that are must hang together, and the first be one of them."""
    mirrors = make_mirrors(group, colouring)
    motions, codes = _triangles(mirrors, wanted)
    return Diagram(
        HYPERBOLIC,
        _centres(mirrors, motions, codes),
        _lines(mirrors, motions, codes),
        domain_sides(mirrors),
    )


def within_sides(diagram: Diagram, group: Group, colouring: Colouring) -> Diagram:
    """What is left of the diagram of a turned tile without the turns about the tiles' centres: the
    group of the mirrors in the sides, whose domain is the tile."""
    lines = [action(HYPERBOLIC, g.matrix).line for g, _ in side_mirrors(group, colouring)]
    sides = np.array([line for line in lines if line is not None])
    mirrors = np.array([line.covector for line in diagram.lines])
    centres = (c for c in diagram.centres if np.abs(mirrors @ c.place).min() < _NEAR)
    return dataclasses.replace(
        diagram, centres=tuple(centres), domain=sides * np.sign(sides[:, 2:])
    )


def domain_sides(mirrors: Mirrors) -> Array:
    """The covectors (sides, 3) of the fundamental domain: the triangle, or it and its image under
    n."""
    m, n, o = mirrors.normals
    sides = [m, n, o]
    if mirrors.tiling.cosets == 2:
        over = reflection(n)
        sides = [m, o, over @ m, over @ o]
    return np.array(sides) * np.array(HYPERBOLIC.form)


def _triangles(
    mirrors: Mirrors, wanted: Callable[[Array], NDArray[np.bool_]]
) -> tuple[Array, NDArray[np.int64]]:
    """The elements h of Δ, (n, 3, 3), that bring the triangle to the wanted ones, and whether they
    are in G (0) or in its other coset (1): breadth first."""
    middle = mirrors.corners.sum(axis=0)
    steps = np.array([reflection(normal) for normal in mirrors.normals])
    cosets = np.array([[target for target, _ in row] for row in mirrors.tiling.steps])
    motions, codes = np.eye(3)[None], np.zeros(1, np.int64)
    found, kinds, seen = [motions], [codes], {_key(middle)}
    while len(motions) and sum(map(len, found)) < _MOST:
        motions = np.concatenate([motions @ step for step in steps])
        codes = np.concatenate([row[codes] for row in cosets])
        middles = motions @ middle
        keep = []
        for k in np.flatnonzero(wanted(middles / np.sqrt(-HYPERBOLIC.inner(middle, middle)))):
            if (key := _key(middles[k])) not in seen:
                seen.add(key)
                keep.append(k)
        motions, codes = motions[keep], codes[keep]
        found.append(motions)
        kinds.append(codes)
    return np.concatenate(found), np.concatenate(kinds)


def _centres(mirrors: Mirrors, motions: Array, cosets: NDArray[np.int64]) -> tuple[Centre, ...]:
    found: dict[tuple[int, ...], Centre] = {}
    colours = len(mirrors.palette)
    # along m, along n, along m: mirrors of G among them first
    rays = ((0, 2), (1, 0), (2, 0))
    for corner, (i, j) in enumerate(((0, 1), (1, 2), (2, 0))):
        order = mirrors.orders[corner]
        start = np.arange(mirrors.tiling.cosets) * colours
        turned = mirrors.passing[j][mirrors.passing[i][start]]
        if (turned // colours != start // colours).any():  # only every second turn is in G
            turned = mirrors.passing[j][mirrors.passing[i][turned]]
            order, odd = order // 2, order % 2
            assert not odd
        if order < 2:
            continue
        place = mirrors.corners[corner]
        towards = _tangent(place, mirrors.corners[rays[corner][1]])
        changing = turned != start
        for coset in range(mirrors.tiling.cosets):
            for motion in motions[cosets == coset]:
                at = motion @ place
                found.setdefault(
                    _key(at), Centre(at, motion @ towards, order, bool(changing[coset]))
                )
    return tuple(found.values())


def _lines(mirrors: Mirrors, motions: Array, cosets: NDArray[np.int64]) -> tuple[Line, ...]:
    found: dict[tuple[int, ...], Line] = {}
    colours = len(mirrors.palette)
    start = np.arange(mirrors.tiling.cosets) * colours
    for normal, passing in zip(mirrors.normals, mirrors.passing, strict=True):
        behind = passing[start]
        if (behind // colours != start // colours).any():
            continue
        changing = behind != start
        for motion, coset in zip(motions, cosets, strict=True):
            image = motion @ normal
            first = image[0] if abs(image[0]) > _NEAR else image[1]
            image = image if first > 0 else -image
            key = tuple(np.rint(image / np.hypot(*image[:2]) * 1e5 + _SHIFT).astype(int))
            if key not in found:
                line = Line(image * np.array(HYPERBOLIC.form), coloured=bool(changing[coset]))
                found[key] = line
    return tuple(found.values())


def _tangent(place: Array, other: Array) -> Array:
    """The unit tangent (3,) at a place towards another one."""
    along = other + HYPERBOLIC.inner(other, place) * place
    return along / np.sqrt(HYPERBOLIC.inner(along, along))


def _key(point: Array) -> tuple[int, ...]:
    """Of a point times any positive number: its place in Poincaré's disc, rounded."""
    t = np.sqrt(-HYPERBOLIC.inner(point, point))
    disc = point[:2] / (t + point[2])
    return tuple(np.rint(disc * 1e6 + _SHIFT).astype(int))
