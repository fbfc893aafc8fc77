"""The unit sphere as triangles that a group permutes, so that what is sampled at their corners is
as symmetric as what it is sampled from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geometry.solid.checks import Surface, Triangles
from geometry.solid.orbits import closed, contains
from geometry.spaces import SPHERE, Array, rotation
from geometry.sphere.groups import SPHERE_GROUPS
from geometry.sphere.solids import solid

_NEAR = 1e-6
# A solid, and the groups that permute the triangles between its mirrors.
_POLYHEDRAL = (("icosahedron", "*532"), ("octahedron", "*432"), ("tetrahedron", "*332 3*2"))
_MOST_SIDES = 120  # half turns of an axis of order 60


@dataclass(frozen=True, eq=False)
class BallMesh:
    """points: (V, 3) unit vectors; triangles: (F, 3), counter-clockwise seen from outside; kept:
    (n, 3, 3), isometries that permute points and triangles, a group."""

    points: Array
    triangles: Triangles
    kept: Array


def ball_mesh(matrices: Array, edge: float) -> BallMesh:
    """The unit sphere in triangles whose edges have about ``edge`` radians, seldom more.

    ``matrices`` (n, 3, 3) are those of a finite group. If it has its axes where
    :mod:`geometry.sphere.groups` puts them, it is in ``kept``: the triangle between the mirrors of
    a reflection group that holds it is subdivided, and the mirrors make all others of that one.
    """
    kept = {name: _all_of(groups.split()) for name, groups in _POLYHEDRAL}
    sides = _sides(matrices)
    fits = [name for name, group in kept.items() if contains(group, matrices)]
    if not fits and sides is not None:
        return _unfolded(_in_rows(sides, edge), closed(_prism(sides)))
    name = fits[0] if fits else _POLYHEDRAL[0][0]  # an unknown group may have its axes elsewhere
    return _unfolded(_evenly(_between_mirrors(name), edge), kept[name])


def _all_of(names: list[str]) -> Array:
    groups = [group for group in SPHERE_GROUPS if group.name in names]
    return closed([generator.matrix for group in groups for generator in group.generators])


def _between_mirrors(name: str) -> Array:
    """A corner of a solid, the middles of an edge and of a face there: (3, 3), unit vectors."""
    corners = solid(name).corners[list(solid(name).faces[0])]
    places = np.array([corners[0], corners[:2].sum(axis=0), corners.sum(axis=0)])
    return places / np.linalg.norm(places, axis=1, keepdims=True)


def _sides(matrices: Array) -> int | None:
    """Of the smallest prism about z, a mirror in the xz plane, that has all these symmetries."""
    if np.abs(np.abs(matrices[:, 2, 2]) - 1).max() > _NEAR:
        return None
    turns = np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]) / (2 * np.pi)
    for sides in range(2, _MOST_SIDES + 1):
        parts = sides * turns
        if np.abs(parts - np.rint(parts)).max() < _NEAR:
            return sides
    return None


def _prism(sides: int) -> list[Array]:
    """Generators of all symmetries of a prism."""
    turn = rotation(np.array([0.0, 0.0, 1.0]), 2 * math.pi / sides)
    return [turn, np.diag([1.0, -1.0, 1.0]), np.diag([1.0, 1.0, -1.0])]


def _evenly(corners: Array, edge: float) -> Surface:
    """A triangle (3, 3) of the sphere in n² triangles, alike at all its corners."""
    longest = float(SPHERE.distance(corners, np.roll(corners, 1, axis=0)).max())
    n = max(1, math.ceil(longest / edge))
    places = [(i, j) for i in range(n + 1) for j in range(n + 1 - i)]
    number = {place: k for k, place in enumerate(places)}
    weights = np.array([(n - i - j, i, j) for i, j in places]) / n
    points = weights @ corners
    triangles = [[(i, j), (i + 1, j), (i, j + 1)] for i, j in places if i + j < n]
    triangles += [[(i + 1, j), (i + 1, j + 1), (i, j + 1)] for i, j in places if i + j < n - 1]
    return (
        points / np.linalg.norm(points, axis=1, keepdims=True),
        np.array([[number[place] for place in triangle] for triangle in triangles]),
    )


def _in_rows(sides: int, edge: float) -> Surface:
    """The triangle from the north pole to the equator between two mirrors of a prism, row by row:
    however narrow it is, its triangles are nowhere long and thin but at the pole."""
    width = math.pi / sides
    rows = math.ceil(math.pi / 2 / edge)
    points, triangles, above = [[0.0, 0.0, 1.0]], [], [0]
    for row in range(1, rows + 1):
        down = math.pi / 2 * row / rows
        parts = math.ceil(math.sin(down) * width / edge)
        here = [len(points) + k for k in range(parts + 1)]
        for k in range(parts + 1):
            along = width * k / parts
            ring = math.sin(down)
            points.append([ring * math.cos(along), ring * math.sin(along), math.cos(down)])
        triangles += _sewn(above, here)
        above = here
    return np.array(points), np.array(triangles)


def _sewn(above: list[int], below: list[int]) -> list[list[int]]:
    """Triangles between two rows of numbers of points, evenly spaced over the same width."""
    found, a, b = [], 0, 0
    while a < len(above) - 1 or b < len(below) - 1:
        next_above = (a + 1) / (len(above) - 1) if a < len(above) - 1 else math.inf
        next_below = (b + 1) / (len(below) - 1) if b < len(below) - 1 else math.inf
        if next_below <= next_above:
            found.append([above[a], below[b], below[b + 1]])
            b += 1
        else:
            found.append([above[a], below[b], above[a + 1]])
            a += 1
    return found


def _unfolded(domain: Surface, group: Array) -> BallMesh:
    """All images of a part of the sphere, as one surface."""
    copies = np.concatenate([domain[0] @ matrix.T for matrix in group])
    pairs = cKDTree(copies).query_pairs(_NEAR, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), bool), tuple(pairs.T)), 2 * (len(copies),))
    number = connected_components(graph, directed=False)[1]
    points = np.zeros((number.max() + 1, 3))
    points[number] = copies
    starts = len(domain[0]) * np.arange(len(group))
    triangles = number[(domain[1] + starts[:, None, None]).reshape(-1, 3)]
    _, first = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    triangles = triangles[np.sort(first)].astype(np.int64)
    inward = np.linalg.det(points[triangles]) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    return BallMesh(points, triangles, group)
