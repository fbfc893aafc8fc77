"""Storms: a service, its worker and its client are killed again and again, at moments of a seed."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from patience import PATIENCE, limited
from service_process import HERE, ServiceProcess, alive, environment, eventually
from stubborn_client import jobs_by_steps

from service.serving.client import Client
from service.serving.jobs.blobs import is_digest
from service.serving.jobs.job_folder import BLOBS

MOMENTS = ("at once", "begin", "step", "step", "keep", "finish")
ENDED_FILES = {
    "job.json",
    "standing.json",
    "texture.png",
    "receipt.json",
    "log.txt",
    "paint.safetensors",
    "run.json",
    "report.html",
    "pictures",
}


class Storm:
    """A service in ``folder`` with a client that wants ``recipes`` painted, which differ in their
    steps. ``painter``: one of traced_painter.py."""

    def __init__(self, folder, recipes, seed, painter="traced_painter:traced_fake"):
        self.folder, self.recipes, self.painter = folder, recipes, painter
        self.random = random.Random(seed)
        self.blows = []
        self.trace_path, self.news_path = folder / "trace.txt", folder / "client.txt"
        self.trace_path.touch()
        # Short, so that the workers' sockets are files in it.
        self.temporary = Path(tempfile.mkdtemp(prefix="o", dir="/tmp"))
        self.bind = f"tcp://127.0.0.1:{free_port()}"
        self.environment = environment() | {
            "PAINTER_TRACE": str(self.trace_path),
            "TMPDIR": str(self.temporary),
        }
        self.workers = set()
        self.start_service()
        self.start_client()

    # --- what goes on ---

    def start_service(self):
        self.service = ServiceProcess(
            self.folder / "log.txt",
            env=self.environment,
            painter=self.painter,
            bind=self.bind,
            keep=100,
        )
        self.workers.add(self.service.worker())

    def start_client(self):
        with self.news_path.open("a") as news:
            self.client = subprocess.Popen(
                [
                    *(sys.executable, str(HERE / "stubborn_client.py")),
                    *(self.service.address, json.dumps(self.recipes)),
                ],
                env=self.environment,
                stdout=news,
            )

    def trace(self):
        """[(word, steps of the job, step, worker)]"""
        lines = self.trace_path.read_text().splitlines()
        return [(word, *map(int, rest)) for word, *rest in (line.split() for line in lines)]

    def news(self):
        """What clients have said."""
        text = self.news_path.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    # --- the storm ---

    def blow(self, victim, moment):
        """Kill one, at the next such moment or very soon after it."""
        delay = self.random.uniform(0, 0.02)
        self.blows.append(f"{victim} at {moment!r} + {1000 * delay:.1f} ms")
        if moment != "at once":
            seen = len(self.trace())
            eventually(
                lambda: (
                    any(word == moment for word, *_ in self.trace()[seen:])
                    or self.client.poll() is not None
                )
            )
        time.sleep(delay)  # the very randomness of the moment
        getattr(self, f"kill_{victim}")()

    def kill_worker(self):
        self.workers.add(worker := self.service.worker())
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)

    def kill_service(self):
        # Its worker may still be at work when the next service goes on with the job.
        self.workers.add(self.service.worker())
        self.service.process.kill()
        self.service.process.wait()
        self.service.process.stdout.close()
        self.start_service()

    def kill_client(self):
        self.client.kill()
        self.client.wait()
        self.start_client()

    def rage(self, count, victims=("worker", "service", "client")):
        """Each of the victims at least once in so many blows, if there are that many."""
        order = [*victims, *self.random.choices(victims, k=count)][:count]
        self.random.shuffle(order)
        for victim in order:
            code = self.client.poll()
            assert code is None, (
                f"The client has ended ({code}) before the storm: {self.news()[-1]}"
            )
            self.blow(victim, self.random.choice(MOMENTS))

    # --- after it ---

    def end(self):
        """Waits until the client has all; {steps: texture}. Checks all but the textures."""
        try:
            with limited(self.client):
                assert self.client.wait() == 0
            with Client(self.service.address, timeout=PATIENCE) as client:
                named = jobs_by_steps(client)
                textures = {steps: client.result(jobs[0])[0] for steps, jobs in named.items()}
                states = {row["state"] for row in client.jobs()}
            assert {steps: len(jobs) for steps, jobs in named.items()} == {
                recipe["steps"]: 1 for recipe in self.recipes
            }
            acknowledged = {(line["steps"], line["job"]) for line in self.news() if "job" in line}
            assert acknowledged == {(steps, jobs[0]) for steps, jobs in named.items()}
            assert states == {"finished"}
            self.workers.add(self.service.worker())
            assert children(self.service.process.pid) == {self.service.worker()}  # and no zombie
            assert eventually(lambda: sum(map(alive, self.workers)) == 1)
            self.check_repeats()
            self.check_files()
        except AssertionError as error:
            told = "; ".join(self.blows)
            raise AssertionError(f"{error}\nBlows: {told}\n{self.service.log()[-4000:]}") from error
        assert self.service.stop() == 0
        assert eventually(lambda: not any(map(alive, self.workers)))
        assert eventually(lambda: not self.left_over()), (self.blows, self.left_over())
        return textures

    def check_repeats(self):
        """Every worker went on from the last checkpoint, or the one before if it was being written
        when its writer was killed, and took every step from there."""
        kept, at = {}, {}
        for word, steps, step, worker in self.trace():
            by_worker = kept.setdefault(steps, {})
            if word == "begin":
                possible = {0} if not by_worker else set()
                for own in by_worker.values():
                    possible |= set(own[-2:]) if len(own) > 1 else {0, *own}
                assert step in possible, (steps, step, by_worker)
                at[steps, worker] = step
            elif word == "step":
                assert step == at[steps, worker] + 1
                at[steps, worker] = step
            elif word == "keep":
                by_worker.setdefault(worker, []).append(step)

    def left_over(self):
        """What is in the temporary folder; torch has one of its own there, always the same."""
        names = {path.name for path in self.temporary.iterdir()}
        return {name for name in names if not name.startswith("torchinductor")}

    def check_files(self):
        jobs = self.folder / "jobs"
        for path in jobs.iterdir():
            assert not path.name.startswith("."), path
            if path.name == BLOBS:
                assert all(is_digest(file.name) for file in path.iterdir())
            elif path.is_dir():
                assert {file.name for file in path.iterdir()} == ENDED_FILES, path

    def clear(self):
        """Ends what is left of it."""
        for process in (self.client, self.service.process):
            process.kill()
            process.wait()
        shutil.rmtree(self.temporary, ignore_errors=True)


@contextlib.contextmanager
def storm(*given, **options):
    """A Storm that leaves no process behind."""
    one = Storm(*given, **options)
    try:
        yield one
    finally:
        one.clear()


def children(pid):
    """The numbers of a process's children, dead ones that nobody has waited for among them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.add(int(stat.parent.name))
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
