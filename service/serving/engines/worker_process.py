"""The keeper of one worker: a process that paints on one device, started anew whenever it dies."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
import zmq

from geometry.errors import InputError
from service.serving.engines.engine import Event, Ready, WorkerDied
from service.serving.engines.reports import PARTING, read_report
from service.serving.engines.wants import Wants
from service.serving.jobs.job import Fault
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.child_process import KILLED, ChildProcess

CANCEL_GRACE = 10.0  # seconds until a worker that does not let go of a cancelled job is killed
HOPELESS_STARTS = 3  # in a row

log = logging.getLogger(__name__)


class WorkerProcess:
    """One worker, and what it is doing.

    ``painter``: where it finds its painter, see
    :func:`service.serving.engines.painter.load_painter`. ``device``: what it paints on; "" for the
    first that there is. ``context``: of the private socket. ``patience``: seconds without a message
    from it, while it has a job, until it is killed.
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
        self._child: ChildProcess | None = None
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
        return self._child.socket if self._child is not None else None

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
        now = time.monotonic()
        if (child := self._child) is None:
            return self._start() if now >= self._start_at else []
        events = self._messages(child)
        if self._deadline is not None and now > self._deadline:
            log.warning("worker %d hangs: killed", child.pid)
            child.kill()
            self._hung, self._deadline = True, None
        if not child.alive:
            # It may have sent its last result just before it died.
            events += self._messages(child)
            events.append(self._bury(child))
        return events

    def close(self) -> None:
        """End the worker and whatever it does."""
        if self._child is not None:
            self._child.kill()
            self._bury(self._child)

    def _start(self) -> list[Event]:
        try:
            module = "service.serving.engines.worker"
            self._child = ChildProcess(self._context, module, self._painter, self.device)
        except (OSError, zmq.ZMQError, InputError) as error:
            return [self._died(getattr(error, "strerror", None) or str(error))]
        log.info("worker %d starts", self._child.pid)
        return []

    def _bury(self, child: ChildProcess) -> WorkerDied:
        code = child.bury()
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        if self._hung:
            reason = "it hung and was killed"
        return self._died(reason, killed=code == KILLED and not self._hung)

    def _died(self, reason: str, killed: bool = False) -> WorkerDied:
        self._starts_failed = 0 if self._ready else self._starts_failed + 1
        self._start_at = time.monotonic() + pause_after(self._starts_failed)
        died = WorkerDied(self._job, obituary(reason, self.hopeless), killed, self.hopeless)
        self._child = None
        self._job = self._deadline = None
        self._ready = self._hung = False
        return died

    def tell(self, kind: str, job: str, fields: dict[str, Any] | None = None) -> None:
        """Say something about a job to the worker, which reads it between two steps."""
        if self._child is not None and self._ready:
            self._child.send({"kind": kind, "job": job, **(fields or {})})

    def _messages(self, child: ChildProcess) -> list[Event]:
        events: list[Event] = []
        for header, buffers in child.messages():
            try:
                event = self._event(header, buffers)
            except KeyError as error:
                log.warning("a message that no worker sends was dropped: %s", error)
                continue
            if event is not None:
                events.append(event)
        return events

    def _event(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> Event | None:
        kind = header["kind"]
        assert self._child is not None
        if kind == "ready" and self._child.is_its_token(header["token"]):
            self._ready, self._starts_failed = True, 0
            self._child.has_called()
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
