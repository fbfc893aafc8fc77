# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
# ruff: noqa: UP018, RUF046
"""The Warp kernels that turn what a camera sees into rows of a sparse matrix. Every thread writes
only its own places, in a fixed order.
"""

from __future__ import annotations

import warp as wp

from geometry.kernels import Floats, Ints, Keys, Longs, Vec2s

wp.set_module_options({"enable_backward": False})


@wp.struct
class Rays:
    """Rays that are affine in pixel coordinates (x right, y down): the ray of (x, y) is
    start + x·start_x + y·start_y + τ·(along + x·along_x + y·along_y), 0 <= τ <= reach."""

    start: wp.vec3
    start_x: wp.vec3
    start_y: wp.vec3
    along: wp.vec3
    along_x: wp.vec3
    along_y: wp.vec3
    reach: float


@wp.func
def wrap(i: int, n: int) -> int:
    """i modulo n, for negative i too (REPEAT)."""
    r = i % n
    if r < 0:
        r = r + n
    return r


@wp.func
def slot_of(columns: Ints, base: int, count: int, column: int) -> int:
    """Place of a column in a pixel's list columns[base : base + count], or count if new."""
    slot = int(0)
    while slot < count and columns[base + slot] != column:
        slot = slot + 1
    return slot


@wp.func
def footprint(
    p0: wp.vec3,
    p1: wp.vec3,
    p2: wp.vec3,
    t0: wp.vec2,
    t1: wp.vec2,
    t2: wp.vec2,
    along: wp.vec3,
    move_x: wp.vec3,
    move_y: wp.vec3,
) -> wp.vec2:
    """Axes (major, minor), in texels, of the ellipse that one pixel covers on the texture.

    move_x, move_y: how the point at fixed τ moves per pixel. On the triangle's plane n·P = const
    the point moves by m − (n·m / n·along)·along instead; its barycentrics, hence its texel
    coordinates t, are linear in that. The axes are the singular values of d(t)/d(x, y).
    """
    e1 = p1 - p0
    e2 = p2 - p0
    n = wp.cross(e1, e2)
    slope = wp.dot(n, along)
    dx = move_x - along * (wp.dot(n, move_x) / slope)
    dy = move_y - along * (wp.dot(n, move_y) / slope)
    nn = wp.dot(n, n)
    b1x = wp.dot(wp.cross(dx, e2), n) / nn
    b2x = wp.dot(wp.cross(e1, dx), n) / nn
    b1y = wp.dot(wp.cross(dy, e2), n) / nn
    b2y = wp.dot(wp.cross(e1, dy), n) / nn
    tx = (t1 - t0) * b1x + (t2 - t0) * b2x
    ty = (t1 - t0) * b1y + (t2 - t0) * b2y
    half = 0.5 * (wp.dot(tx, tx) + wp.dot(ty, ty))
    det = wp.abs(tx[0] * ty[1] - tx[1] * ty[0])
    major = wp.sqrt(half + wp.sqrt(wp.max(half * half - det * det, 0.0)))
    minor = float(0.0)
    if major > 0.0:
        minor = det / major
    return wp.vec2(major, minor)


@wp.struct
class Hit:
    """Where a ray meets the mesh first: triangle (-1: nowhere), ray parameter τ, weights of the
    triangle's corners, unit normal."""

    triangle: int
    along: float
    weights: wp.vec3
    normal: wp.vec3


@wp.func
def cast(mesh: wp.uint64, start: wp.vec3, along: wp.vec3, reach: float) -> Hit:
    """The first hit of a ray, by the mesh's hierarchy."""
    found = wp.mesh_query_ray(mesh, start, along, reach)
    hit = Hit()
    hit.triangle = -1
    if found.result:
        hit.triangle = found.face
        hit.along = found.t
        hit.weights = wp.vec3(found.u, found.v, 1.0 - found.u - found.v)
        hit.normal = found.normal
    return hit


@wp.func
def meet(triangle: int, a: wp.vec3, b: wp.vec3, c: wp.vec3, start: wp.vec3, along: wp.vec3) -> Hit:
    """The hit of a ray on a triangle (a, b, c) that it is known to meet."""
    hit = Hit()
    hit.triangle = -1
    n = wp.cross(b - a, c - a)
    slope = wp.dot(n, along)
    nn = wp.dot(n, n)
    if slope != 0.0 and nn > 0.0:
        hit.triangle = triangle
        hit.along = wp.dot(n, a - start) / slope
        there = start + hit.along * along - a
        # Rounding may put the point just outside, by much if the triangle is seen edge on.
        v = wp.clamp(wp.dot(wp.cross(there, c - a), n) / nn, 0.0, 1.0)
        w = wp.clamp(wp.dot(wp.cross(b - a, there), n) / nn, 0.0, 1.0 - v)
        hit.weights = wp.vec3(1.0 - v - w, v, w)
        hit.normal = n / wp.sqrt(nn)
    return hit


@wp.kernel
def gather_view(
    mesh: wp.uint64,
    corner_uvs: Vec2s,
    rays: Rays,
    level_heights: Ints,
    level_widths: Ints,
    level_offsets: Ints,
    first_pixel: int,
    width: int,
    subsamples: int,
    keys: Keys,
    columns: Ints,
    weights: Floats,
    counts: Ints,
    hits: Ints,
    cosines: Floats,
) -> None:
    """One pixel's row of the view matrix, its hits and the sum of their cosines.

    Thread i makes pixel first_pixel + i and owns columns[i·c : (i+1)·c] with c = 4·subsamples²:
    room for every tap there can be, so the list never overflows. Columns come out ascending.
    keys: the depth buffer of :func:`geometry.kernels.rasterise` from first_pixel on; empty: cast
    rays.
    """
    i = wp.tid()
    row = (first_pixel + i) // width
    left = (first_pixel + i) - row * width
    base = i * 4 * subsamples * subsamples
    step = 1.0 / float(subsamples)
    share = step * step
    last = level_offsets.shape[0] - 1
    points = wp.mesh_get(mesh).points
    indices = wp.mesh_get(mesh).indices
    count = int(0)
    hit_count = int(0)
    cosine = float(0.0)
    # Neighbouring sub-samples mostly share their four taps: remember where those are.
    known_level = int(-1)
    known_x = int(0)
    known_y = int(0)
    slots = wp.vec4i(0, 0, 0, 0)
    for sample in range(subsamples * subsamples):
        sy = sample // subsamples
        sx = sample - sy * subsamples
        x = float(left) + (float(sx) + 0.5) * step
        y = float(row) + (float(sy) + 0.5) * step
        start = rays.start + x * rays.start_x + y * rays.start_y
        along = rays.along + x * rays.along_x + y * rays.along_y
        hit = Hit()
        if keys.shape[0] > 0:
            key = keys[(i // width * subsamples + sy) * width * subsamples + left * subsamples + sx]
            hit.triangle = -1
            if key != ~wp.uint64(0):
                f = int(key & wp.uint64(0xFFFFFFFF))
                p0 = points[indices[3 * f]]
                p1 = points[indices[3 * f + 1]]
                p2 = points[indices[3 * f + 2]]
                hit = meet(f, p0, p1, p2, start, along)
        else:
            hit = cast(mesh, start, along, rays.reach)
        if hit.triangle >= 0:
            hit_count += 1
            cosine += wp.abs(wp.dot(hit.normal, wp.normalize(along)))
            c = 3 * hit.triangle
            uv0 = corner_uvs[c]
            uv1 = corner_uvs[c + 1]
            uv2 = corner_uvs[c + 2]
            uv = uv0 * hit.weights[0] + uv1 * hit.weights[1] + uv2 * hit.weights[2]
            size = wp.vec2(float(level_widths[0]), float(level_heights[0]))
            axes = footprint(
                points[indices[c]],
                points[indices[c + 1]],
                points[indices[c + 2]],
                wp.cw_mul(uv0, size),
                wp.cw_mul(uv1, size),
                wp.cw_mul(uv2, size),
                along,
                rays.start_x + rays.along_x * hit.along,
                rays.start_y + rays.along_y * hit.along,
            )
            stride = wp.max(axes[1] / 3.0, axes[0] / float(subsamples))
            level = int(0)
            while level < last and stride >= 2.0:
                stride = stride * 0.5
                level += 1
            w = level_widths[level]
            h = level_heights[level]
            tx = uv[0] * float(w) - 0.5
            ty = (1.0 - uv[1]) * float(h) - 0.5
            x0 = int(wp.floor(tx))
            y0 = int(wp.floor(ty))
            fx = tx - float(x0)
            fy = ty - float(y0)
            if level != known_level or x0 != known_x or y0 != known_y:
                known_level = level
                known_x = x0
                known_y = y0
                for tap in range(4):
                    column = (
                        level_offsets[level] + wrap(y0 + tap // 2, h) * w + wrap(x0 + tap % 2, w)
                    )
                    slot = slot_of(columns, base, count, column)
                    if slot == count:
                        columns[base + slot] = column
                        weights[base + slot] = 0.0
                        count += 1
                    slots[tap] = slot
            weights[base + slots[0]] = weights[base + slots[0]] + share * (1.0 - fx) * (1.0 - fy)
            weights[base + slots[1]] = weights[base + slots[1]] + share * fx * (1.0 - fy)
            weights[base + slots[2]] = weights[base + slots[2]] + share * (1.0 - fx) * fy
            weights[base + slots[3]] = weights[base + slots[3]] + share * fx * fy
    for k in range(1, count):  # insertion sort: lists are short and nearly sorted
        column = columns[base + k]
        weight = weights[base + k]
        place = int(k)
        while place > 0 and columns[base + wp.max(place - 1, 0)] > column:
            columns[base + place] = columns[base + place - 1]
            weights[base + place] = weights[base + place - 1]
            place -= 1
        columns[base + place] = column
        weights[base + place] = weight
    counts[i] = count
    hits[i] = hit_count
    cosines[i] = cosine


@wp.kernel
def compact(
    columns: Ints,
    weights: Floats,
    capacity: int,
    ends: Longs,
    packed_columns: Ints,
    packed_weights: Floats,
) -> None:
    """Copy the used heads of the lists of ``capacity`` entries one after the other; ends[i] is
    where list i ends in the packed arrays."""
    i = wp.tid()
    first = wp.int64(0)
    if i > 0:
        first = ends[i - 1]
    for k in range(int(ends[i] - first)):
        packed_columns[int(first) + k] = columns[i * capacity + k]
        packed_weights[int(first) + k] = weights[i * capacity + k]
