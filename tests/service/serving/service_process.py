"""A service in a process of its own, for tests to use and abuse."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patience import PATIENCE, crowd, limited

from geometry.errors import InputError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
started = []  # every ServiceProcess


def environment():
    path = [str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def service_command(**settings):
    """The command line of a service on any free port, with the fake painter unless told."""
    given = {"bind": "tcp://127.0.0.1:*", "painter": "fake_painter:fake_painter"} | settings
    return [sys.executable, str(HERE / "run_service.py"), json.dumps(given, default=str)]


class ServiceProcess:
    """Started and ready; ``address`` is where. Its jobs are in ``data``, beside the log."""

    def __init__(self, log_path, data=None, env=None, keep=8, **settings):
        self.log_path = log_path
        self.data = data or log_path.with_name("jobs")
        command = service_command(data=self.data, keep=keep, **settings)
        with log_path.open("a") as log:
            self.process = subprocess.Popen(
                command, env=env or environment(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        started.append(self)
        with limited(self.process):
            line = self.process.stdout.readline()
        assert line.startswith("ready tcp://127.0.0.1:"), self.log()
        self.address = line.split()[1]

    def log(self):
        return self.log_path.read_text()

    def worker(self):
        """The process number of the worker that was started last."""
        return workers(self.log())[-1]

    def kill(self):
        """SIGKILL, and its worker is gone with it."""
        worker = self.worker()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        assert eventually(lambda: not alive(worker))

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.end()

    def end(self):
        """Wait until it ends; the exit code."""
        with limited(self.process):
            code = self.process.wait()
        self.process.stdout.close()
        return code


def children(pid):
    """The process numbers of a process's children."""
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers(log):
    """The process numbers of all workers ever started."""
    return [int(number) for number in re.findall(r"worker (\d+) starts", log)]


@contextlib.contextmanager
def running(log_path, **options):
    """A service that is stopped at the end, and must then say that nothing was wrong."""
    service = ServiceProcess(log_path, **options)
    try:
        yield service
    finally:
        code = service.stop()
    assert code == 0, service.log()


def alive(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def memory(pid, what="VmRSS"):
    """What a process holds in memory, in MiB; of "VmSize" also what it has only asked for."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+)", text)[1]) / 1024


def eventually(condition, seconds=PATIENCE):
    """Whether the condition comes true within so many seconds of a machine with nothing else to
    do."""
    left, seen = seconds, time.monotonic()
    while not condition():
        now = time.monotonic()
        left, seen = left - (now - seen) / crowd(), now
        if left < 0:
            return False
        time.sleep(0.02)
    return True


def receive(socket):
    """The next message, which comes."""
    assert socket.poll(1000 * PATIENCE), "no answer"
    return socket.recv_multipart()


def ask(client, kind, job=None):
    """A request that has no method of its own; the reply's fields."""
    return client._ask(kind, {} if job is None else {"job": job})[0]


def recipe(step_ms=10, **changes):
    return {"target": "sphere", "group": "532", "size": 64, "seed": step_ms} | changes


def until_running(client, job):
    frame = client.frame(job, max_size=8)
    assert frame.state == "running"
    return frame


@contextlib.contextmanager
def refused(code):
    """As pytest.raises, for an InputError of this code that is one line without a traceback."""
    with pytest.raises(InputError) as caught:
        yield caught
    assert caught.value.code == code, caught.value
    assert "Traceback" not in str(caught.value) and "\n" not in str(caught.value)
