"""The hollow inside a closed surface: all that lies deeper than a wall."""

from __future__ import annotations

import manifold3d
import numpy as np
import warp as wp

from geometry import kernels
from geometry.errors import InputError
from geometry.solid import solid_kernels
from geometry.solid.checks import Surface, Triangles, crossings
from geometry.solid.rounding import rounded, same_points
from geometry.spaces import Array

_MOST_CELLS = 64  # along the longest side of the box
_THIN = 0.5  # of a cell, volume over area: a sheet of one cell, a ball of three across
_SHORT = 0.01  # of a cell: edges that are drawn together
_TRIES, _FINER = 4, 0.8  # grids, and how much finer each is


def cavity(points: Array, triangles: Triangles, wall: float, floor: float) -> Surface:
    """The surface ``wall`` inside a closed oriented one, which is cut off below z = ``floor``, or a
    little deeper; empty where nothing is so deep. It is found on a grid: edges become round, and
    parts that are hardly thicker than its cells, about half a wall, are left out.

    Where the hollow is about to part, a grid may leave it hanging together by a point: the next,
    finer one does not. Raises InputError("bad-cavity") if all do."""
    longest = float(np.ptp(points, axis=0).max())
    cell = max(wall / 2, longest / _MOST_CELLS)
    for n in range(_TRIES):
        found = _on_grid(points, triangles, wall, floor, cell * _FINER**n)
        if not len(found[1]) or not (same_points(found[0]) or len(crossings(*found))):
            return found
    raise InputError(
        "bad-cavity",
        "wall",
        f"The hollow inside walls of {wall:g} mm hangs together by single points.",
        "Choose another --wall, or leave it out: solid.",
    )


def _on_grid(
    points: Array, triangles: Triangles, wall: float, floor: float, cell: float
) -> Surface:
    low, high = points.min(axis=0) - cell, points.max(axis=0) + cell
    # Between the grid's nodes depths are interpolated. Where the surface is a point, they curve
    # most: that may look deeper than it is by this much.
    level = wall + 3 * cell**2 / (8 * wall)
    bounds = [*low.tolist(), *high.tolist()]
    nodes: list[tuple[float, float, float]] = []

    def noted(x: float, y: float, z: float) -> float:
        nodes.append((x, y, z))
        return -1.0

    manifold3d.Manifold.level_set(noted, bounds, cell)
    places = np.array(nodes)
    depths = np.minimum(_depths(points, triangles, places), places[:, 2] - floor)
    depth = dict(zip(nodes, depths.tolist(), strict=True))
    found = manifold3d.Manifold.level_set(lambda *node: depth[node], bounds, cell, level)
    parts = [p for p in found.decompose() if p.volume() > _THIN * cell * p.surface_area()]
    mesh = manifold3d.Manifold.compose(parts).simplify(_SHORT * cell).to_mesh64()
    return rounded(np.array(mesh.vert_properties)[:, :3]), np.array(mesh.tri_verts, np.int64)


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
    queries: wp.array = wp.array((places - middle) / scale, dtype=wp.vec3, device="cpu")
    wp.launch(
        solid_kernels.depths,
        dim=len(places),
        inputs=[surface.id, queries],
        outputs=[depth],
        device="cpu",
    )
    return depth.numpy().astype(np.float64) * scale
