# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
"""The Warp kernels behind :mod:`geometry.seeing.sights` and :mod:`geometry.texture.layout`. No
result depends on threads' order."""

from __future__ import annotations

import warp as wp

from geometry.kernels import Floats, Ints, Vec3s

wp.set_module_options({"enable_backward": False})

Vec2Doubles = wp.array(dtype=wp.vec2d)


@wp.kernel
def first_obstacle(
    mesh: wp.uint64, starts: Vec3s, directions: Vec3s, reach: Floats, distance: Floats
) -> None:
    """How far from each point its ray first meets the mesh; −1 where not within ``reach``."""
    i = wp.tid()
    distance[i] = -1.0
    found = wp.mesh_query_ray(mesh, starts[i], directions[i], reach[i])
    if found.result:
        distance[i] = found.t


@wp.func
def wrapped(i: int, n: int) -> int:
    """i modulo n, for negative i too (REPEAT)."""
    r = i % n
    if r < 0:
        r = r + n
    return r


@wp.kernel
def count_covers(
    corners: Vec2Doubles,
    first_row: Ints,
    width: int,
    height: int,
    inset: wp.float64,
    counts: Ints,
) -> None:
    """Thread f adds 1 to counts of each texel whose centre lies in triangle f, ``inset`` or more
    from its sides. corners: 3 pairs per triangle, in texels, x right and y down; they wrap around
    a texture of width × height texels, whose first row is first_row[f] of ``counts``.
    """
    f = wp.tid()
    a = corners[3 * f]
    b = corners[3 * f + 1]
    c = corners[3 * f + 2]
    ab = b - a
    bc = c - b
    ca = a - c
    area = ab[0] * bc[1] - ab[1] * bc[0]
    if area == wp.float64(0.0):
        return
    half = wp.float64(0.5)
    sign = wp.sign(area)
    x0 = int(wp.ceil(wp.min(a[0], wp.min(b[0], c[0])) - half))
    x1 = int(wp.floor(wp.max(a[0], wp.max(b[0], c[0])) - half))
    y0 = int(wp.ceil(wp.min(a[1], wp.min(b[1], c[1])) - half))
    y1 = int(wp.floor(wp.max(a[1], wp.max(b[1], c[1])) - half))
    for j in range(y0, y1 + 1):
        y = wp.float64(j) + half
        line = (first_row[f] + wrapped(j, height)) * width
        for i in range(x0, x1 + 1):
            x = wp.float64(i) + half
            wa = sign * (ab[0] * (y - a[1]) - ab[1] * (x - a[0]))
            wb = sign * (bc[0] * (y - b[1]) - bc[1] * (x - b[0]))
            wc = sign * (ca[0] * (y - c[1]) - ca[1] * (x - c[0]))
            if (
                wa >= inset * wp.length(ab)
                and wb >= inset * wp.length(bc)
                and wc >= inset * wp.length(ca)
            ):
                wp.atomic_add(counts, line + wrapped(i, width), 1)
