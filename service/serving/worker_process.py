"""The keeper of one worker: a process that paints on one device, started anew whenever it dies."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import zmq

from geometry.errors import InputError
from service.serving.engine import Event, Ready, WorkerDied
from service.serving.job_folder import JobFolder
from service.serving.jobs import Fault
from service.serving.logs import relay
from service.serving.parent import environment_of_children
from service.serving.reports import PARTING, read_report
from service.serving.socket_folder import SocketFolder
from service.serving.wants import Wants
from service.serving.wire import WireError, decode, encode
from service.serving.worker import TOKEN_VARIABLE

CANCEL_GRACE = 10.0  # seconds until a worker that does not let go of a cancelled job is killed
KILLED = -9  # exit code after a SIGKILL
HOPELESS_STARTS = 3  # in a row
LAST_WORDS = 0.5  # seconds for what a dead worker wrote: a child of its own may still hold the pipe
LONGEST_SOCKET_PATH = 100  # what every POSIX system allows, in characters

log = logging.getLogger(__name__)


class WorkerProcess:
    """One worker, and what it is doing.

    ``painter``: where it finds its painter, see :func:`service.serving.painter.load_painter`.
    ``device``: what it paints on; "" for the first that there is. ``context``: of the private
    socket. ``patience``: seconds without a message from it, while it has a job, until it is killed.
    """

    def __init__(
        self,
        painter: str,
        device: str,
        context: zmq.Context[zmq.Socket[bytes]],
        patience: float,
    ) -> None:
        self._painter, self._context, self._patience = painter, context, patience
        self.device = device
        self.devices: tuple[str, ...] = ()  # all that the worker has found, once it is ready
        self._folder: SocketFolder | None = None  # until the worker has called
        self._process: subprocess.Popen[bytes] | None = None
        self._output: threading.Thread | None = None  # logs what the process writes
        self._socket: zmq.Socket[bytes] | None = None
        self._token = ""
        self._ready = False
        self._job: str | None = None
        self._wants = Wants()
        self._deadline: float | None = None  # for the next message about the job
        self._cancelled = self._hung = False
        self._starts_failed = 0
        self._start_at = 0.0
        self._start()

    @property
    def idle(self) -> bool:
        """Whether a job would be taken now."""
        return self._ready and self._job is None

    @property
    def job(self) -> str | None:
        """The job that the worker has, or has not let go of yet."""
        return self._job

    @property
    def socket(self) -> zmq.Socket[bytes] | None:
        """What to poll for events; another one after each restart, None between two workers."""
        return self._socket

    @property
    def ready(self) -> bool:
        """Whether the worker has called."""
        return self._ready

    @property
    def hopeless(self) -> bool:
        """Whether it was not ready for several starts."""
        return self._starts_failed >= HOPELESS_STARTS

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint; only when :attr:`idle`."""
        assert self.idle
        self._job, self._cancelled, self._wants = job, False, Wants()
        self._deadline = time.monotonic() + self._patience
        self.tell("paint", job, {"folder": str(folder.path.absolute()), "frugal": frugal})

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame of its job newer than step ``after``, unless that is no news."""
        if self._wants.add(after, max_size):
            self.tell("want", job, {"after": after, "max_size": max_size})

    def cancel(self, job: str) -> None:
        """Let go of a job. A worker that cannot be reached in :data:`CANCEL_GRACE` is killed."""
        self.tell("cancel", job)
        if job == self._job and not self._cancelled:
            self._cancelled = True
            self._deadline = time.monotonic() + min(CANCEL_GRACE, self._patience)

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the process. Never waits."""
        events = self._messages()
        now = time.monotonic()
        if self._deadline is not None and now > self._deadline and self._process is not None:
            log.warning("worker %d hangs: killed", self._process.pid)
            self._process.kill()
            self._hung, self._deadline = True, None
        if self._process is not None and self._process.poll() is not None:
            # It may have sent its last result just before it died.
            events += self._messages()
            events.append(self._bury())
        elif self._process is None and now >= self._start_at:
            events += self._start()
        return events

    def close(self) -> None:
        """End the worker and whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._bury()

    def _start(self) -> list[Event]:
        # Memory, processes, open files and temporary files may all be used up for a while.
        try:
            self._launch()
        except (OSError, zmq.ZMQError, InputError) as error:
            if self._socket is not None:
                self._socket.close()
            return [self._died(getattr(error, "strerror", None) or str(error))]
        return []

    def _launch(self) -> None:
        self._socket = self._context.socket(zmq.PAIR)
        self._socket.set_hwm(0)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._folder = SocketFolder()
        path = str(self._folder.path / "worker")
        if os.name == "posix" and len(path) <= LONGEST_SOCKET_PATH:
            address = f"ipc://{path}"
            self._socket.bind(address)
        else:
            self._socket.bind("tcp://127.0.0.1:*")
            address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        # On a loopback port anyone on this machine could call: the worker shows this token first.
        self._token = secrets.token_hex(16)
        command = [sys.executable, "-P", "-m", "service.serving.worker"]
        self._process = subprocess.Popen(
            [*command, address, self._painter, self.device],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for the server, and would come before the worker ignores it.
            process_group=0 if os.name == "posix" else None,
            env={**environment_of_children(), TOKEN_VARIABLE: self._token},
        )
        log.info("worker %d starts", self._process.pid)
        assert self._process.stdout is not None
        self._output = relay(self._process.stdout)

    def _bury(self) -> WorkerDied:
        assert self._process is not None and self._process.stdin is not None
        assert self._socket is not None and self._output is not None
        code = self._process.wait()
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        if self._hung:
            reason = "it hung and was killed"
        self._process.stdin.close()
        self._output.join(LAST_WORDS)
        self._socket.close()
        return self._died(reason, killed=code == KILLED and not self._hung)

    def _died(self, reason: str, killed: bool = False) -> WorkerDied:
        self._remove_folder()
        self._starts_failed = 0 if self._ready else self._starts_failed + 1
        self._start_at = time.monotonic() + pause_after(self._starts_failed)
        died = WorkerDied(self._job, obituary(reason, self.hopeless), killed, self.hopeless)
        self._process = self._socket = None
        self._job = self._deadline = None
        self._ready = self._hung = False
        return died

    def _remove_folder(self) -> None:
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def tell(self, kind: str, job: str, fields: dict[str, Any] | None = None) -> None:
        """Say something about a job to the worker, which reads it between two steps."""
        if self._socket is None or not self._ready:
            return
        message = encode({"kind": kind, "job": job, **(fields or {})})
        # Again: the worker has just died, and collect() is about to find out.
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(message, zmq.NOBLOCK, copy=False)

    def _messages(self) -> list[Event]:
        events: list[Event] = []
        while self._socket is not None and self._socket.poll(0):
            frames = [frame.buffer for frame in self._socket.recv_multipart(copy=False)]
            try:
                event = self._event(*decode(frames))
            except (WireError, KeyError) as error:
                log.warning("a message that no worker sends was dropped: %s", error)
                continue
            if event is not None:
                events.append(event)
        return events

    def _event(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> Event | None:
        kind = header["kind"]
        if kind == "ready" and secrets.compare_digest(
            str(header["token"]).encode(), self._token.encode()
        ):
            self._ready, self._starts_failed = True, 0
            self._remove_folder()  # so that a service killed from now on leaves none behind
            self.device, self.devices = header["device"], tuple(header["devices"])
            return Ready(self.device, header["describe"])
        if not self._ready or header.get("job") != self._job or self._job is None:
            return None
        if not self._cancelled:
            self._deadline = time.monotonic() + self._patience
        event = read_report(header, buffers)
        self._wants.hear(event)
        if kind in PARTING:
            self._job = self._deadline = None
        return event


def pause_after(failed_starts: int) -> float:
    """Seconds until the next worker is started: 0 after a job, then ever longer: 0.5, 1, … 32."""
    return 0.25 * 2.0 ** min(failed_starts, 7) if failed_starts else 0.0


def obituary(reason: str, hopeless: bool) -> Fault:
    """What is said of a worker that has died."""
    if hopeless:
        return Fault(
            "worker-died",
            "job",
            f"The process that paints does not start ({reason}).",
            "The service's log says why; try 'service doctor'.",
        )
    return Fault(
        "worker-died",
        "job",
        f"The process that paints ended ({reason}).",
        "It was tried twice. Resume the job, or submit it again at a smaller size.",
    )
