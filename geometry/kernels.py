# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
"""What NumPy is too slow for, as NVIDIA Warp kernels: the same code runs on the CPU and on CUDA.
Everything here is float32 and knows arrays only; :mod:`geometry.mesh.surface` and
:mod:`geometry.seeing.visibility` are the float64 doors to it. This module has the set-up and
nearest points; in :mod:`geometry.seeing` there are ``ray_kernels`` for hits, ``raster_kernels``
(in float64) and ``view_kernels``. No result depends on threads' order.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import functools
import os
import threading
from pathlib import Path

import warp as wp

from geometry.spare_folder import can_write, spare_folder

wp.config.log_level = 30  # warnings only: no banner, no line for each kernel that is compiled
wp.set_module_options({"enable_backward": False})  # no gradients are taken: half the compile time

Floats = wp.array(dtype=wp.float32)
Ints = wp.array(dtype=wp.int32)
Doubles3 = wp.array(dtype=wp.vec3d)
Keys = wp.array(dtype=wp.uint64)
Flags = wp.array(dtype=wp.uint8)
Longs = wp.array(dtype=wp.int64)
Vec2s = wp.array(dtype=wp.vec2)
Vec3s = wp.array(dtype=wp.vec3)

_load_lock = threading.Lock()


def load(device: str, *modules: str) -> None:
    """Compile (once, cached on disk) and load the kernels of modules for a device ("cpu",
    "cuda:0"). Launches from several Python threads are safe after this; two first ones are not.
    Raises InputError("no-temporary-folder") if compiled kernels can be kept nowhere.
    """
    with _load_lock:
        _start()
        for module in modules:
            wp.load_module(module, device=device)


def cache_folder() -> Path:
    """Where compiled kernels are kept. Raises InputError as :func:`load`."""
    with _load_lock:
        _start()
    return Path(wp.config.kernel_cache_dir)


@functools.cache
def _start() -> None:
    """Start Warp, once: looking for a driver starts a program. Its native part says on standard
    error that there is no CUDA driver, whatever the log level: no news on a machine without one,
    and one line too many for a command.
    """
    if ctypes.util.find_library("cuda") is not None:
        _start_with_cache()
        return
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        _start_with_cache()
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            _start_with_cache()
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _start_with_cache() -> None:
    """Start Warp with a cache that can be written; its own is in the user's home."""
    with contextlib.suppress(OSError):
        wp.init()
        if can_write(Path(wp.config.kernel_cache_dir)):
            return
    wp.config.kernel_cache_dir = str(spare_folder() / "kernels")
    Path(wp.config.kernel_cache_dir).mkdir(exist_ok=True)
    wp.init()


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
