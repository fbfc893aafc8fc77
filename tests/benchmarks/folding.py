"""Benchmark of the hyperbolic fold, all in one run: `python -m tests.benchmarks.folding`.

Prints a Markdown table: the pixels of a 1024² picture of {7,3} on Poincaré's disc brought into one
triangle by mirrors, against hypertiling's way of finding the tile of each pixel: the nearest of all
polygons' centres in a sector. Needs the PyPI package hypertiling for the comparison. Its list ends
at |z| = 0.98, the fold goes on to the rim; its distances are also timed as one NumPy expression.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable

import numpy as np

from geometry.catalogue import colourings
from geometry.hyperbolic_groups import tiling_group
from geometry.hyperbolic_mirrors import make_mirrors, reduce
from geometry.hyperbolic_models import lift

SIZE = 1024
LAYERS = 6  # of tiles: they cover |z| < 0.98
ASKED = 300  # pixels that hypertiling is asked for, one by one


def seconds(run: Callable[[], object], repeats: int = 3) -> float:
    """Median time of a call, after one to warm up."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def disc_pixels() -> np.ndarray:
    """The middles of the pixels inside a disc that fills the picture."""
    axis = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    z = (axis[None, :] + 1j * axis[:, None]).ravel()
    return z[np.abs(z) < 1]


def nearest_in_sector(z: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Number of the nearest of ``centres`` (n,) to every point, after a turn into their sector, by
    the disc's distance: artanh |z − c|/|1 − z c̄| grows with its argument."""
    turn = np.exp(-2j * np.pi / 7 * np.floor(np.angle(z) / (2 * np.pi / 7)))
    nearest = [
        np.argmin(np.abs((part - centres) / (1 - part * centres.conj())), axis=1)
        for part in np.array_split((z * turn)[:, None], 256)
    ]
    return np.concatenate(nearest)


def main() -> None:
    """Print the table."""
    z = disc_pixels()
    points = lift(z)
    group = tiling_group(7, 3, "rotations")
    mirrors = make_mirrors(group, colourings(group)[0])
    ours = seconds(lambda: reduce(points, mirrors))
    rows = [("mirrors, NumPy", len(z), ours)]
    try:
        from hypertiling import HyperbolicTiling, TilingKernels
    except ImportError:
        print("hypertiling is not installed: no comparison\n")
    else:
        tiling = HyperbolicTiling(7, 3, LAYERS, kernel=TilingKernels.GenerativeReflection)
        asked = np.random.default_rng(0).choice(z[np.abs(z) < 0.98], ASKED)
        one_by_one = seconds(lambda: [tiling.find(point) for point in asked], 1)
        rows.append(("hypertiling, find()", len(z), one_by_one * len(z) / ASKED))
        centres = tiling._sector_polys[:, 0]
        at_once = seconds(lambda: nearest_in_sector(z, centres), 1)
        rows.append(("its distances, NumPy", len(z), at_once))
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    print("| way | pixels | seconds | ratio |")
    print("|---|---|---|---|")
    for name, count, duration in rows:
        print(f"| {name} | {count} | {duration:.3f} | {duration / ours:.1f} |")


if __name__ == "__main__":
    main()
