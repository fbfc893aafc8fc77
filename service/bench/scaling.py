"""How time and memory grow with a painting: curves of one number against another."""

from __future__ import annotations

import functools
import multiprocessing
import resource
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.bench.race import race, timed
from service.bench.steps import studio_of
from service.painting.large import LargeStudio
from service.painting.paint import pick_device
from service.painting.studio import Studio
from service.perception.choice import settled
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

SIZES = (512, 1024, 2048, 4096, 8192)
ORDERS = ("11", "22", "44", "332", "432", "532", "*532")  # of the sphere: 1 to 120
VIEWS = (1, 4, 16, 64)
TILE = {"target": "tile", "group": "p4"}
ROUNDS = 3


@dataclass(frozen=True)
class Curve:
    """points: (x, y) in the order of x. title, x, y: what they are, with their units."""

    title: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]


def curves() -> Iterator[Curve]:
    """All of them."""
    by_size = [(size, *_apart({**TILE, "size": size})) for size in SIZES]
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
        studio = _studio({"target": "sphere", "group": "532", "size": 512, "views": count})
        views.append((count, timed(functools.partial(studio.begin, 512))))
    yield Curve("Views of 532 made ready", "views of a stage", "seconds", tuple(views))


def _studio(fields: dict[str, Any]) -> Studio | LargeStudio:
    studio, _, _ = studio_of(settled(parse_recipe(fields), str(pick_device())))
    return studio


def _step_seconds(studio: Studio | LargeStudio) -> float:
    return statistics.median(race({"step": lambda: studio.step(1)}, ROUNDS)["step"])


def _on_sphere(name: str) -> tuple[int, float, float]:
    """A group's order, seconds of a step and of what comes before the first."""
    fields = {"target": "sphere", "group": name, "size": 512}
    studio = _studio(fields)
    before = timed(functools.partial(studio.begin, 512))
    order = make_scene(parse_recipe(fields)).group.order
    assert order is not None, "groups of the sphere are finite"
    return order, _step_seconds(studio), before


def _apart(fields: dict[str, Any]) -> tuple[float, float]:
    """Seconds of a step at full size and the peak of memory in GiB, in a process of its own: what
    others have left would count."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_alone, (fields,))


def _alone(fields: dict[str, Any]) -> tuple[float, float]:
    studio = _studio(fields)
    studio.begin(fields["size"])
    seconds = _step_seconds(studio)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
