"""Benchmarks of the service, all in one run: ``python -m tests.benchmarks.serving``.

What it costs a painting to be watched, how soon a step is seen, how soon a long list of jobs is
told, and what a service takes that has nothing to do. Prints Markdown tables for
docs/benchmarks.md. Linux only: the processors' time is read from /proc.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import zmq

from service.painting import ladder
from service.serving.client import Client
from service.serving.engines.painter import Painter, torch_painter
from service.serving.protocol.wire import decode, encode
from service.serving.serve import serve
from service.serving.settings import Settings

STEPS_FILE = "ORBITEX_BENCHMARK_STEPS"  # of the environment: where the worker notes its steps
SIZE = 1024
GROUPS = ("p4", "p6")  # square pixels, and a hexagonal lattice
PHASE = 8.0  # seconds
ROUNDS = 4  # of all phases
RATE = 10.0  # frames a second that a watcher asks for at most
CROWD = 32
JOBS = 1000
IDLE = 20.0  # seconds


# --- in the service's and the worker's processes ---


def noting_painter() -> Painter:
    """The real painter, at the full size from the first step on, which notes when each ended."""
    ladder.MIN_WIDTH = SIZE
    real = torch_painter()

    def paint(*given: Any) -> Iterator[Any]:
        with Path(os.environ[STEPS_FILE]).open("w", buffering=1) as notes:
            for progress in real.paint(*given):
                notes.write(f"{progress.step} {time.time():.6f}\n")
                yield progress

    return dataclasses.replace(real, paint=paint)


def sleeping_painter() -> Painter:
    """Never ready, so that jobs wait."""
    time.sleep(3600)
    raise AssertionError


def _serve(painter: str, data: str) -> None:
    place = f"tests.benchmarks.serving:{painter}"
    settings = Settings(Path(data), bind="tcp://127.0.0.1:*", painter=place)
    serve(settings, lambda words: print(words, flush=True))


# --- in the benchmark's process ---


@contextlib.contextmanager
def _service(painter: str) -> Iterator[tuple[str, int, Path]]:
    """A service that runs: its address, process and the file of its worker's steps."""
    with tempfile.TemporaryDirectory() as folder:
        steps = Path(folder) / "steps"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.serving", painter, f"{folder}/jobs"],
            env=os.environ | {STEPS_FILE: str(steps)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1], process.pid, steps
            process.terminate()


def _steps(notes: Path) -> dict[int, float]:
    """When each step ended, in seconds since 1970."""
    lines = (line.split() for line in notes.read_text().splitlines())
    return {int(words[0]): float(words[1]) for words in lines if len(words) == 2}


def _watch(address: str, job: str, watchers: int, seconds: float) -> list[tuple[int, float]]:
    """Let so many clients pull frames; (step, when it had come) of all."""
    context = zmq.Context.instance()
    sockets = [context.socket(zmq.DEALER) for _ in range(watchers)]
    due = dict.fromkeys(sockets, 0.0)  # when to ask; infinity while an answer is awaited
    newest = dict.fromkeys(sockets, -1)
    poller = zmq.Poller()
    for socket in sockets:
        socket.linger = 0
        socket.connect(address)
        poller.register(socket, zmq.POLLIN)
    seen, asked = [], dict.fromkeys(sockets, 0.0)
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        for socket in [socket for socket in sockets if due[socket] <= now]:
            fields = {"job": job, "after": newest[socket], "max_size": SIZE}
            socket.send_multipart(encode({"kind": "frame", "id": 1, **fields}))
            asked[socket], due[socket] = now, float("inf")
        for socket, _ in poller.poll(5):
            parts = socket.recv_multipart(copy=False)
            came = time.time()
            header, buffers = decode([part.buffer for part in parts])
            assert max(buffers["pixels"].shape) == SIZE, buffers["pixels"].shape
            newest[socket] = header["progress"]["step"]
            seen.append((newest[socket], came))
            due[socket] = asked[socket] + 1 / RATE
    for socket in sockets:
        socket.close()
    return seen


def _speed(steps: dict[int, float], begin: float, end: float) -> float:
    """Steps a second between two times."""
    inside = sorted(when for when in steps.values() if begin <= when <= end)
    return (len(inside) - 1) / (inside[-1] - inside[0])


def watching(group: str) -> list[str]:
    """Rows on a painting that nobody, one client and a crowd watch in turn."""
    speeds: dict[int, list[float]] = {0: [], 1: [], CROWD: []}
    delays: dict[int, list[float]] = {1: [], CROWD: []}
    frames: dict[int, list[float]] = {1: [], CROWD: []}
    effort: dict[int, list[float]] = {watchers: [] for watchers in speeds}
    with _service("noting_painter") as (address, pid, notes), Client(address) as client:
        recipe = {"target": "tile", "group": group, "size": SIZE, "steps": 10_000, "seed": 1}
        job = client.submit(recipe)
        while not notes.exists() or len(_steps(notes)) < 5:  # warm
            time.sleep(0.2)
        worker = children(pid)
        for _ in range(ROUNDS):
            for watchers in speeds:
                begin, before = time.time(), processor_seconds(worker)
                seen = _watch(address, job, watchers, PHASE) if watchers else []
                time.sleep(max(0.0, begin + PHASE - time.time()))
                steps = _steps(notes)
                used = processor_seconds(worker) - before
                effort[watchers].append(used / sum(begin < when for when in steps.values()))
                speeds[watchers].append(_speed(steps, begin, time.time()))
                if watchers:
                    delays[watchers] += [came - steps[step] for step, came in seen]
                    frames[watchers].append(len(seen) / watchers / PHASE)
        client.cancel(job)
    alone = statistics.mean(speeds[0])
    rows = []
    for watchers, found in speeds.items():
        mean = statistics.mean(found)
        row = f"| {group} | {watchers} | {mean:.2f} | {100 * (1 - mean / alone):+.1f} % "
        work, least = statistics.mean(effort[watchers]), statistics.mean(effort[0])
        row += f"| {1000 * work:.0f} ms | {100 * (work / least - 1):+.1f} % "
        if watchers:
            late = sorted(delays[watchers])
            row += f"| {statistics.mean(frames[watchers]):.1f} Hz "
            row += f"| {1000 * statistics.median(late):.0f} ms "
            row += f"| {1000 * late[int(0.95 * len(late))]:.0f} ms |"
        else:
            row += "| | | |"
        rows.append(row)
    return rows


def listing() -> str:
    """A row on many jobs that wait."""
    with _service("sleeping_painter") as (address, _, _), Client(address) as client:
        recipe = {"target": "tile", "group": "p4", "size": 256}
        start = time.perf_counter()
        for _ in range(JOBS):
            client.submit(recipe)
        submitted = (time.perf_counter() - start) / JOBS
        times = []
        for _ in range(21):
            start = time.perf_counter()
            found = client.jobs()
            times.append(time.perf_counter() - start)
            assert len(found) == JOBS
    listed = 1000 * statistics.median(times)
    return (
        f"| {JOBS} jobs that wait, listed | {listed:.0f} ms | ≤ 100 ms |\n"
        f"| … one of them submitted | {1000 * submitted:.1f} ms | |"
    )


def idling() -> str:
    """A row on a service and its worker without work."""
    with _service("noting_painter") as (address, pid, _):
        with Client(address, timeout=60) as client:
            client.describe()  # the worker is ready
        time.sleep(2.0)
        pids = [pid, *children(pid)]
        begin, before = time.perf_counter(), processor_seconds(pids)
        time.sleep(IDLE)
        used = processor_seconds(pids) - before
        share = 100 * used / (time.perf_counter() - begin)
    return f"| processor time of an idle service and its worker | {share:.2f} % | ≤ 1 % |"


def children(pid: int) -> list[int]:
    """The processes that a process, or one of its threads, has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for file in lists for word in file.read_text().split()]


def family(pid: int) -> list[int]:
    """A process, its children, and theirs."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def processor_seconds(pids: Sequence[int]) -> float:
    """What processes have used of processors so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the tables."""
    if len(sys.argv) > 1:
        _serve(*sys.argv[1:])
        return
    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n")
    print("| | | bar |\n|---|---|---|")
    print(listing(), flush=True)
    print(idling(), flush=True)
    print(
        "\n| tile | watchers | steps/s | slower by | worker's processor time a step | more ", end=""
    )
    print("| frames | step to frame | 95 % of them |\n|---|---|---|---|---|---|---|---|---|")
    for group in GROUPS:
        print("\n".join(watching(group)), flush=True)


if __name__ == "__main__":
    main()
