"""Texels that several places of a surface share because their UVs overlap, as mirrored islands'
do."""

from __future__ import annotations

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.mesh.mesh import Mesh
from geometry.seeing import coverage_kernels

INSET = 1e-3  # texels: sides shared by two triangles, up to a file's rounding, are no overlap
BESIDE = (0.0137, 0.0071)  # texels from the centres, through which layouts often have their sides


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
