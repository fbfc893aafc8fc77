"""Triangle meshes with a UV layout, checked. What is looked up on them is in
:mod:`geometry.surface`, which alone loads Warp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry.errors import InputError

UV_SPAN = 1.25  # a layout may stray a little over its tile (REPEAT wraps it); wider ones are tiles


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh; make one with :func:`make_mesh`, which checks it. Arrays are read-only.

    vertices: (V, 3) float64, in the object's frame. triangles: (F, 3) int32 rows of ``vertices``.
    uvs: (F, 3, 2) float64, one (u, v) per triangle corner, v up, moved by whole tiles so that
    the layout's middle lies in the unit square. Corners outside it wrap around (REPEAT).
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    uvs: NDArray[np.float64]

    @property
    def corners(self) -> NDArray[np.float64]:
        """(F, 3, 3): the three points of every triangle."""
        return self.vertices[self.triangles]


def make_mesh(vertices: ArrayLike, triangles: ArrayLike, uvs: ArrayLike | None) -> Mesh:
    """A checked :class:`Mesh` from (V, 3) points, (F, 3) indices and (F, 3, 2) corner UVs.

    Raises InputError: "mesh-empty", "mesh-bad-shape", "mesh-non-finite", "mesh-bad-index",
    "mesh-zero-area" (no triangle has area), "mesh-no-uv" (none given, or none with area),
    "mesh-uv-range" (the layout spans over 1.25 in u or v: UDIM tiles).
    """
    points = np.array(vertices, np.float64)
    faces = np.asarray(triangles)
    if points.size == 0 or faces.size == 0:
        raise InputError("mesh-empty", "mesh", "The mesh has no triangles.", "Add some faces.")
    _expect_shape("vertices", points, (None, 3))
    _expect_shape("triangles", faces, (None, 3))
    if not np.isfinite(points).all():
        raise InputError(
            "mesh-non-finite", "vertices", "A vertex has a coordinate that is not a finite number."
        )
    if faces.dtype.kind not in "iu" or faces.min() < 0 or faces.max() >= len(points):
        raise InputError(
            "mesh-bad-index",
            "triangles",
            f"Indices must be whole numbers from 0 to {len(points) - 1}.",
        )
    faces = np.array(faces, np.int32)
    a, b, c = np.moveaxis(points[faces], 1, 0)
    if not _has_area(np.linalg.norm(np.cross(b - a, c - a), axis=1), points):
        raise InputError("mesh-zero-area", "triangles", "No triangle of the mesh has any area.")
    corners = _checked_uvs(uvs, len(faces))
    for array in (points, faces, corners):
        array.setflags(write=False)
    return Mesh(points, faces, corners)


def _checked_uvs(uvs: ArrayLike | None, face_count: int) -> NDArray[np.float64]:
    hint = "Unwrap the mesh (in Blender: UV > Smart UV Project)."
    if uvs is None:
        raise InputError("mesh-no-uv", "uvs", "The mesh has no UV map.", hint)
    corners = np.array(uvs, np.float64)
    _expect_shape("uvs", corners, (face_count, 3, 2))
    if not np.isfinite(corners).all():
        raise InputError("mesh-non-finite", "uvs", "A UV coordinate is not a finite number.")
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    if (high - low).max() > UV_SPAN:
        raise InputError(
            "mesh-uv-range",
            "uvs",
            f"The UV layout spans {high[0] - low[0]:.3g} × {high[1] - low[1]:.3g} tiles.",
            "Move and scale the islands into one tile (in Blender: UV > Pack Islands).",
        )
    corners -= np.floor((low + high) / 2 - 1e-9)  # a layout from 0.5 to 1.5 may stay
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    if not _has_area(np.abs(e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]), corners):
        raise InputError("mesh-no-uv", "uvs", "The UV map is collapsed: nothing has area.", hint)
    return corners


def _expect_shape(field: str, array: NDArray[np.generic], shape: tuple[int | None, ...]) -> None:
    if array.ndim != len(shape) or any(
        want not in (None, got) for want, got in zip(shape, array.shape, strict=False)
    ):
        wanted = " × ".join("N" if n is None else str(n) for n in shape)
        raise InputError(
            "mesh-bad-shape", field, f"Expected an array of {wanted}, got {array.shape}."
        )


def _has_area(areas: NDArray[np.float64], points: NDArray[np.float64]) -> bool:
    # Relative to the extent, so that neither tiny nor huge meshes are misjudged.
    extent = float(np.ptp(points.reshape(-1, points.shape[-1]), axis=0).max())
    return float(areas.max()) > 1e-12 * extent * extent
