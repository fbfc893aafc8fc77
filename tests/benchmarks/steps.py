"""Benchmarks of a step of painting, all in one run: `make bench`.

Prints a Markdown table for docs/benchmarks.md: what kaleidoscope and projection cost next to the
network, and megapixel-iterations per second, for a tile, a sphere and a mesh.
"""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import service  # noqa: F401  (first: it sets how threads wait)

sys.path.insert(0, str(Path(__file__).parents[1]))  # for shapes

import torch
from shapes import torus

from geometry.seeing.cameras import surrounding_cameras
from geometry.symmetry.colour_frame import RGB
from service.inputs.body import Body
from service.inputs.styles import load_styles
from service.painting.canvas import Canvas
from service.painting.objective import StageTerms
from service.painting.paint import pick_device
from service.painting.stage import Stage
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.surfaces.mesh import MeshSurface
from service.surfaces.surface import make_surface

CASES = (
    ("tile p6, 3 colours, 512", {"target": "tile", "group": "p6", "colouring": "3a", "size": 512}),
    ("tile p4, 512", {"target": "tile", "group": "p4", "size": 512}),
    ("sphere 532, 1024 × 512", {"target": "sphere", "group": "532", "size": 1024}),
    ("mesh, 16-fold turns, 1024²", {"target": "mesh", "group": "C16", "size": 1024}),
    ("mesh, 1024²", {"target": "mesh", "group": "1", "size": 1024}),
    ("mesh, 1024², 8 views at once", {"target": "mesh", "group": "1", "size": 1024}),
)
AT_ONCE = 8  # views, where a title says "at once"
REPEATS = 9
KNOT = torus(160, 80)  # 25 600 triangles that hide one another


def median_ms(run: Callable[[], object]) -> float:
    """Median time of a call in milliseconds, after two to warm up."""
    times = []
    for k in range(REPEATS + 2):
        start = time.perf_counter()
        run()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if k >= 2:
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def measure(title: str, fields: dict) -> str:
    """One row of the table."""
    recipe = parse_recipe(fields)
    device = pick_device()
    cameras = surrounding_cameras(KNOT, AT_ONCE, 512, seed=1) if "at once" in title else ()
    scene = make_scene(recipe, Body(KNOT, cameras) if recipe.target == "mesh" else None)
    network = load_network(recipe.network, device)
    start = time.perf_counter()
    surface = make_surface(scene, recipe.size, recipe.views, device)
    surface.prepare_views(0)
    prepared = time.perf_counter() - start
    canvas = Canvas.noise(
        surface.canvas_shape, 5, surface.wrap, 0.3, torch.Generator().manual_seed(0)
    )
    canvas = Canvas([level.to(device) for level in canvas.levels], surface.wrap, surface.coarser)
    stage = Stage(recipe, network, load_styles(recipe), ((1, 2, 3),), surface.unit, RGB)
    terms = StageTerms(stage, surface)
    terms.weigh(recipe)
    which = list(range(AT_ONCE if cameras else surface.looks))

    def project() -> None:
        logits = canvas.logits()
        looks = surface.look(logits, which)
        parts = [look.pixels.sum() for look in looks]
        if isinstance(surface, MeshSurface):
            parts.append(surface.seam_energy(logits))
        torch.stack(parts).sum().backward()

    seen = [look.pixels.detach() for look in surface.look(canvas.logits(), which)]

    def see() -> None:
        for pixels in seen:
            leaf = pixels.clone(memory_format=torch.channels_last).requires_grad_()
            features = network(leaf)
            torch.stack([x.mean() for x in features.values()]).sum().backward()

    def step() -> None:
        logits = canvas.logits()
        looks = surface.look(logits, which)
        losses = terms.losses([terms.see(look) for look in looks], logits)
        terms.total(losses).backward()

    projection, vision, whole = median_ms(project), median_ms(see), median_ms(step)
    pixels = sum(p.shape[-1] * p.shape[-2] for p in seen) / 1e6
    return (
        f"| {title} | {prepared:.1f} s | {projection:.0f} ms | {vision:.0f} ms | "
        f"{100 * projection / vision:.0f} % | {whole:.0f} ms | {pixels / whole * 1000:.2f} |"
    )


def main() -> None:
    """Print the table."""
    hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, {hardware}, ")
    print(f"torch {torch.__version__}, Python {platform.python_version()}, `make bench`\n")
    print("| | views prepared | canvas → views | network | ratio | step | Mpx·it/s |")
    print("|---|---|---|---|---|---|---|")
    for title, fields in CASES:
        print(measure(title, fields), flush=True)


if __name__ == "__main__":
    main()
