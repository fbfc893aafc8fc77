"""Benchmarks of the add-on in Blender: ``python -m tests.benchmarks.blender_updates`` prints two
Markdown tables for docs/benchmarks.md.

How long Blender's main thread is busy with each frame that a (fake) service streams and with what
happens once a job; and how long a real, warm service takes from Paint to the first frame. No
window: what the viewport needs to draw a new texture comes on top.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

import blender_addon
from blender_addon.jobs import jobs, pump
from blender_addon.link.messages import to_blender_pixels
from blender_addon.link.picture_files import encode_png
from blender_addon.operators import paint
from blender_addon.picture import live_image
from blender_addon.settings.preferences import DEFAULTS
from blender_addon.settings.table import choices_of
from tests.benchmarks.serving import family, processor_seconds
from tests.blender_addon.fake_service import FakeService

SIZES = (1024, 2048)
FRAMES = 40
SPHERES = (32, 32, 48, 64, 40)  # segments; the first warms the service up, the second is known
Spent = tuple[float, float]  # milliseconds: of the clock, of the processor in this thread


def timed(action: Callable[[], object]) -> Spent:
    """What a call costs the main thread."""
    wall, busy = time.perf_counter(), time.thread_time()
    action()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - busy)


def row(name: str, spent: list[Spent]) -> str:
    """Medians and maxima."""
    wall, busy = np.array(spent).T
    cells = [f"{value:.1f}" for value in (np.median(busy), busy.max(), np.median(wall), wall.max())]
    return f"| {name} | {len(spent)} | {' | '.join(cells)} |"


def sphere(segments: int) -> Any:
    """A new active sphere."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=segments, ring_count=segments // 2)
    return bpy.context.active_object


def streaming(size: int) -> list[Spent]:
    """A whole job's updates, as the interface makes them: all that brought a picture."""
    spent = []
    with FakeService(steps=FRAMES, step_seconds=0.05) as service:
        preferences = replace(DEFAULTS, address=service.address, preview_size=0, preview_rate=60.0)
        obj = sphere(32)
        choices = replace(choices_of(obj.orbitex), size=size)
        order = paint.make_submission(obj, bpy.context, choices, preferences)
        running = jobs.begin(obj, order, "UVMap")
        while running.active:
            before = running.frames
            took = timed(pump.pump)
            if running.frames > before:
                spent.append(took)
            running.client.wait(0.005)
    assert running.report.state == "finished", running.message
    return spent


def rare_updates(size: int) -> dict[str, list[Spent]]:
    """What happens once or twice a job, with random pixels: the worst case of PNG."""
    spent: dict[str, list[Spent]] = {}
    random = np.random.default_rng(1)
    image = live_image.create("rare", 512)
    image.use_fake_user = True

    def note(name: str, action: Callable[[], object]) -> None:
        spent.setdefault(name, []).append(timed(action))

    for _ in range(9):
        picture = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
        file, frame = encode_png(picture), to_blender_pixels(picture)
        half = to_blender_pixels(np.ascontiguousarray(picture[::2, ::2]))
        live_image.write(image, *half)
        note("a frame of another size", lambda: live_image.write(image, *frame))  # noqa: B023
        note("packed for a save or after Cancel", lambda: live_image.pack(image))
        note("the first frame after that", lambda: live_image.write(image, *frame))  # noqa: B023
        note("the result", lambda: live_image.replace_by(image, file))  # noqa: B023
        note("the result decoded, when it is first drawn", lambda: image.pixels[0])
    bpy.data.images.remove(image)
    return spent


def updates() -> None:
    """The table of the main thread."""
    print("| | times | processor, median | max | wall, median | max |\n|---|---|---|---|---|---|")
    for size in SIZES:
        print(row(f"{size}²: an update", streaming(size)), flush=True)
        for name, spent in rare_updates(size).items():
            print(row(f"{size}²: {name}", spent), flush=True)


def first_frame(obj: Any, address: str, service: int) -> dict[str, float]:
    """Seconds from Paint: to its return, to the service's acceptance, to the first pixels; and what
    the processes of the service use of processors meanwhile."""
    begun, used = time.perf_counter(), processor_seconds(family(service))
    times = {}

    def since() -> float:
        return time.perf_counter() - begun

    running = paint.begin_paint(bpy.context, obj, {"size": 1024}, address, False)
    times["returned"] = since()
    while running.active and not running.frames:
        if running.report.state in ("queued", "running"):
            times.setdefault("accepted", since())
        pump.pump()
        running.client.wait(0.005)
    assert running.frames, running.message
    times["shown"] = since()
    times["used"] = processor_seconds(family(service)) - used
    jobs.cancel(running)
    while running.active:
        pump.pump()
        running.client.wait(0.05)
    return times


def first_frames(folder: str) -> None:
    """The table of first frames."""
    environment = dict(os.environ, ORBITEX_CACHE=f"{folder}/cache")
    environment.pop("OMP_NUM_THREADS", None)
    with Path(f"{folder}/log.txt").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--bind", "tcp://127.0.0.1:0"]
            + ["--data", f"{folder}/jobs"],
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
        )
    assert service.stdout is not None
    address = service.stdout.readline().decode().split()[1]
    try:
        print("| UV sphere, 532, 1024² | Paint returns | accepted | first frame ", end="")
        print("| service's processors |\n|---|---|---|---|---|")
        seen = set()
        for number, segments in enumerate(SPHERES):
            times = first_frame(sphere(segments), address, service.pid)
            what = "" if number else ", service just started"
            what = ", painted before" if segments in seen else what
            seen.add(segments)
            cells = [f"{times[name]:.2f} s" for name in ("returned", "accepted", "shown", "used")]
            print(f"| {segments} segments{what} | {' | '.join(cells)} |", flush=True)
    finally:
        service.terminate()
        service.wait()


def main() -> None:
    """Print the tables."""
    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, Blender {bpy.app.version_string}\n")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    updates()
    print()
    with tempfile.TemporaryDirectory() as folder:
        first_frames(folder)


if __name__ == "__main__":
    main()
