"""Triangle meshes with a UV layout, checked. What is looked up on them is in
:mod:`geometry.mesh.surface`, which alone loads Warp."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry.errors import InputError

WELD_CELLS = 2**20  # a mesh's box is this many cells long: vertices in one cell are one point
WELD_SHIFT = 0.3819660112501051  # golden: far from all fractions with small denominators
UV_THIN = 1e-6  # of a tile: a face that is thinner in the layout is nowhere in a texture
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
    def collapsed(self) -> NDArray[np.bool_]:
        """(F,): faces of the surface that the layout draws together to a line or a point. All of
        such a face shows the few texels there; Blender's Extrude makes them."""
        a, b, c = np.moveaxis(self.uvs, 1, 0)
        e1, e2 = b - a, c - a
        double = np.abs(e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0])
        longest = np.max([np.linalg.norm(e, axis=1) for e in (e1, e2, c - b)], axis=0)
        return (double <= UV_THIN * longest) & (self.areas > 1e-12 * self.areas.max())

    @functools.cached_property
    def welded(self) -> NDArray[np.int32]:
        """(F, 3) int32: the triangles by points of space, numbered from 0. Files split a vertex
        where UVs or normals differ; here what lies in one place is one point."""
        low = self.vertices.min(axis=0)
        step = float((self.vertices.max(axis=0) - low).max()) / (WELD_CELLS - 1)
        # Shifted by an odd fraction: no round part of the box, where seams like to lie and rounding
        # has two minds, is then the border of two cells.
        cell = (self.vertices - low) / step + WELD_SHIFT
        x, y, z = np.rint(cell).astype(np.int64).T
        _, point = np.unique((x * WELD_CELLS + y) * WELD_CELLS + z, return_inverse=True)
        return point.astype(np.int32)[self.triangles]

    @functools.cached_property
    def oriented(self) -> bool:
        """Whether neighbours agree which side is the front: no edge is run the same way by two
        faces. Only then do back faces mean anything."""
        return bool((self._sides[1:] != self._sides[:-1]).all())

    @functools.cached_property
    def inside_out(self) -> bool:
        """Whether the mesh is closed and oriented and its fronts face inwards (its volume is
        negative), as a negative scale leaves it."""
        edges = self._sides >> 1
        if not self.oriented or len(edges) % 2 or (edges[::2] != edges[1::2]).any():
            return False
        a, b, c = np.moveaxis(self.corners - self.vertices.mean(axis=0), 1, 0)
        return float(np.einsum("fk,fk->", a, np.cross(b, c))) < 0

    @functools.cached_property
    def _sides(self) -> NDArray[np.int64]:
        """A number for each side of the triangles, sorted: the edge it runs along, doubled, plus 1
        if it runs up. Triangles that welding collapses are left out: their neighbours meet."""
        faces = self.welded.astype(np.int64)
        a, b, c = faces.T
        faces = faces[(a != b) & (b != c) & (c != a)]
        start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
        edge = np.minimum(start, end) << 32 | np.maximum(start, end)
        return np.sort(edge << 1 | (start < end))


@dataclass(frozen=True, eq=False)
class Occluders:
    """Other things in front of and around a mesh: they hide it and are not painted. Make them with
    :func:`make_occluders`. vertices: (V, 3) float64, in the mesh's frame; triangles: (F, 3) int32
    rows of ``vertices``; there may be none. Arrays are read-only.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]


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
    _expect_indices("triangles", faces, len(points))
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


def make_occluders(vertices: ArrayLike, triangles: ArrayLike) -> Occluders:
    """Checked :class:`Occluders` from (V, 3) points and (F, 3) indices; both may be empty.

    Raises InputError: "mesh-bad-shape", "mesh-non-finite", "mesh-bad-index".
    """
    points, faces = np.array(vertices, np.float64), np.asarray(triangles)
    if faces.size == 0:
        points, faces = np.zeros((0, 3)), np.zeros((0, 3), np.int32)
    _expect_shape("occluder_vertices", points, (None, 3))
    _expect_shape("occluder_triangles", faces, (None, 3))
    if not np.isfinite(points).all():
        raise InputError(
            "mesh-non-finite", "occluder_vertices", "A coordinate is not a finite number."
        )
    _expect_indices("occluder_triangles", faces, len(points))
    faces = np.array(faces, np.int32)
    for array in (points, faces):
        array.setflags(write=False)
    return Occluders(points, faces)


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


def _expect_indices(field: str, faces: NDArray[np.generic], points: int) -> None:
    if faces.dtype.kind not in "iu" or (faces.size and (faces.min() < 0 or faces.max() >= points)):
        raise InputError(
            "mesh-bad-index", field, f"Indices must be whole numbers from 0 to {points - 1}."
        )


def _has_area(areas: NDArray[np.float64], points: NDArray[np.float64]) -> bool:
    # Relative to the extent, so that neither tiny nor huge meshes are misjudged.
    extent = float(np.ptp(points.reshape(-1, points.shape[-1]), axis=0).max())
    return float(areas.max()) > 1e-12 * extent * extent
