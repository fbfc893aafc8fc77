# mypy: ignore-errors
# ruff: noqa: UP018
"""The Warp kernel that draws triangles into a depth buffer: on the CPU many times faster than rays.
It works in float64, so that a corner a million pixels outside the picture spoils nothing in it.
"""

from __future__ import annotations

import warp as wp

from geometry.kernels import Doubles3, Ints, Keys
from geometry.seeing.ray_kernels import Body, Rays, along_of, clear_at, met, start_of

wp.set_module_options({"enable_backward": False})


@wp.func
def edge(a: wp.vec3d, b: wp.vec3d, x: wp.float64, y: wp.float64) -> wp.float64:
    """Twice the signed area of (a, b, (x, y)). Computed from the same end whichever way the edge
    runs, so that of two neighbours both claim a sample on their edge, never neither."""
    if a[0] < b[0] or (a[0] == b[0] and a[1] < b[1]):
        return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
    return -((a[0] - b[0]) * (y - b[1]) - (a[1] - b[1]) * (x - b[0]))


@wp.func
def first_sample(at: wp.float64, s: wp.float64, least: int, most: int) -> int:
    """The first sample at or after a coordinate in pixels, least … most."""
    return int(wp.clamp(wp.ceil(at * s - wp.float64(0.5)), wp.float64(least), wp.float64(most)))


@wp.func
def last_sample(at: wp.float64, s: wp.float64, least: int, most: int) -> int:
    """The last sample at or before a coordinate in pixels, least … most."""
    return int(wp.clamp(wp.floor(at * s - wp.float64(0.5)), wp.float64(least), wp.float64(most)))


@wp.kernel
def rasterise(
    points: Doubles3,
    triangles: Ints,
    face: Ints,
    chosen: Ints,
    body: Body,
    rays: Rays,
    width: int,
    top: int,
    rows: int,
    subsamples: int,
    keys: Keys,
) -> None:
    """Thread i draws triangle chosen[i] of a :class:`geometry.seeing.clipping.ScreenTriangles` into
    the depth buffer of pixel rows top .. top + rows: keys is (rows·s) × (width·s), each the
    smallest depth·2³² << 32 | face, all ones where empty. Holes of the body's textures are left
    open; faces beyond the body's are occluders.

    The minimum does not depend on the threads' order, so neither does the result.
    """
    t = chosen[wp.tid()]
    f = face[t]
    a = points[triangles[3 * t]]
    b = points[triangles[3 * t + 1]]
    c = points[triangles[3 * t + 2]]
    area = edge(a, b, c[0], c[1])
    if area == wp.float64(0.0):
        return
    s = wp.float64(subsamples)
    half = wp.float64(0.5)
    most = width * subsamples
    end = (top + rows) * subsamples
    x0 = first_sample(wp.min(a[0], wp.min(b[0], c[0])), s, 0, most)
    x1 = last_sample(wp.max(a[0], wp.max(b[0], c[0])), s, -1, most - 1)
    y0 = first_sample(wp.min(a[1], wp.min(b[1], c[1])), s, top * subsamples, end)
    y1 = last_sample(wp.max(a[1], wp.max(b[1], c[1])), s, top * subsamples - 1, end - 1)
    sign = wp.sign(area)
    pierced = body.hole_rows > 0 and f < body.texture.shape[0]
    for j in range(y0, y1 + 1):
        y = (wp.float64(j) + half) / s
        line = (j - top * subsamples) * most
        for i in range(x0, x1 + 1):
            x = (wp.float64(i) + half) / s
            wa = sign * edge(b, c, x, y)
            wb = sign * edge(c, a, x, y)
            wc = sign * edge(a, b, x, y)
            if wa >= wp.float64(0.0) and wb >= wp.float64(0.0) and wc >= wp.float64(0.0):
                total = wp.max(wa + wb + wc, wp.float64(1.0e-300))
                depth = (wa * a[2] + wb * b[2] + wc * c[2]) / total
                depth = wp.clamp(depth, wp.float64(0.0), wp.float64(1.0))
                key = (wp.uint64(depth * wp.float64(4294967294.0)) << wp.uint64(32)) | wp.uint64(f)
                if key < keys[line + i]:
                    seen = bool(True)
                    if pierced:
                        along = along_of(rays, float(x), float(y))
                        there = met(body, f, start_of(rays, float(x), float(y)), along)
                        seen = not clear_at(body, f, there[0], there[1])
                    if seen:
                        wp.atomic_min(keys, line + i, key)
