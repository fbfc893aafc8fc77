"""Pictures of the whole sphere: equirectangular, cube map, octahedral map.

Pixel coordinates are (row, column), pixel centres at +½, row 0 at the top. The sphere's z points
up. A picture's texels are means over their area, so that one asks for sub-samples of each texel.

Equirectangular: longitude −π..π left to right, latitude π/2..−π/2 top to bottom, x in the middle.

Cube: six square faces in one picture of three columns and two rows, +x −x +y above −y +z −z. Each
face is exactly a face of an OpenGL cube map (OpenGL 4.6 core, § 8.13, table 8.19: s grows with
the columns, t with the rows), the sphere's x, y and z being the table's. Neighbouring texels of the
picture belong together only within a face; every face's rim meets another face without a seam.

Octahedral: |x| + |y| + |z| = 1 unfolded to a square (Cigolle et al., A Survey of Efficient
Representations for Independent Unit Vectors, JCGT 3(2), 2014): x to the right, y up, +z in the
middle, −z at all four corners. Each border is folded onto itself at its middle: beyond texel
(0, column) comes texel (0, W − 1 − column).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array

Shape = tuple[int, int]

FACES = ("px", "nx", "py", "ny", "pz", "nz")

# rows: the directions in which s and t grow, and the middle of the face
_FACE_AXES = np.array(
    [
        [[0, 0, -1], [0, -1, 0], [1, 0, 0]],
        [[0, 0, 1], [0, -1, 0], [-1, 0, 0]],
        [[1, 0, 0], [0, 0, 1], [0, 1, 0]],
        [[1, 0, 0], [0, 0, -1], [0, -1, 0]],
        [[1, 0, 0], [0, -1, 0], [0, 0, 1]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1]],
    ],
    float,
)


@dataclass(frozen=True)
class Projection:
    """A way to lay the sphere out as a picture.

    shape: width that is asked for → (H, W) of the picture, W the nearest that it can have;
    to_sphere: pixel coordinates (n,), (n,) and shape → unit vectors (n, 3); positions: unit
    vectors (n, 3) and shape → pixel coordinates (row, column), (n,) each; solid_angles: rows and
    columns (n,), whole numbers, and shape → solid angles of these texels (n,), steradians, of sum
    4π over all."""

    name: str
    title: str
    shape: Callable[[int], Shape]
    to_sphere: Callable[[Array, Array, Shape], Array]
    positions: Callable[[Array, Shape], tuple[Array, Array]]
    solid_angles: Callable[[NDArray[np.integer], NDArray[np.integer], Shape], Array]

    def points(self, shape: Shape, subsamples: int = 1, rows: range | None = None) -> Array:
        """The points (n·W·s², 3) of s × s sub-samples of every texel, those of a texel together,
        texels row-major, of all rows or of n of them."""
        rows = range(shape[0]) if rows is None else rows
        return self.to_sphere(*_grid(rows, shape[1], subsamples), shape)

    def area(self, shape: Shape) -> Array:
        """The solid angles of all texels (H·W,), row-major; a row after the other, as some take
        much memory to work out."""
        columns = np.arange(shape[1])
        each = (self.solid_angles(np.full(shape[1], k), columns, shape) for k in range(shape[0]))
        return np.concatenate(list(each))


def _grid(rows: range, width: int, subsamples: int) -> tuple[Array, Array]:
    """Rows and columns (n·W·s²,) of the sub-samples."""
    within = (np.arange(subsamples) + 0.5) / subsamples
    row = (np.array(rows)[:, None] + within)[:, None, :, None]
    column = (np.arange(width)[:, None] + within)[None, :, None, :]
    full = (len(rows), width, subsamples, subsamples)
    return np.broadcast_to(row, full).ravel(), np.broadcast_to(column, full).ravel()


def _equirectangular_to_sphere(row: Array, column: Array, shape: Shape) -> Array:
    height, width = shape
    latitude = np.pi * (0.5 - row / height)
    longitude = np.pi * (2 * column / width - 1)
    ring = np.cos(latitude)
    return np.stack([ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)], axis=1)


def _equirectangular_positions(points: Array, shape: Shape) -> tuple[Array, Array]:
    height, width = shape
    x, y, z = points.T
    row = (0.5 - np.arctan2(z, np.hypot(x, y)) / np.pi) * height
    return row, (np.arctan2(y, x) / np.pi + 1) / 2 * width


def _equirectangular_solid_angles(
    row: NDArray[np.integer], column: NDArray[np.integer], shape: Shape
) -> Array:
    height, width = shape
    heights = np.cos(np.pi * np.arange(height + 1) / height)
    found: Array = 2 * np.pi / width * (heights[row] - heights[row + 1])
    return found


def _cube_to_sphere(row: Array, column: Array, shape: Shape) -> Array:
    side = shape[0] // 2
    down, across = (np.clip(x // side, 0, n).astype(int) for x, n in ((row, 1), (column, 2)))
    s, t = 2 * (column / side - across) - 1, 2 * (row / side - down) - 1
    axes = _FACE_AXES[3 * down + across]
    return _unit(s[:, None] * axes[:, 0] + t[:, None] * axes[:, 1] + axes[:, 2])


def cube_face(points: Array) -> NDArray[np.int64]:
    """The number in FACES of the face (n,) that each of the points (n, 3) lies on."""
    axis = np.abs(points).argmax(axis=1)
    return 2 * axis + (points[np.arange(len(points)), axis] < 0)


def _cube_positions(points: Array, shape: Shape) -> tuple[Array, Array]:
    side = shape[0] // 2
    face = cube_face(points)
    s, t, major = np.einsum("nij,nj->in", _FACE_AXES[face], points)
    return (
        (face // 3 + (t / major + 1) / 2) * side,
        (face % 3 + (s / major + 1) / 2) * side,
    )


def _cube_solid_angles(
    row: NDArray[np.integer], column: NDArray[np.integer], shape: Shape
) -> Array:
    """Of a face's rectangle from its middle to (s, t): atan(st/√(1 + s² + t²))."""
    side = shape[0] // 2
    line = np.linspace(-1, 1, side + 1)
    row, column = row % side, column % side

    def corner(down: int, across: int) -> Array:
        t, s = line[row + down], line[column + across]
        found: Array = np.arctan2(s * t, np.sqrt(1 + s * s + t * t))
        return found

    return corner(1, 1) - corner(0, 1) - (corner(1, 0) - corner(0, 0))


def faces(picture: NDArray) -> dict[str, NDArray]:
    """The six faces (F, F, ...) of a cube map's picture (2F, 3F, ...) by name: px, nx, py, ..."""
    side = picture.shape[0] // 2
    rows = (picture[:side], picture[side:])
    blocks = [row[:, k * side : (k + 1) * side] for row in rows for k in range(3)]
    return dict(zip(FACES, blocks, strict=True))


def _octahedral_to_sphere(row: Array, column: Array, shape: Shape) -> Array:
    x, y = 2 * column / shape[1] - 1, 1 - 2 * row / shape[0]
    z = 1 - np.abs(x) - np.abs(y)
    folded = np.maximum(-z, 0)  # the lower half: each corner is turned over along its diagonal
    return _unit(np.stack([x - np.copysign(folded, x), y - np.copysign(folded, y), z], axis=1))


def _octahedral_positions(points: Array, shape: Shape) -> tuple[Array, Array]:
    x, y, z = points.T / np.abs(points).sum(axis=1)
    below = np.maximum(-z, 0)
    x, y = x + np.copysign(below, x), y + np.copysign(below, y)
    return (1 - y) / 2 * shape[0], (x + 1) / 2 * shape[1]


def _octahedral_solid_angles(
    row: NDArray[np.integer], column: NDArray[np.integer], shape: Shape
) -> Array:
    """The square is flat triangles seen from the octahedron's centre: two for every texel, on
    either side of the diagonal along which it may be folded."""
    a, b, c, d = (
        _octahedral_to_sphere(row + float(down), column + float(across), shape)
        for down, across in ((0, 0), (0, 1), (1, 1), (1, 0))
    )
    centre = row + 0.5 < shape[0] / 2, column + 0.5 < shape[1] / 2
    falling = centre[0] != centre[1]  # the fold goes down to the right: from a to c
    return np.where(
        falling,
        _solid_angle(a, b, c) + _solid_angle(a, c, d),
        _solid_angle(b, c, d) + _solid_angle(a, b, d),
    )


def _solid_angle(a: Array, b: Array, c: Array) -> Array:
    """Of triangles of unit vectors (..., 3) (Van Oosterom and Strackee, 1983), without sign."""
    volume = np.abs(np.sum(a * np.cross(b, c), axis=-1))
    dots = (np.sum(p * q, axis=-1) for p, q in ((a, b), (b, c), (c, a)))
    return 2 * np.arctan2(volume, 1 + sum(dots))


def _unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _parts(width: int, parts: int) -> int:
    return max(1, round(width / parts))


EQUIRECTANGULAR = Projection(
    "equirectangular",
    "longitude to the right, latitude up",
    lambda width: (_parts(width, 2), 2 * _parts(width, 2)),
    _equirectangular_to_sphere,
    _equirectangular_positions,
    _equirectangular_solid_angles,
)
CUBE = Projection(
    "cube",
    "six faces of an OpenGL cube map",
    lambda width: (2 * _parts(width, 3), 3 * _parts(width, 3)),
    _cube_to_sphere,
    _cube_positions,
    _cube_solid_angles,
)
OCTAHEDRAL = Projection(
    "octahedral",
    "an octahedron unfolded to a square",
    lambda width: (2 * _parts(width, 2), 2 * _parts(width, 2)),
    _octahedral_to_sphere,
    _octahedral_positions,
    _octahedral_solid_angles,
)

PROJECTIONS = {p.name: p for p in (EQUIRECTANGULAR, CUBE, OCTAHEDRAL)}
