"""Benchmark of the engines: ``python -m tests.benchmarks.cluster`` prints a Markdown table for
docs/scaling.md. Needs orbitex[ray].

What a Ray cluster of this machine costs beside the engine of one machine: starting it, starting a
worker, a frame of 1024² and a checkpoint on their way; and how many small pictures a minute one and
two workers paint, each on one core.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from service.painting.kept import Paint
from service.painting.progress import Progress
from service.serving.client import Client
from service.serving.engines import paint_job
from service.serving.engines.painter import TORCH_PAINTER, Painter
from service.serving.serve import private_service
from service.serving.settings import Settings

HEAVY = "tests.benchmarks.cluster:heavy_painter"
CHECKPOINT_BYTES = 64 << 20  # of a tile of 1024²: 23 MiB
STEPS, FRAMES, JOBS = 12, 60, 6
PICTURE = {"target": "tile", "group": "p4", "size": 256, "quality": "draft", "steps": 40}
RECIPE = {"target": "tile", "group": "p4", "size": 1024}


class _Heavy:
    def parts(self) -> list[bytes]:
        return [bytes(CHECKPOINT_BYTES)]


def heavy_painter() -> Painter:
    """A painter that does nothing but to write checkpoints and to show frames. With seed 0 a
    checkpoint is due after each step; with another the steps take 10 ms and none is due."""

    def paint(recipe, scene, styles, attempt):  # type: ignore[no-untyped-def]
        paint_job.CHECKPOINT_SECONDS = 3600.0 if recipe.seed else 0.0
        picture = np.zeros((recipe.size, recipe.size, 3), np.uint8)
        for step in range(1, recipe.steps + 1):
            time.sleep(0.01 if recipe.seed else 0)
            yield Progress(
                *(0, 1, step, recipe.steps, {}, 0.0, 0.0, 0.0),
                texture=lambda size: picture[: size or None, : size or None],
                checkpoint=_Heavy,
                surface=lambda full: None,
                paint=lambda: Paint(np.zeros((1, 1, 1, 3), np.float32), mirrored=False),
            )

    return Painter(
        devices=lambda: ["cpu"],
        describe=dict,
        load_styles=lambda recipe, buffers: (),
        wire_scene=lambda recipe, cameras, buffers: None,
        paint=paint,
        finish=lambda recipe, scene, styles, last: (last.texture(0), {}, last.paint()),
        network=lambda name: {"layers": [], "classes": []},
        channel=lambda name, layer, channel, size: np.zeros((size, size, 3), np.uint8),
        survey=lambda name, picture: {"channels": [], "dreams": []},
        look=lambda picture: (picture, []),
        group=lambda name: {"name": name},
        symmetries=lambda vertices, triangles: [],
        maps=lambda fields, buffers: ({"flat": True}, {}),
        solid=lambda fields, buffers: ({"volume": 0.0}, {}),
        prepare=lambda fields, buffers: ({}, {}),
        refinish=lambda folder, steps, draft, buffers: ({"receipt": None}, {}),
    )


@contextlib.contextmanager
def served(engine: str, painter: str) -> Iterator[tuple[Client, float, float]]:
    """A client of a private service, seconds until it was there, seconds until a worker was."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), engine=engine, painter=painter)
        with private_service(settings) as address, Client(address, timeout=120) as client:
            client.hello()
            there = time.perf_counter()
            client.describe()
            yield client, there - start, time.perf_counter() - there


def ended(client: Client, job: str) -> float:
    """When a job has ended."""
    for frame in client.frames(job, max_size=8):
        assert frame.error is None, frame.error
    return time.perf_counter()


def milliseconds_of(client: Client) -> tuple[float, float]:
    """A frame of 1024² from request to reply, beyond the step of 10 ms, and a checkpoint."""
    job = client.submit(RECIPE | {"steps": 4 * FRAMES, "seed": 1})
    after, times = client.frame(job).progress["step"], []
    for _ in range(FRAMES):
        start = time.perf_counter()
        after = client.frame(job, after).progress["step"]
        times.append(time.perf_counter() - start)
    client.cancel(job)
    start = time.perf_counter()
    seconds = ended(client, client.submit(RECIPE | {"steps": STEPS})) - start
    return 1000 * statistics.median(times) - 10, 1000 * seconds / (STEPS - 1)


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[None]:
    """A Ray cluster with room for so many, which services find."""
    code = (
        "import sys; from ray.cluster_utils import Cluster; cluster = Cluster(True, "
        f"head_node_args={{'num_cpus': {workers}}}); print('at', cluster.address, flush=True); "
        "sys.stdin.read(); cluster.shutdown()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},
    )
    assert process.stdout is not None
    line = next(line for line in process.stdout if line.startswith("at "))
    os.environ["RAY_ADDRESS"] = line.split()[1]
    yield
    process.communicate()
    del os.environ["RAY_ADDRESS"]


def pictures_a_minute(client: Client, workers: int) -> float:
    """Of :data:`PICTURE`, by so many workers, when all of them are warm."""
    warm = 0
    while warm < workers:
        last_ended(client, workers)
        warm = len(client.hello()["device"].split(","))
    start = time.perf_counter()
    return 60 * JOBS / (last_ended(client, JOBS) - start)


def last_ended(client: Client, count: int) -> float:
    """When the last of so many new jobs has ended."""
    jobs = [client.submit(PICTURE | {"seed": seed}) for seed in range(count)]
    return max(ended(client, job) for job in jobs)


def main() -> None:
    """Measure and print."""
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    columns: dict[str, list[float]] = {}
    for engine in ("local", "ray"):
        with served(engine, TORCH_PAINTER) as (_, there, ready):
            columns[engine] = [there, ready]
        with served(engine, HEAVY) as (client, _, _):
            columns[engine] += milliseconds_of(client)
        if engine == "local":
            with served(engine, TORCH_PAINTER) as (client, _, _):
                columns[engine] += [pictures_a_minute(client, 1)]
        for workers in (1, 2) if engine == "ray" else ():
            with cluster(workers), served(engine, TORCH_PAINTER) as (client, _, _):
                columns[engine] += [pictures_a_minute(client, workers)]
    local, ray = columns["local"], columns["ray"]
    rows = [
        ("service or cluster starts", f"{local[0]:.1f} s", f"{ray[0]:.1f} s"),
        ("worker starts", f"{local[1]:.1f} s", f"{ray[1]:.1f} s"),
        ("frame of 1024², 3 MiB", f"{local[2]:.0f} ms", f"{ray[2]:.0f} ms"),
        ("checkpoint of 64 MiB", f"{local[3]:.0f} ms", f"{ray[3]:.0f} ms"),
        ("pictures a minute, one worker", f"{local[4]:.1f}", f"{ray[4]:.1f}"),
        ("pictures a minute, two workers", "", f"{ray[5]:.1f}"),
    ]
    print(f"{platform.machine()}, {os.cpu_count()} cores\n")
    print("| | one machine | Ray |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
