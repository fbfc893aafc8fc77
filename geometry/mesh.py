"""Triangle meshes with a UV layout, checked. What is looked up on them is in
:mod:`geometry.surface`, which alone loads Warp."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry.errors import InputError

WELD_CELLS = 2**20  # a mesh's box is this many cells long: vertices in one cell are one point
UV_SPAN = 1.25  # a layout may stray a little over its tile (REPEAT wraps it); wider ones are tiles


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh; make one with :func:`make_mesh`, which checks it. Arrays are read-only.

    vertices: (V, 3) float64, in the object's frame. triangles: (F, 3) int32 rows of ``vertices``.
    uvs: (F, 3, 2) float64, one (u, v) per triangle corner, v up, moved by whole tiles so that
    each texture's layout has its middle in the unit square. Corners outside it wrap around
    (REPEAT). texture: (F,) int32, which of the mesh's ``textures`` paints a face. Textures of one
    size, H × W, are worked on as a single one of ``textures``·H rows, stacked from top to bottom.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    uvs: NDArray[np.float64]
    texture: NDArray[np.int32]

    @property
    def corners(self) -> NDArray[np.float64]:
        """(F, 3, 3): the three points of every triangle."""
        return self.vertices[self.triangles]

    @property
    def textures(self) -> int:
        """How many textures the mesh has."""
        return int(self.texture.max()) + 1

    @functools.cached_property
    def areas(self) -> NDArray[np.float64]:
        """(F,): the triangles' areas."""
        a, b, c = np.moveaxis(self.corners, 1, 0)
        return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2

    @functools.cached_property
    def welded(self) -> NDArray[np.int32]:
        """(F, 3) int32: the triangles by points of space, numbered from 0. Files split a vertex
        where UVs or normals differ; here what lies in one place is one point."""
        low = self.vertices.min(axis=0)
        # An even number of steps: a plane of symmetry is not on the border between two cells.
        step = float((self.vertices.max(axis=0) - low).max()) / (WELD_CELLS - 2)
        x, y, z = np.rint((self.vertices - low) / step).astype(np.int64).T
        _, point = np.unique((x * WELD_CELLS + y) * WELD_CELLS + z, return_inverse=True)
        return point.astype(np.int32)[self.triangles]

    @functools.cached_property
    def oriented(self) -> bool:
        """Whether neighbours agree which side is the front: no edge is run the same way by two
        faces. Only then do back faces mean anything. Faces that are a line or a point do not
        count."""
        faces = self.welded[(self.welded != np.roll(self.welded, 1, axis=1)).all(axis=1)]
        sides = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
        keys = sides[:, 0] << 32 | sides[:, 1]
        return len(np.unique(keys)) == len(keys)


def make_mesh(
    vertices: ArrayLike,
    triangles: ArrayLike,
    uvs: ArrayLike | None,
    texture: ArrayLike | None = None,
) -> Mesh:
    """A checked :class:`Mesh` from (V, 3) points, (F, 3) indices, (F, 3, 2) corner UVs and (F,)
    numbers of the faces' textures, from 0 without gaps; None: all faces have the same.

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
    numbers = np.zeros(len(faces), np.int32)
    if texture is not None:
        numbers = np.array(texture, np.int32)
        _expect_shape("texture", numbers, (len(faces),))
        if not np.array_equal(np.unique(numbers), np.arange(numbers.max() + 1)):
            raise InputError(
                "mesh-bad-index", "texture", "Textures must be numbered from 0 without gaps."
            )
    corners = _checked_uvs(uvs, numbers)
    for array in (points, faces, corners, numbers):
        array.setflags(write=False)
    return Mesh(points, faces, corners, numbers)


def _checked_uvs(uvs: ArrayLike | None, texture: NDArray[np.int32]) -> NDArray[np.float64]:
    hint = "Unwrap the mesh (in Blender: UV > Smart UV Project)."
    if uvs is None:
        raise InputError("mesh-no-uv", "uvs", "The mesh has no UV map.", hint)
    corners = np.array(uvs, np.float64)
    _expect_shape("uvs", corners, (len(texture), 3, 2))
    if not np.isfinite(corners).all():
        raise InputError("mesh-non-finite", "uvs", "A UV coordinate is not a finite number.")
    for number in range(int(texture.max()) + 1):
        own = texture == number
        corners[own] = _brought_home(corners[own])
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    if not _has_area(np.abs(e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]), corners):
        raise InputError("mesh-no-uv", "uvs", "The UV map is collapsed: nothing has area.", hint)
    return corners


def _brought_home(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """One texture's layout moved by whole tiles into the unit square."""
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    if (high - low).max() > UV_SPAN:
        raise InputError(
            "mesh-uv-range",
            "uvs",
            f"The UV layout spans {high[0] - low[0]:.3g} × {high[1] - low[1]:.3g} tiles.",
            "Move and scale the islands into one tile (in Blender: UV > Pack Islands).",
        )
    return corners - np.floor((low + high) / 2 - 1e-9)  # a layout from 0.5 to 1.5 may stay


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
