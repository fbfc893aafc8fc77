# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
# ruff: noqa: UP018, RUF046
"""The Warp kernels that turn what a camera sees into rows of a sparse matrix. Every thread writes
only its own places, in a fixed order.
"""

from __future__ import annotations

import warp as wp

from geometry.kernels import Floats, Ints, Keys, Longs
from geometry.seeing.ray_kernels import (
    Body,
    Rays,
    along_of,
    first_hit,
    met,
    slope_of,
    start_of,
    wrap,
)

wp.set_module_options({"enable_backward": False})


@wp.func
def slot_of(columns: Ints, base: int, count: int, column: int) -> int:
    """Place of a column in a pixel's list columns[base : base + count], or count if new."""
    slot = int(0)
    while slot < count and columns[base + slot] != column:
        slot = slot + 1
    return slot


@wp.func
def flush(weights: Floats, base: int, slots: wp.vec4i, sums: wp.vec4) -> None:
    """Add the sums of four taps to their places; taps may be the same texel (tiny levels)."""
    for tap in range(4):
        weights[base + slots[tap]] = weights[base + slots[tap]] + sums[tap]


@wp.func
def facing_cosine(body: Body, cosine: float) -> float:
    """What a hit counts: the cosine of a front, 0 of a back; of either side where the mesh has
    no front. ``cosine``: between the normal and the ray, below 0 where the normal faces it."""
    if body.facing == 0.0:
        return wp.abs(cosine)
    return wp.max(-body.facing * cosine, 0.0)


@wp.func
def footprint(
    normal: wp.vec3,
    along_u: wp.vec3,
    along_v: wp.vec3,
    along: wp.vec3,
    slope: float,
    move_x: wp.vec3,
    move_y: wp.vec3,
) -> wp.vec2:
    """Axes (major, minor), in texels, of the ellipse that one pixel covers on the texture.

    move_x, move_y: how the point at fixed τ moves per pixel. On the plane normal·P = const it
    moves by m − (normal·m / slope)·along instead, and its texel coordinates by along_u, along_v
    times that. The axes are the singular values of d(texels)/d(x, y).
    """
    dx = move_x - along * (wp.dot(normal, move_x) / slope)
    dy = move_y - along * (wp.dot(normal, move_y) / slope)
    a = wp.dot(along_u, dx)
    b = wp.dot(along_u, dy)
    c = wp.dot(along_v, dx)
    d = wp.dot(along_v, dy)
    half = 0.5 * (a * a + b * b + c * c + d * d)
    det = wp.abs(a * d - b * c)
    major = wp.sqrt(half + wp.sqrt(wp.max(half * half - det * det, 0.0)))
    minor = float(0.0)
    if major > 0.0:
        minor = det / major
    return wp.vec2(major, minor)


@wp.kernel
def gather_view(
    body: Body,
    rays: Rays,
    shield: Rays,
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
    keys: the depth buffer of :func:`geometry.seeing.raster_kernels.rasterise` from first_pixel on;
    empty: cast rays, which what is in ``shield`` may stop.
    """
    i = wp.tid()
    row = (first_pixel + i) // width
    left = (first_pixel + i) - row * width
    base = i * 4 * subsamples * subsamples
    step = 1.0 / float(subsamples)
    last = level_offsets.shape[0] - 1
    size = wp.vec2(float(level_widths[0]), float(level_heights[0] // body.textures))
    count = int(0)
    hit_count = int(0)
    cosine = float(0.0)
    # Neighbouring sub-samples mostly share their four taps: sum up here until they differ.
    known_level = int(-1)
    known_x = int(0)
    known_y = int(0)
    known_first_row = int(0)
    slots = wp.vec4i(0, 0, 0, 0)
    sums = wp.vec4(0.0, 0.0, 0.0, 0.0)
    line = (i // width * subsamples * width + left) * subsamples
    sx = int(0)
    sy = int(0)
    for _sample in range(subsamples * subsamples):
        x = float(left) + (float(sx) + 0.5) * step
        y = float(row) + (float(sy) + 0.5) * step
        f = int(-1)
        if keys.shape[0] > 0:
            key = keys[line + sx]
            if key != ~wp.uint64(0):
                f = int(key & wp.uint64(0xFFFFFFFF))
            if f >= body.texture.shape[0]:  # an occluder
                f = -1
        else:
            f = first_hit(body, rays, shield, x, y)
        if f >= 0:
            along = along_of(rays, x, y)
            there = met(body, f, start_of(rays, x, y), along)
            slope = slope_of(body, f, along)
            hit_count += 1
            cosine += facing_cosine(body, slope / wp.length(along))
            axes = footprint(
                body.planes[4 * f + 1],
                body.planes[4 * f + 2] * size[0],
                body.planes[4 * f + 3] * size[1],
                along,
                slope,
                rays.start_x + rays.along_x * there[2],
                rays.start_y + rays.along_y * there[2],
            )
            stride = wp.max(axes[1] / 3.0, axes[0] / float(subsamples))
            level = int(0)
            while level < last and stride >= 2.0:
                stride = stride * 0.5
                level += 1
            w = level_widths[level]
            h = level_heights[level] // body.textures
            tx = there[0] * float(w) - 0.5
            ty = (1.0 - there[1]) * float(h) - 0.5
            x0 = int(wp.floor(tx))
            y0 = int(wp.floor(ty))
            fx = tx - float(x0)
            fy = ty - float(y0)
            first_row = body.texture[f] * h
            if (
                level != known_level
                or x0 != known_x
                or y0 != known_y
                or first_row != known_first_row
            ):
                if count > 0:
                    flush(weights, base, slots, sums)
                sums = wp.vec4(0.0, 0.0, 0.0, 0.0)
                known_level = level
                known_x = x0
                known_y = y0
                known_first_row = first_row
                for tap in range(4):
                    line_of_tap = first_row + wrap(y0 + tap // 2, h)
                    column = level_offsets[level] + line_of_tap * w + wrap(x0 + tap % 2, w)
                    slot = slot_of(columns, base, count, column)
                    if slot == count:
                        columns[base + slot] = column
                        weights[base + slot] = 0.0
                        count += 1
                    slots[tap] = slot
            sums += wp.vec4((1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy)
        sx += 1
        if sx == subsamples:
            sx = 0
            sy += 1
            line += width * subsamples
    if count > 0:
        flush(weights, base, slots, sums)
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
    share: float,
    ends: Longs,
    packed_columns: Ints,
    packed_weights: Floats,
) -> None:
    """Copy the used heads of the lists of ``capacity`` entries one after the other; ends[i] is
    where list i ends in the packed arrays. Weights are multiplied by share."""
    i = wp.tid()
    first = wp.int64(0)
    if i > 0:
        first = ends[i - 1]
    for k in range(int(ends[i] - first)):
        packed_columns[int(first) + k] = columns[i * capacity + k]
        packed_weights[int(first) + k] = weights[i * capacity + k] * share
