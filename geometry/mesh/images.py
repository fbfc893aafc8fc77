"""Points of a surface that are moved, and where on the surface they then are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh
from geometry.mesh.surface import Nearest, NearestSearch
from geometry.spaces import Array

_OUTWARD = (1e-3, 5e-3, 2e-2)  # of the box's diagonal: how far from a thin part one steps


class SurfaceSearch:
    """A mesh prepared for searches of the nearest point that faces the same way.

    size: the diagonal of the mesh's box. facing: (F, 3), the triangles' unit normals, 0 where a
    triangle has no area."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.size = diagonal(mesh)
        a, b, c = np.moveaxis(mesh.corners, 1, 0)
        across = np.cross(b - a, c - a)
        self.facing = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
        self._nearest = NearestSearch(mesh.vertices, mesh.triangles)

    def find(self, points: Array, directions: Array) -> Nearest:
        """The nearest surface points of (n, 3) points, on parts that face the ``directions``
        (n, 3) that the points' own surface faces.

        On thin parts the nearest point may be on the other side: from there a step outward is taken
        and the search repeated. Where no part that faces the right way is near, the plainly nearest
        point stays, and so it does everywhere on a mesh that is not oriented. ``distance`` is to
        the point found."""
        found = self._nearest.find(points)
        if not self.mesh.oriented:
            return found
        triangle, barycentric = found.triangle.copy(), found.barycentric.copy()
        distance = found.distance.copy()
        for step in _OUTWARD:
            wrong = np.flatnonzero(_against(self.facing[triangle], directions))
            if not len(wrong):
                break
            away = points[wrong] + step * self.size * directions[wrong]
            again = self._nearest.find(away, 2 * step * self.size)
            facing = self.facing[again.triangle]
            right = (again.triangle >= 0) & ~_against(facing, directions[wrong])
            better = wrong[right]
            triangle[better] = again.triangle[right]
            barycentric[better] = again.barycentric[right]
            there = points_at(self.mesh, triangle[better], barycentric[better])
            distance[better] = np.linalg.norm(there - points[better], axis=1)
        return Nearest(triangle, barycentric, distance)


def diagonal(mesh: Mesh) -> float:
    """The length of the diagonal of the box of the mesh's triangles."""
    corners = mesh.corners
    return float(np.linalg.norm(np.ptp(corners.reshape(-1, 3), axis=0)))


def spread_points(mesh: Mesh, count: int) -> tuple[NDArray[np.int64], Array]:
    """``count`` points spread evenly over the surface, always the same: their triangles (count,)
    and barycentric weights (count, 3). Systematic sampling by area, and within the triangles the
    R₂ sequence (Roberts, 2018)."""
    share = mesh.areas.cumsum()
    k = np.arange(count)
    triangle = np.searchsorted(share, (k + 0.5) / count * share[-1]).clip(0, len(share) - 1)
    golden = 1.324717957244746  # x³ = x + 1
    s, t = np.mod(0.5 + np.outer([1 / golden, 1 / golden**2], k), 1)
    root = np.sqrt(s)
    return triangle, np.stack([1 - root, root * (1 - t), root * t], axis=1)


def points_at(mesh: Mesh, triangle: NDArray[np.integer], barycentric: Array) -> Array:
    """(n, 3): points of triangles (n,) with barycentric weights (n, 3)."""
    return np.einsum("nk,nkd->nd", barycentric, mesh.vertices[mesh.triangles[triangle]])


def _against(facing: Array, directions: Array) -> NDArray[np.bool_]:
    return np.einsum("nk,nk->n", facing, directions) < 0
