"""The five Platonic solids, in the places that the polyhedral groups give them: a corner of the
tetrahedron, the octahedron and the icosahedron is at the top, and the cube and the dodecahedron are
the duals of the last two. So a picture with one of these groups looks alike on all faces."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.sphere.groups import SPHERE_GROUPS

# The group of rotations, and the generator about whose axis the corners lie.
_ORBITS = {
    "tetrahedron": ("332", "r"),
    "cube": ("432", "s"),
    "octahedron": ("432", "r"),
    "dodecahedron": ("532", "s"),
    "icosahedron": ("532", "r"),
}
SOLIDS = tuple(_ORBITS)


@dataclass(frozen=True, eq=False)
class Solid:
    """corners: unit vectors (n, 3); faces: (f, k) numbers of corners, counterclockwise seen from
    outside."""

    name: str
    corners: Array
    faces: tuple[tuple[int, ...], ...]

    @property
    def edge(self) -> float:
        """Length of an edge, for corners at distance 1 from the middle."""
        a, b = self.faces[0][:2]
        return float(np.linalg.norm(self.corners[a] - self.corners[b]))

    @property
    def inner(self) -> float:
        """Distance of a face from the middle, for corners at distance 1."""
        return float(np.linalg.norm(self.corners[list(self.faces[0])].mean(axis=0)))


@functools.cache
def solid(name: str) -> Solid:
    """One of SOLIDS."""
    group, letter = _ORBITS[name]
    generators = next(g for g in SPHERE_GROUPS if g.name == group).generators
    about = next(g.matrix for g in generators if g.letter == letter)
    axis = _axis(about)
    corners = _orbit(axis, [g.matrix for g in generators])
    return Solid(name, corners, _faces(corners))


def _axis(rotation: Array) -> Array:
    """The unit vector about which a rotation by less than π turns counterclockwise."""
    skew = rotation - rotation.T
    axis = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
    return axis / np.linalg.norm(axis)


def _orbit(point: Array, matrices: list[Array]) -> Array:
    found = [point]
    for place in found:  # which grows meanwhile
        for matrix in matrices:
            image = matrix @ place
            if all(np.linalg.norm(image - other) > 1e-6 for other in found):
                found.append(image)
    return np.array(found)


def _faces(corners: Array) -> tuple[tuple[int, ...], ...]:
    """Faces of a regular solid: each plane through an edge's two ends and a third corner that has
    all corners on one side."""
    apart = np.linalg.norm(corners[:, None] - corners, axis=2)
    edge = apart[apart > 1e-6].min()
    near = np.abs(apart - edge) < 1e-6
    found: dict[frozenset[int], tuple[int, ...]] = {}
    for a in range(len(corners)):
        for b in np.flatnonzero(near[a]):
            for c in np.flatnonzero(near[b]):
                normal = np.cross(corners[b] - corners[a], corners[c] - corners[b])
                height = corners @ normal
                if c == a or height[a] < height.max() - 1e-6 or height[a] < 1e-6:
                    continue
                on = np.flatnonzero(height > height.max() - 1e-6)
                found.setdefault(frozenset(on.tolist()), _around(corners, on, normal))
    return tuple(sorted(found.values()))


def _around(corners: Array, on: NDArray[np.int64], normal: Array) -> tuple[int, ...]:
    """Corners of a face in order, counterclockwise about its normal, the least number first."""
    middle = corners[on].mean(axis=0)
    first = corners[on[0]] - middle
    second = np.cross(normal / np.linalg.norm(normal), first)
    spokes = corners[on] - middle
    angles = np.arctan2(spokes @ second, spokes @ first)
    # rounded first: an angle just below 0, as some processors find the first, is no whole turn
    return tuple(int(on[n]) for n in np.argsort(np.round(angles, 6) % (2 * np.pi)))
