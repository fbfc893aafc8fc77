"""Benchmark of preparing the views of a mesh, all in one run: `python -m tests.benchmarks.views`.

Prints a Markdown table: 8 views of 512² on a ring of 300 000 triangles, by two threads, each row in
a process of its own, so that its peak memory is its own. Kernels are compiled before.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # for shapes

import numpy as np
import warp as wp
from shapes import torus

from geometry.mesh.mesh import make_occluders
from geometry.seeing.cameras import Camera
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map

VIEWS, SIDE = 8, 512
MEMORY = 3.0  # GiB


class Case(NamedTuple):
    """One line of the table. ``near``: how far the cameras move in, where 1 is into the middle."""

    what: str
    subsamples: int
    texture: int
    seconds: float
    near: float = 0.0
    scenery: bool = False


CASES = (
    Case("4×4", 4, 1024, 6),
    Case("8×8", 8, 1024, 30),
    Case("8×8, texture 4096²", 8, 4096, 30),
    Case("8×8, occluders and holes", 8, 1024, 30, scenery=True),
    Case("8×8, cameras inside", 8, 1024, 30, near=0.85),
)


class Figures(NamedTuple):
    """What a case took."""

    mesh_seconds: float
    seconds: float
    processor: float
    gibibytes: float
    taps: float


def moved_in(camera: Camera, near: float) -> Camera:
    """The camera on its way to the middle of the scene."""
    pose = np.array(camera.matrix_world)
    pose[:3, 3] *= 1 - near
    return replace(camera, matrix_world=tuple(map(tuple, pose.tolist())), clip_start=0.01)


def run(case: Case) -> Figures:
    """Prepare the views; peak memory is that of the process."""
    mesh = torus(548, 274)
    cameras = [moved_in(c, case.near) for c in surrounding_cameras(mesh, VIEWS, SIDE, seed=1)]
    occluders, holes = None, None
    if case.scenery:
        other = torus(300, 150)
        occluders = make_occluders(
            other.vertices[:, [0, 2, 1]] + np.array([1, 0, 0]), other.triangles
        )
        holes = np.random.default_rng(0).random((256, 256)) < 0.2
    start, busy = time.perf_counter(), time.process_time()
    traced = trace_ready(mesh, occluders=occluders, holes=holes)
    traced_at = time.perf_counter()

    def prepare(camera: Camera):
        return view_map(traced, camera, (case.texture, case.texture), case.subsamples)

    with ThreadPoolExecutor(2) as pool:
        views = list(pool.map(prepare, cameras))
    done, busy = time.perf_counter(), time.process_time() - busy
    taps = sum(len(view.sampling.indices) for view in views)
    seen = sum(np.count_nonzero(view.coverage) for view in views)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Figures(traced_at - start, done - start, busy, peak, taps / seen)


def main() -> None:
    """Print the table."""
    warm = torus(8, 8)
    view_map(warm, surrounding_cameras(warm, 1, 8)[0], (8, 8))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"NumPy {np.__version__}, Warp {wp.__version__}\n")
    print("| sub-samples | mesh | all | bar | processor | peak | bar | taps per pixel | |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in CASES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            took = pool.apply(run, (case,))
        kept = took.seconds <= case.seconds and took.gibibytes <= MEMORY
        cells = (
            *(case.what, f"{took.mesh_seconds:.1f} s", f"{took.seconds:.1f} s"),
            *(f"≤ {case.seconds:g} s", f"{took.processor:.1f} s"),
            *(f"{took.gibibytes:.2f} GiB", f"≤ {MEMORY:g} GiB", f"{took.taps:.1f}"),
            "yes" if kept else "**no**",
        )
        print(f"| {' | '.join(cells)} |")
    print(f"\nload while it ran: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
