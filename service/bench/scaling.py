"""How time and memory grow with a painting: curves of one number against another."""

from __future__ import annotations

import functools
import math
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geometry.mesh.mesh import Mesh, make_mesh
from service.bench.race import timed
from service.bench.steps import easel_of
from service.inputs.body import Body
from service.painting.easel import Easel
from service.painting.large import LargeEasel
from service.painting.paint import pick_device
from service.perception.choice import settled
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

SIZES = (512, 1024, 2048, 4096, 8192)
ORDERS = ("11", "22", "44", "332", "432", "532", "*532")  # of the sphere: 1 to 120
VIEWS = (1, 4, 16, 64)
TRIANGLES = (1_000, 10_000, 100_000, 1_000_000, 5_000_000)
TILE = {"target": "tile", "group": "p4"}
ROUNDS = 3
LONG = 5.0  # seconds of a step: once more, and no oftener


@dataclass(frozen=True)
class Curve:
    """points: (x, y) in the order of x. title, x, y: what they are, with their units."""

    title: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]


def curves() -> Iterator[Curve]:
    """All of them."""
    by_size = [(size, *_pooled(_of_tile, size)) for size in SIZES]
    across = "pixels across"
    steps = tuple((size, step) for size, step, _ in by_size)
    yield Curve("A step of a p4 tile", across, "seconds", steps)
    memory = tuple((size, peak) for size, _, peak in by_size)
    yield Curve("Memory for a p4 tile", across, "GiB, the whole process at its peak", memory)
    orders, prepared = [], []
    for name in ORDERS:
        order, step, before = _on_sphere(name)
        orders.append((order, step))
        prepared.append((order, before))
    elements = "order of the group"
    yield Curve("A step on a sphere of 512 pixels", elements, "seconds", tuple(orders))
    yield Curve("Its views made ready", elements, "seconds", tuple(prepared))
    views = []
    for count in VIEWS:
        easel = _easel({"target": "sphere", "group": "532", "size": 512, "views": count})
        views.append((count, timed(functools.partial(easel.begin, 512))))
    yield Curve("Views of 532 made ready", "views of a stage", "seconds", tuple(views))
    meshes = [(count, *_pooled(_of_mesh, count)) for count in TRIANGLES]
    titles = ("A mesh and its views made ready", "A step on a mesh", "Memory for a mesh")
    units = ("seconds", "seconds", "GiB, the whole process at its peak")
    for k, (title, unit) in enumerate(zip(titles, units, strict=True)):
        points = tuple((row[0], row[k + 1]) for row in meshes)
        yield Curve(title, "triangles", unit, points)


def _easel(fields: dict[str, Any], body: Body | None = None) -> Easel | LargeEasel:
    easel, _, _ = easel_of(settled(parse_recipe(fields), str(pick_device())), body)
    return easel


def _step_seconds(easel: Easel | LargeEasel) -> float:
    first = timed(lambda: easel.step(0))  # which makes what others find
    rounds = ROUNDS if first < LONG else 1
    return statistics.median(timed(lambda: easel.step(1)) for _ in range(rounds))


def _on_sphere(name: str) -> tuple[int, float, float]:
    """A group's order, seconds of a step and of what comes before the first."""
    fields = {"target": "sphere", "group": name, "size": 512}
    easel = _easel(fields)
    before = timed(functools.partial(easel.begin, 512))
    order = make_scene(parse_recipe(fields)).group.order
    assert order is not None, "groups of the sphere are finite"
    return order, _step_seconds(easel), before


def _pooled(job: Callable[[int], tuple[float, ...]], what: int) -> tuple[float, ...]:
    """Done in a process of its own: memory that others have left would count."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, (what,))


def _of_tile(size: int) -> tuple[float, float]:
    """Seconds of a step at full size, and the peak of memory in GiB."""
    easel = _easel({**TILE, "size": size})
    easel.begin(size)
    return _step_seconds(easel), _peak()


def _of_mesh(triangles: int) -> tuple[float, float, float]:
    """Seconds from a mesh to its first step, of a step, and the peak of memory in GiB."""
    body = Body(torus(triangles))
    begun = time.perf_counter()
    easel = _easel({"target": "mesh", "group": "c1", "size": 1024}, body)
    easel.begin(1024)
    before = time.perf_counter() - begun
    return before, _step_seconds(easel), _peak()


def torus(triangles: int) -> Mesh:
    """A torus of about as many triangles, whose texture coordinates are its angles."""
    rows = max(3, round(math.sqrt(triangles / 4)))
    columns = 2 * rows
    v, u = (x.ravel() for x in np.mgrid[: rows + 1, : columns + 1])
    around, across = 2 * np.pi * u / columns, 2 * np.pi * v / rows
    far = 1 + 0.4 * np.cos(across)
    places = np.column_stack([far * np.cos(around), far * np.sin(around), 0.4 * np.sin(across)])
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    a, b, c, d = corner, corner + 1, corner + columns + 2, corner + columns + 1
    faces = np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])
    uvs = np.column_stack([u / columns, v / rows])[faces]
    return make_mesh(places, faces, uvs)


def _peak() -> float:
    """Of this process' memory so far, GiB. On Linux as the system's file says: what is asked of
    the library holds the peak of whoever started the process, too."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # macOS, in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak) / 2**20
