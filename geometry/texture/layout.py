"""How evenly a UV layout spreads the texture's texels over the surface, which of them several
places share, as mirrored islands do, and how finely a camera sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.mesh.mesh import Mesh
from geometry.seeing import coverage_kernels
from geometry.seeing.cameras import Camera, projection_matrix, ray_frame, view_matrix

INSET = 1e-3  # texels: sides shared by two triangles, up to a file's rounding, are no overlap
BESIDE = (0.0137, 0.0071)  # texels from the centres, through which layouts often have their sides


@dataclass(frozen=True, eq=False)
class Stretch:
    """Texels per unit of length, in the mesh's units.

    most, least: (F,) float64, along the directions of a triangle in which texels are densest and
    sparsest; 0 where the triangle or its UVs have no area. density: the area-weighted median over
    the triangles of √(most·least). ratio_median, ratio_95: the same of most/least, and what 95 %
    of the area stay below; 1 is a layout that keeps all angles. spread: density at the 95th
    percentile of the area over that at the 5th; 1 is a layout that keeps all areas.
    """

    most: NDArray[np.float64]
    least: NDArray[np.float64]
    density: float
    ratio_median: float
    ratio_95: float
    spread: float


def texel_stretch(mesh: Mesh, texture_shape: tuple[int, int]) -> Stretch:
    """The stretch of a texture (rows of all the mesh's textures, columns) on a mesh.

    The map from a triangle's plane to texels has two singular values: the axes of the ellipse of
    texels that a disc of radius 1 covers (Sander, Snyder, Gortler and Hoppe 2001).
    """
    rows, columns = texture_shape
    size = np.array([columns, rows / mesh.textures])
    corners, uvs = mesh.corners, mesh.uvs * size
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    long = np.linalg.norm(e1, axis=1)
    flat = mesh.areas <= 1e-12 * float(mesh.areas.max())
    long[flat] = 1.0
    x2 = np.einsum("fk,fk->f", e1, e2) / long  # the triangle is (0, 0), (long, 0), (x2, y2)
    y2 = np.where(flat, 1.0, 2 * mesh.areas / long)
    t1, t2 = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    along_x = t1 / long[:, None]
    along_y = (t2 - along_x * x2[:, None]) / y2[:, None]
    half = (np.einsum("fk,fk->f", along_x, along_x) + np.einsum("fk,fk->f", along_y, along_y)) / 2
    det = np.abs(along_x[:, 0] * along_y[:, 1] - along_x[:, 1] * along_y[:, 0])
    most = np.sqrt(half + np.sqrt(np.maximum(half * half - det * det, 0)))
    used = ~flat & ~mesh.collapsed & (det > 1e-9 * most * most)
    most[~used] = 0
    least = np.divide(det, most, out=np.zeros(len(det)), where=used)
    areas = mesh.areas[used]
    densities, ratios = np.sqrt(det[used]), most[used] / least[used]
    low, median, high = weighted_percentiles(densities, areas, (5, 50, 95))
    ratio_median, ratio_95 = weighted_percentiles(ratios, areas, (50, 95))
    return Stretch(most, least, median, ratio_median, ratio_95, high / low)


def weighted_percentiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], percents: tuple[float, ...]
) -> tuple[float, ...]:
    """The least of the values (n,) at or below which that much of the weights (n,) lies."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    places = np.searchsorted(ends, np.array(percents) / 100 * ends[-1])
    return tuple(float(values[order[min(place, len(order) - 1)]]) for place in places)


def pixels_per_unit(camera: Camera, mesh: Mesh) -> float:
    """How many pixels of the camera a unit of length, in the mesh's units, spans across the line
    of sight: the area-weighted median over the triangles that face the camera with their middles
    in the frame and between its clip planes. Where pixels are not square, the geometric mean of
    both directions. What hides what is not looked at. 0 if no triangle qualifies.
    """
    middles = mesh.corners.mean(axis=1)
    seen = np.column_stack([middles, np.ones(len(middles))]) @ view_matrix(camera).T
    depth = -seen[:, 2]
    projection = projection_matrix(camera)
    clip = seen @ projection.T
    framed = (np.abs(clip[:, :2]) <= clip[:, 3:]).all(axis=1)
    framed &= (depth > camera.clip_start) & (depth < camera.clip_end) & (mesh.areas > 0)
    if mesh.oriented:
        framed &= _faces(camera, mesh, middles)
    if not framed.any():
        return 0.0
    scale = math.sqrt(
        projection[0, 0] * camera.width / 2 * projection[1, 1] * camera.height / 2
    ) / np.abs(clip[framed, 3])
    return weighted_percentiles(scale, mesh.areas[framed], (50,))[0]


def _faces(camera: Camera, mesh: Mesh, middles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(F,): whether the camera sees the triangles' fronts."""
    frame = ray_frame(camera)
    back = -frame.direction[:, 2] if camera.kind == "ORTHO" else frame.origin[:, 2] - middles
    a, b, c = np.moveaxis(mesh.corners, 1, 0)
    slopes = np.einsum("fk,fk->f", np.cross(b - a, c - a), np.broadcast_to(back, a.shape))
    return slopes < 0 if mesh.inside_out else slopes > 0


def overlapping_texels(
    mesh: Mesh, texture_shape: tuple[int, int]
) -> tuple[float, NDArray[np.bool_]]:
    """The share, 0 to 1, of the texels with their centre in a UV island that more than one place of
    the surface reads, and a picture (rows, columns) of these texels.

    texture_shape: rows of all the mesh's textures together, columns. Triangles that lie on each
    other both in space and in the layout (a face that is there twice) are one place.
    """
    kernels.load("cpu", coverage_kernels.__name__)
    rows, columns = texture_shape
    height = rows // mesh.textures
    kept = _different(mesh)
    corners = (mesh.uvs[kept] * (1, -1) + (0, 1)) * (columns, height) - BESIDE
    counts = wp.zeros(rows * columns, dtype=wp.int32, device="cpu")
    wp.launch(
        coverage_kernels.count_covers,
        dim=len(kept),
        inputs=[
            wp.array(corners.reshape(-1, 2), dtype=wp.vec2d, device="cpu"),
            wp.array(mesh.texture[kept] * height, dtype=wp.int32, device="cpu"),
            columns,
            height,
            INSET,
        ],
        outputs=[counts],
        device="cpu",
    )
    covers = counts.numpy().reshape(rows, columns)
    shared = covers > 1
    return float(shared.sum() / max(1, (covers > 0).sum())), shared


def _different(mesh: Mesh) -> NDArray[np.int64]:
    """Numbers of the triangles without those that repeat another one's points and UVs."""
    points = np.sort(mesh.welded, axis=1).astype(np.int64)
    middles = np.rint(mesh.uvs.mean(axis=1) * 2**20).astype(np.int64)
    keys = np.column_stack([points, middles, mesh.texture])
    order = np.lexsort(keys.T)
    same = (np.diff(keys[order], axis=0) == 0).all(axis=1)
    return np.sort(order[np.concatenate([[True], ~same])])
