"""Triangle meshes with a UV layout, the nearest point on them, and the surface point of every
texel of a texture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import ArrayLike, NDArray

from geometry import kernels
from geometry.errors import InputError

UV_SPAN = 1.25  # a layout may stray a little over its tile (REPEAT wraps it); wider ones are tiles
COVER_TEXELS = 0.75  # a texel is covered if its centre is this near to an island


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


@dataclass(frozen=True, eq=False)
class Nearest:
    """Nearest surface points of N query points.

    triangle: (N,) int32, -1 where the surface is too far. barycentric: (N, 3) float64, weights
    of the triangle's corners (0 where too far). distance: (N,) float64 (inf where too far).
    """

    triangle: NDArray[np.int32]
    barycentric: NDArray[np.float64]
    distance: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UvSurface:
    """What the texels of an H × W texture paint; row 0 is the top row (v = 1).

    triangle: (H, W) int32, the triangle whose UV image is nearest to the texel's centre, -1
    beyond the margin. position: (H, W, 3) float64, the surface point at that nearest point of
    the layout (0 where triangle is -1). covered: (H, W) bool, the centre lies in a UV island or
    within 0.75 texels of one. margin: (H, W) bool, painted (triangle >= 0) but not covered.
    """

    triangle: NDArray[np.int32]
    position: NDArray[np.float64]
    covered: NDArray[np.bool_]
    margin: NDArray[np.bool_]


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


def nearest_points(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    points: NDArray[np.float64],
    max_distance: float = np.inf,
    device: str = "cpu",
) -> Nearest:
    """Nearest point of a triangle mesh for each of the (N, 3) points, within ``max_distance``.

    Triangles without area are never found. Coordinates are taken relative to the mesh's box
    before they become float32: positions are good to about 1e-7 of the box.
    """
    kernels.load(device, kernels.__name__)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    centre, scale = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 or 1.0
    surface = wp.Mesh(
        points=wp.array((vertices - centre) / scale, dtype=wp.vec3, device=device),
        indices=wp.array(triangles.ravel(), dtype=wp.int32, device=device),
    )
    count = len(points)
    triangle = wp.empty(count, dtype=wp.int32, device=device)
    barycentric = wp.zeros(count, dtype=wp.vec3, device=device)
    distance = wp.full(count, np.inf, dtype=wp.float32, device=device)
    queries: wp.array = wp.array((points - centre) / scale, dtype=wp.vec3, device=device)
    reach = float(np.float32(min(max_distance / scale, 1e30)))
    wp.launch(
        kernels.nearest,
        dim=count,
        inputs=[surface.id, queries, reach],
        outputs=[triangle, barycentric, distance],
        device=device,
    )
    return Nearest(
        triangle.numpy(),
        barycentric.numpy().astype(np.float64),
        distance.numpy().astype(np.float64) * scale,
    )


def uv_surface(
    mesh: Mesh, width: int, height: int, margin: float, device: str = "cpu"
) -> UvSurface:
    """The surface point of every texel of a width × height texture, out to ``margin`` texels
    around the islands.

    A texel outside an island gets the point of the island's nearest border, so that bilinear
    lookups and mip levels near borders read paint of the same place; islands wrap around the
    texture's sides as lookups do. Where islands overlap, one
    of the triangles is taken.
    """
    reach = max(margin, COVER_TEXELS)
    layout, source = _wrapped_layout(mesh.uvs, width, height, reach)
    centres = np.zeros((height, width, 3))
    centres[..., 0] = np.arange(width) + 0.5
    centres[..., 1] = np.arange(height)[:, None] + 0.5
    found = nearest_points(
        layout,
        np.arange(len(layout), dtype=np.int32).reshape(-1, 3),
        centres.reshape(-1, 3),
        reach,
        device,
    )
    painted = found.triangle >= 0
    triangle = np.where(painted, source[found.triangle], np.int32(-1))
    position = np.zeros((height * width, 3))
    position[painted] = np.einsum(
        "nk,nkd->nd", found.barycentric[painted], mesh.corners[triangle[painted]]
    )
    covered = found.distance <= COVER_TEXELS
    return UvSurface(
        triangle.reshape(height, width),
        position.reshape(height, width, 3),
        covered.reshape(height, width),
        (painted & ~covered).reshape(height, width),
    )


def _wrapped_layout(
    uvs: NDArray[np.float64], width: int, height: int, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The UV triangles and those of their copies in the tiles around that come within ``reach``
    texels of the texture: corners (3·N, 3) in texels, row down, z = 0; triangle of each (N,)."""
    size, layouts, sources = np.array([width, height]), [], []
    flipped = uvs * (1, -1) + (0, 1)
    for tile in np.ndindex(3, 3):
        moved = (flipped + np.array(tile) - 1) * size
        near = (moved.max(axis=1) > -reach) & (moved.min(axis=1) < size + reach)
        kept = np.flatnonzero(near.all(axis=1))
        layouts.append(moved[kept].reshape(-1, 2))
        sources.append(kept.astype(np.int32))
    corners = np.concatenate(layouts)
    return np.column_stack([corners, np.zeros(len(corners))]), np.concatenate(sources)
