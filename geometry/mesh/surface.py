"""The nearest point on a triangle mesh, and the surface point of every texel of a texture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.mesh.mesh import Mesh

COVER_TEXELS = 0.75  # a texel is covered if its centre is this near to an island
AT_ONCE = 1 << 20  # texels that are looked up together: each takes some hundred bytes meanwhile


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
    """What the texels of an H × W texture paint; row 0 is the top row (v = 1). H counts the rows
    of all the mesh's textures, one below the other.

    triangle: (H, W) int32, the triangle whose UV image is nearest to the texel's centre, -1
    beyond the margin. position: (H, W, 3), the surface point at that nearest point of
    the layout (0 where triangle is -1). covered: (H, W) bool, the centre lies in a UV island or
    within 0.75 texels of one. margin: (H, W) bool, painted (triangle >= 0) but not covered.
    """

    triangle: NDArray[np.int32]
    position: NDArray[np.floating]
    covered: NDArray[np.bool_]
    margin: NDArray[np.bool_]


def nearest_points(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    points: NDArray[np.float64],
    max_distance: float = np.inf,
    device: str = "cpu",
) -> Nearest:
    """Nearest point of a triangle mesh for each of the (N, 3) points, within ``max_distance``;
    see :class:`NearestSearch`."""
    return NearestSearch(vertices, triangles, device).find(points, max_distance)


class NearestSearch:
    """A triangle mesh prepared for many searches of nearest points.

    Triangles without area are never found. Coordinates are taken relative to the mesh's box
    before they become float32: positions are good to about 1e-7 of the box.
    """

    def __init__(
        self, vertices: NDArray[np.float64], triangles: NDArray[np.int32], device: str = "cpu"
    ) -> None:
        kernels.load(device, kernels.__name__)
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        self._device = device
        self._centre = (low + high) / 2
        self._scale = float(np.linalg.norm(high - low)) / 2 or 1.0
        self._surface = wp.Mesh(
            points=wp.array((vertices - self._centre) / self._scale, dtype=wp.vec3, device=device),
            indices=wp.array(triangles.ravel(), dtype=wp.int32, device=device),
        )

    def find(self, points: NDArray[np.float64], max_distance: float = np.inf) -> Nearest:
        """The nearest surface point of each of (N, 3) points, within ``max_distance``."""
        count, device = len(points), self._device
        triangle = wp.empty(count, dtype=wp.int32, device=device)
        barycentric = wp.zeros(count, dtype=wp.vec3, device=device)
        distance = wp.full(count, np.inf, dtype=wp.float32, device=device)
        queries: wp.array = wp.array(
            (points - self._centre) / self._scale, dtype=wp.vec3, device=device
        )
        reach = float(np.float32(min(max_distance / self._scale, 1e30)))
        wp.launch(
            kernels.nearest,
            dim=count,
            inputs=[self._surface.id, queries, reach],
            outputs=[triangle, barycentric, distance],
            device=device,
        )
        weights = barycentric.numpy().astype(np.float64)
        # a sum of 1 but for float32's rounding would move what is far from the origin
        weights[:, 2] = np.where(weights.any(axis=1), 1 - weights[:, 0] - weights[:, 1], 0)
        return Nearest(
            triangle.numpy(),
            weights,
            distance.numpy().astype(np.float64) * self._scale,
        )


def uv_surface(
    mesh: Mesh,
    width: int,
    height: int,
    margin: float,
    device: str = "cpu",
    precision: type[np.floating] = np.float64,
) -> UvSurface:
    """The surface point of every texel of a width × height texture, out to ``margin`` texels
    around the islands. ``height``: of all the mesh's textures together.

    A texel outside an island gets the point of the island's nearest border, so that bilinear
    lookups and mip levels near borders read paint of the same place; islands wrap around the
    texture's sides as lookups do. Where islands overlap, one
    of the triangles is taken. ``precision``: of positions.
    """
    search = TexelSearch(mesh, (height, width), margin, device)
    triangle = np.empty(height * width, np.int32)
    position = np.empty((height * width, 3), precision)
    covered = np.empty(height * width, bool)
    for some in texels_at_a_time(height * width):
        triangle[some], position[some], distance = search.find(some)
        covered[some] = distance <= COVER_TEXELS
    painted = triangle >= 0
    return UvSurface(
        triangle.reshape(height, width),
        position.reshape(height, width, 3),
        covered.reshape(height, width),
        (painted & ~covered).reshape(height, width),
    )


class TexelSearch:
    """A mesh's layout prepared to look up single texels of a texture, of ``texture_shape`` (rows of
    all the mesh's textures, columns); the rest: see :func:`uv_surface`."""

    def __init__(
        self, mesh: Mesh, texture_shape: tuple[int, int], margin: float, device: str = "cpu"
    ) -> None:
        self._mesh, self._shape = mesh, texture_shape
        self._reach = max(margin, COVER_TEXELS)
        layout, self._source = placed_in_texels(
            mesh, mesh.uvs, mesh.texture, texture_shape, self._reach
        )
        self._layout = NearestSearch(
            np.pad(layout.reshape(-1, 2), ((0, 0), (0, 1))),
            np.arange(3 * len(layout), dtype=np.int32).reshape(-1, 3),
            device,
        )

    def find(
        self, texels: NDArray[np.integer]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Of texels (n,), by their numbers: triangle (n,) and position (n, 3), see
        :class:`UvSurface`, and how many texels the centre is from its island, inf beyond reach."""
        centres = texel_centres(self._mesh, self._shape, self._reach, texels)
        found = self._layout.find(np.pad(centres, ((0, 0), (0, 1))), self._reach)
        painted = found.triangle >= 0
        triangle = np.where(painted, self._source[found.triangle], np.int32(-1))
        position = np.zeros((len(texels), 3))
        position[painted] = np.einsum(
            "nk,nkd->nd", found.barycentric[painted], self._mesh.corners[triangle[painted]]
        )
        return triangle, position, found.distance


def texels_at_a_time(count: int) -> Iterator[NDArray[np.int64]]:
    """The numbers of ``count`` texels, some after the other."""
    for start in range(0, count, AT_ONCE):
        yield np.arange(start, min(start + AT_ONCE, count))


def texel_centres(
    mesh: Mesh, texture_shape: tuple[int, int], reach: float, texels: NDArray[np.integer]
) -> NDArray[np.float64]:
    """(n, 2): x and y of the centres of ``texels`` (n,) of a mesh's stacked textures, in texels, y
    down. Textures are kept apart by 2·``reach`` and more, so that none reaches into the next."""
    row, column = np.divmod(texels, texture_shape[1])
    down = row + row // (texture_shape[0] // mesh.textures) * _apart(reach)
    return np.stack([column + 0.5, down + 0.5], axis=1)


def placed_in_texels(
    mesh: Mesh,
    uvs: NDArray[np.float64],
    texture: NDArray[np.integer],
    texture_shape: tuple[int, int],
    reach: float,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Polygons of the UV layout, uvs (N, corners, 2) in the textures ``texture`` (N,), placed among
    :func:`texel_centres`, with their copies in the tiles around that come within ``reach`` texels.

    Returns x and y (M, corners, 2) and which polygon each is (M,) int32.
    """
    size = np.array([texture_shape[1], texture_shape[0] // mesh.textures])
    down = texture * (size[1] + _apart(reach))
    flipped = uvs * (1, -1) + (0, 1)
    layouts, sources = [], []
    for tile in np.ndindex(3, 3):
        moved = (flipped + np.array(tile) - 1) * size
        near = (moved.max(axis=1) > -reach) & (moved.min(axis=1) < size + reach)
        kept = np.flatnonzero(near.all(axis=1))
        placed = moved[kept]
        placed[..., 1] += down[kept, None]
        layouts.append(placed)
        sources.append(kept.astype(np.int32))
    return np.concatenate(layouts), np.concatenate(sources)


def _apart(reach: float) -> int:
    return int(2 * np.ceil(reach)) + 2
