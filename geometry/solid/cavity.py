"""The hollow inside a closed surface: all that lies deeper than a wall."""

from __future__ import annotations

import manifold3d
import numpy as np
import warp as wp

from geometry import kernels
from geometry.solid import solid_kernels
from geometry.solid.checks import Triangles
from geometry.spaces import Array

_MOST_CELLS = 80  # along the longest side of the box


def cavity(points: Array, triangles: Triangles, wall: float) -> tuple[Array, Triangles]:
    """Points and triangles of the surface ``wall`` inside a closed oriented one, or a little
    deeper; none where nothing is so deep. It is found on a grid: its edges are rounded and its
    triangles of about half a wall."""
    low, high = points.min(axis=0), points.max(axis=0)
    cell = max(wall / 2, float((high - low).max()) / _MOST_CELLS)
    # Between the grid's nodes depths are interpolated. Where the surface is a point, they curve
    # most: that may look deeper than it is by this much.
    level = wall + 3 * cell**2 / (8 * wall)
    bounds = [*(low - cell).tolist(), *(high + cell).tolist()]
    nodes: list[tuple[float, float, float]] = []

    def noted(x: float, y: float, z: float) -> float:
        nodes.append((x, y, z))
        return -1.0

    manifold3d.Manifold.level_set(noted, bounds, cell)
    depth = dict(zip(nodes, _depths(points, triangles, np.array(nodes)).tolist(), strict=True))
    found = manifold3d.Manifold.level_set(lambda *node: depth[node], bounds, cell, level)
    mesh = found.to_mesh64()
    return np.array(mesh.vert_properties)[:, :3], np.array(mesh.tri_verts, np.int64)


def _depths(points: Array, triangles: Triangles, places: Array) -> Array:
    """How far inside each of the places (n, 3) is, (n,)."""
    kernels.load("cpu", solid_kernels.__name__)
    middle, scale = points.mean(axis=0), float(np.ptp(points, axis=0).max())
    surface = wp.Mesh(
        points=wp.array((points - middle) / scale, dtype=wp.vec3, device="cpu"),
        indices=wp.array(triangles.ravel(), dtype=wp.int32, device="cpu"),
        support_winding_number=True,
    )
    depth = wp.empty(len(places), dtype=wp.float32, device="cpu")
    queries = wp.array((places - middle) / scale, dtype=wp.vec3, device="cpu")
    wp.launch(
        solid_kernels.depths,
        dim=len(places),
        inputs=[surface.id, queries],
        outputs=[depth],
        device="cpu",
    )
    return depth.numpy().astype(np.float64) * scale
