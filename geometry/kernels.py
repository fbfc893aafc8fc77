# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
"""What NumPy is too slow for, as NVIDIA Warp kernels: the same code runs on the CPU and on CUDA.
Everything here is float32 and knows arrays only; :mod:`geometry.surface` and
:mod:`geometry.visibility` are the float64 doors to it. This module has the set-up, nearest points
and rasterising, :mod:`geometry.view_kernels` has views. No result depends on threads' order.
"""

from __future__ import annotations

import threading

import warp as wp

wp.config.log_level = 30  # warnings only: no banner, no line for each kernel that is compiled
wp.set_module_options({"enable_backward": False})  # no gradients are taken: half the compile time

Floats = wp.array(dtype=wp.float32)
Ints = wp.array(dtype=wp.int32)
Keys = wp.array(dtype=wp.uint64)
Longs = wp.array(dtype=wp.int64)
Vec2s = wp.array(dtype=wp.vec2)
Vec3s = wp.array(dtype=wp.vec3)

_load_lock = threading.Lock()


def load(device: str, *modules: str) -> None:
    """Compile (once, cached on disk) and load the kernels of modules for a device ("cpu",
    "cuda:0"). Launches from several Python threads are safe after this; two first ones are not.
    """
    with _load_lock:
        for module in modules:
            wp.load_module(module, device=device)


@wp.kernel
def nearest(
    mesh: wp.uint64,
    points: Vec3s,
    max_distance: wp.float32,
    triangle: Ints,
    barycentric: Vec3s,
    distance: Floats,
) -> None:
    """Nearest point of the mesh for each point; triangle -1 where none is within max_distance."""
    i = wp.tid()
    triangle[i] = -1
    found = wp.mesh_query_point_no_sign(mesh, points[i], max_distance)
    if found.result:
        triangle[i] = found.face
        barycentric[i] = wp.vec3(found.u, found.v, 1.0 - found.u - found.v)
        there = wp.mesh_eval_position(mesh, found.face, found.u, found.v)
        distance[i] = wp.length(there - points[i])


@wp.func
def edge(a: wp.vec3, b: wp.vec3, x: float, y: float) -> float:
    """Twice the signed area of (a, b, (x, y)). Computed from the same end whichever way the edge
    runs, so that of two neighbours both claim a sample on their edge, never neither."""
    if a[0] < b[0] or (a[0] == b[0] and a[1] < b[1]):
        return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
    return -((a[0] - b[0]) * (y - b[1]) - (a[1] - b[1]) * (x - b[0]))


@wp.kernel
def rasterise(
    screen: Vec3s,
    indices: Ints,
    width: int,
    top: int,
    rows: int,
    subsamples: int,
    keys: Keys,
) -> None:
    """Thread f writes triangle f into the depth buffer of pixel rows top .. top + rows: keys is
    (rows·s) × (width·s), each the smallest depth·2³² << 32 | triangle, all ones where empty.

    The minimum does not depend on the threads' order, so neither does the result.
    """
    f = wp.tid()
    a = screen[indices[3 * f]]
    b = screen[indices[3 * f + 1]]
    c = screen[indices[3 * f + 2]]
    area = edge(a, b, c[0], c[1])
    if area == 0.0:
        return
    s = float(subsamples)
    x0 = wp.max(int(wp.ceil(wp.min(a[0], wp.min(b[0], c[0])) * s - 0.5)), 0)
    x1 = wp.min(int(wp.floor(wp.max(a[0], wp.max(b[0], c[0])) * s - 0.5)), width * subsamples - 1)
    y0 = wp.max(int(wp.ceil(wp.min(a[1], wp.min(b[1], c[1])) * s - 0.5)), top * subsamples)
    y1 = wp.min(
        int(wp.floor(wp.max(a[1], wp.max(b[1], c[1])) * s - 0.5)), (top + rows) * subsamples - 1
    )
    sign = wp.sign(area)
    for j in range(y0, y1 + 1):
        y = (float(j) + 0.5) / s
        line = (j - top * subsamples) * width * subsamples
        for i in range(x0, x1 + 1):
            x = (float(i) + 0.5) / s
            wa = sign * edge(b, c, x, y)
            wb = sign * edge(c, a, x, y)
            wc = sign * edge(a, b, x, y)
            if wa >= 0.0 and wb >= 0.0 and wc >= 0.0:
                total = wp.max(wa + wb + wc, 1.0e-30)
                depth = wp.clamp((wa * a[2] + wb * b[2] + wc * c[2]) / total, 0.0, 1.0)
                key = (wp.uint64(depth * 4294967040.0) << wp.uint64(32)) | wp.uint64(f)
                wp.atomic_min(keys, line + i, key)
