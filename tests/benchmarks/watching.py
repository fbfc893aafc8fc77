"""Benchmarks of watching: ``python -m tests.benchmarks.watching`` prints two Markdown tables for
docs/benchmarks.md.

What a frame of a 1024² texture weighs in each encoding, and how fast a real service paints while
nobody, one client and 32 clients take every frame they can get, in turns, in one job.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import zmq

from service.serving.client import Client
from service.serving.protocol.encodings import ENCODINGS, encode_picture
from service.serving.protocol.wire import encode

SIZE = 1024
STEPS = 500
RECIPE = {"target": "tile", "group": "p4", "size": SIZE, "quality": "draft", "steps": STEPS}
CROWDS = (0, 1, 32)
ROUNDS, PHASE = 3, 8  # so often each, so many steps a time
REPEATS = 7


def encodings_table(texture: np.ndarray) -> list[str]:
    """What each encoding makes of a texture."""
    rows = ["| encoding | KiB a frame | of raw | encoded in |", "|---|---|---|---|"]
    for name in ENCODINGS:
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            size = encode_picture(texture, name).data.nbytes
            times.append(time.perf_counter() - start)
        took = f"{1000 * statistics.median(times):.0f} ms"
        rows.append(
            f"| {name} | {size / 1024:.0f} | {100 * size / texture.nbytes:.0f} % | {took} |"
        )
    return rows


class Crowd:
    """Clients that take frames of a job as fast as they come, raw and at full size."""

    def __init__(self, address: str, job: str, count: int) -> None:
        self._stop, self.frames = threading.Event(), 0
        self._thread = threading.Thread(target=self._watch, args=(address, job, count))
        self._thread.start()

    def leave(self) -> None:
        """Hang up."""
        self._stop.set()
        self._thread.join()

    def _watch(self, address: str, job: str, count: int) -> None:
        with zmq.Context() as context:
            poller, ask = zmq.Poller(), encode({"kind": "frame", "id": 1, "job": job})
            sockets = [context.socket(zmq.DEALER) for _ in range(count)]
            for socket in sockets:
                socket.linger = 0
                socket.connect(address)
                poller.register(socket, zmq.POLLIN)
                socket.send_multipart(ask)
            while not self._stop.is_set():
                for socket, _ in poller.poll(50) if sockets else ():
                    socket.recv_multipart(copy=False)
                    self.frames += 1
                    socket.send_multipart(ask)
            for socket in sockets:
                socket.close()


def watchers_table(address: str, client: Client, job: str) -> list[str]:
    """How fast the last stage is painted with crowds of several sizes."""
    frame = client.frame(job, max_size=8)
    while frame.progress["stage"] < frame.progress["stages"] - 1:
        frame = client.frame(job, frame.progress["step"], max_size=8)
    speeds: dict[int, list[float]] = {count: [] for count in CROWDS}
    frames = dict.fromkeys(CROWDS, 0)
    for _ in range(ROUNDS):
        for count in CROWDS:
            crowd = Crowd(address, job, count)
            first = client.frame(job, max_size=8).progress
            last = client.frame(job, first["step"] + PHASE - 1, max_size=8).progress
            crowd.leave()
            frames[count] += crowd.frames
            speeds[count].append(
                (last["step"] - first["step"]) / (last["seconds"] - first["seconds"])
            )
    alone = statistics.median(speeds[0])
    rows = ["| watchers | steps/s, median | runs | of alone | frames |", "|---|---|---|---|---|"]
    for count in CROWDS:
        speed = statistics.median(speeds[count])
        runs = ", ".join(f"{one:.2f}" for one in speeds[count])
        rows.append(f"| {count} | {speed:.2f} | {runs} | {speed / alone:.2f} | {frames[count]} |")
    return rows


def main() -> None:
    """Start a service, paint, watch."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "service", "serve", "--bind", "tcp://127.0.0.1:0"]
        with (Path(folder) / "log.txt").open("w") as log:
            service = subprocess.Popen(
                [*command, "--data", f"{folder}/jobs"], stdout=subprocess.PIPE, stderr=log
            )
        assert service.stdout is not None
        address = service.stdout.readline().decode().split()[1]
        try:
            with Client(address, timeout=60) as client:
                job = client.submit(RECIPE)
                table = watchers_table(address, client, job)
                client.finish(job)
                end = list(client.frames(job, max_size=0))[-1]
                assert end.state == "finished", end.error
                print("\n".join([*encodings_table(client.result(job)[0]), "", *table]))
        finally:
            service.terminate()
            service.wait()


if __name__ == "__main__":
    main()
