"""Benchmark of folds and previews, all in one run: `python -m tests.benchmarks.folding`.

Prints a Markdown table of medians on one core, each with its bar. The pixels of a 1024² picture of
{7,3} on Poincaré's disc are brought into one triangle by mirrors, against hypertiling's way of
finding the tile of each pixel: the nearest of all polygons' centres in a sector. Needs the PyPI
package hypertiling for the comparison. Its list ends at |z| = 0.98, the fold goes on to the rim;
its distances are also timed as one NumPy expression.
"""

from __future__ import annotations

import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from geometry.catalogue import colourings
from geometry.hyperbolic.groups import tiling_group
from geometry.hyperbolic.mirrors import make_mirrors, reduce
from geometry.hyperbolic.models import lift
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

SIZE = 1024
LAYERS = 6  # of tiles: they cover |z| < 0.98
ASKED = 300  # pixels that hypertiling is asked for, one by one
PREVIEWS = (
    ("p6m",),
    ("532",),
    ("[4,6]+",),
    ("[7,3]", "--model", "square"),
    ("[3,20]+", "--model", "conformal"),
    ("spiral3",),
)


class Row(NamedTuple):
    """One line of the table; kept: whether the bar is."""

    what: str
    seconds: float
    bar: str
    kept: bool


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


def hyperbolic_rows() -> Iterator[Row]:
    """{7,3} on Poincaré's disc: one fold, and how much longer the others take."""
    z = disc_pixels()
    points = lift(z)
    group = tiling_group(7, 3, "rotations")
    mirrors = make_mirrors(group, colourings(group)[0])
    ours = seconds(lambda: reduce(points, mirrors))
    yield Row(f"fold of {{7,3}}, {len(z)} pixels", ours, "≤ 1 s", ours <= 1)
    try:
        from hypertiling import HyperbolicTiling, TilingKernels
    except ImportError:
        print("hypertiling is not installed: no comparison\n")
        return
    tiling = HyperbolicTiling(7, 3, LAYERS, kernel=TilingKernels.GenerativeReflection)
    asked = np.random.default_rng(0).choice(z[np.abs(z) < 0.98], ASKED)
    found = seconds(lambda: [tiling.find(point) for point in asked], 1) * len(z) / ASKED
    yield Row("… hypertiling, find()", found, "≥ 5 folds", found >= 5 * ours)
    centres = tiling._sector_polys[:, 0]
    at_once = seconds(lambda: nearest_in_sector(z, centres), 1)
    yield Row("… its distances, one NumPy expression", at_once, "≥ 5 folds", at_once >= 5 * ours)


def sphere_row() -> Row:
    """What a painting of 532 on an octahedral map prepares before its first step."""
    recipe = parse_recipe(
        {"target": "sphere", "group": "532", "projection": "octahedral", "size": SIZE}
    )
    design = make_scene(recipe).design(SIZE)
    taken = seconds(lambda: design.fold(design.picture_view().points))
    return Row(f"maps of a sphere, 532, octahedral {SIZE}²", taken, "≤ 3 s", taken <= 3)


def preview_rows() -> Iterator[Row]:
    """`service preview` of one group of every space, process start included."""
    with tempfile.TemporaryDirectory() as folder:
        for words in PREVIEWS:
            command = [sys.executable, "-m", "service", "preview", *words, "-o", f"{folder}/p.png"]
            taken = seconds(
                lambda command=command: subprocess.run(command, check=True, capture_output=True)
            )
            yield Row(f"`service preview {shlex.join(words)}`", taken, "≤ 2 s", taken <= 2)


def main() -> None:
    """Print the table, of one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows = [*hyperbolic_rows(), sphere_row(), *preview_rows()]
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"load while it ran: {os.getloadavg()[0]:.1f}\n")
    print("| what | seconds | bar | |")
    print("|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.seconds:.2f} | {row.bar} | {'yes' if row.kept else '**no**'} |")


if __name__ == "__main__":
    main()
