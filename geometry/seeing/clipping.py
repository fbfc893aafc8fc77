"""Triangles in front of a camera as triangles of its picture: cut at the clip planes, culled,
projected, in float64 so that corners far outside the picture cost no precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.seeing.cameras import Camera, projection_matrix, view_matrix


@dataclass(frozen=True, eq=False)
class ScreenTriangles:
    """What of a set of triangles may be seen in a picture.

    points: (P, 3) float64, pixel x (right), pixel y (down), and a depth from 0 (nearest) to 1
    (farthest) that is affine over the picture: of −1/depth in perspective, of depth in parallel
    projection. triangles: (N, 3) int32 rows of ``points``. face: (N,) int32, the triangle that
    each is, or is a part of. tops, bottoms: (N,) float64, least and greatest pixel y.
    """

    points: NDArray[np.float64]
    triangles: NDArray[np.int32]
    face: NDArray[np.int32]
    tops: NDArray[np.float64]
    bottoms: NDArray[np.float64]


def screen_triangles(
    camera: Camera, vertices: NDArray[np.float64], triangles: NDArray[np.int32]
) -> ScreenTriangles:
    """The parts of (F, 3) triangles over (V, 3) vertices between the camera's clip planes, without
    those whose box misses the picture. The two sides of an edge stay together exactly, also where
    it is cut and where files have split its vertices."""
    seen = _transformed(view_matrix(camera)[:3], vertices)
    seen[:, 2] *= -1  # depth along the camera's −Z
    face = np.arange(len(triangles), dtype=np.int32)
    for at, side in ((camera.clip_start, 1.0), (camera.clip_end, -1.0)):
        seen, triangles, face = _cut(seen, triangles, face, side * (seen[:, 2] - at))
    # what lies behind the camera belongs to no triangle any more, but is still in the list
    depth = np.maximum(seen[:, 2], camera.clip_start) if camera.kind == "PERSP" else seen[:, 2]
    p = projection_matrix(camera)
    w = depth if camera.kind == "PERSP" else 1.0
    points = np.empty_like(seen)
    ndc_x = (p[0, 0] * seen[:, 0] - p[0, 2] * depth + p[0, 3]) / w
    ndc_y = (p[1, 1] * seen[:, 1] - p[1, 2] * depth + p[1, 3]) / w
    points[:, 0] = (ndc_x + 1) * (camera.width / 2)
    points[:, 1] = (1 - ndc_y) * (camera.height / 2)
    points[:, 2] = depth if camera.kind == "ORTHO" else -1 / depth
    lefts, rights = _extent(points[:, 0], triangles)
    tops, bottoms = _extent(points[:, 1], triangles)
    beside = (rights <= 0) | (lefts >= camera.width)
    kept = np.flatnonzero((tops < camera.height) & (bottoms > 0) & ~beside)
    triangles = triangles[kept]
    if len(kept):
        affine = points[:, 2][triangles]
        low = affine.min()
        points[:, 2] = (points[:, 2] - low) / ((affine.max() - low) or 1.0)
    return ScreenTriangles(points, triangles, face[kept], tops[kept], bottoms[kept])


def _extent(
    values: NDArray[np.float64], triangles: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the greatest of ``values`` (P,) at each triangle's corners, (N,) each."""
    values = np.ascontiguousarray(values)
    a, b, c = (values[triangles[:, k]] for k in range(3))
    return np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)


def _transformed(matrix: NDArray[np.float64], vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    # Sum by sum: a matrix product may round equal vertices differently, which opens cracks.
    moved = np.empty_like(vertices)
    x, y, z = vertices.T
    for k, row in enumerate(matrix):
        moved[:, k] = x * row[0] + y * row[1] + z * row[2] + row[3]
    return moved


def _cut(
    points: NDArray[np.float64],
    triangles: NDArray[np.int32],
    face: NDArray[np.int32],
    height: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """The parts of the triangles where ``height`` (P,), affine over each, is not negative: points,
    with the new ones at the end, triangles, turned as before, and their faces.

    A new point is always reckoned from the end of the edge that stays: both neighbours then make
    the same one.
    """
    if height.min() >= 0:
        return points, triangles, face
    inside = (height >= 0)[triangles]
    count = inside.sum(axis=1)
    tips, bases = np.flatnonzero(count == 1), np.flatnonzero(count == 2)
    # turned so that the corner which is alone on its side comes first
    a, b, c = _turned(triangles[tips], inside[tips].argmax(axis=1))
    out, d, e = _turned(triangles[bases], inside[bases].argmin(axis=1))
    stays = np.concatenate([a, a, d, e])
    goes = np.concatenate([b, c, out, out])
    share = (height[stays] / (height[stays] - height[goes]))[:, None]
    new = points[stays] + share * (points[goes] - points[stays])
    numbers = np.arange(len(points), len(points) + len(new), dtype=np.int32)
    ab, ac, d_out, e_out = np.split(numbers, np.cumsum([len(tips), len(tips), len(bases)]))
    whole = count == 3
    parts = (
        triangles[whole],
        np.column_stack([a, ab, ac]),
        np.column_stack([d, e, e_out]),
        np.column_stack([d, e_out, d_out]),
    )
    faces = (face[whole], face[tips], face[bases], face[bases])
    return np.concatenate([points, new]), np.concatenate(parts), np.concatenate(faces)


def _turned(
    triangles: NDArray[np.int32], first: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """The three corners (n,) of each triangle in their order, from corner ``first`` (n,) on."""
    row = np.arange(len(triangles))
    a, b, c = (triangles[row, (first + k) % 3] for k in range(3))
    return a, b, c
