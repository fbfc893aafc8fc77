"""A worker as the server sees it: which job it has, what it was asked for, whether it is overdue.
How one is started, spoken to and stopped is the subclasses': of
:mod:`service.serving.engines.local_engine` and :mod:`service.serving.engines.ray_actor`."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import zmq

from service.serving.engines.events import PARTING, Event, Ready, Wants, read_report
from service.serving.engines.workplace import Message
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.restarts import Restarts

CANCEL_GRACE = 10.0  # seconds until a worker that does not let go of a cancelled job is killed


class Ended(NamedTuple):
    """Why a worker is gone; ``killed``: perhaps by a system out of memory."""

    reason: str
    killed: bool


class WorkerHandle(ABC):
    """``restarts``: of those that came before it in its place. ``patience``: seconds without a
    message from it, while it has a job, until it :attr:`hangs`. Nothing here waits."""

    name = "a worker that starts"

    def __init__(self, restarts: Restarts, patience: float) -> None:
        self.restarts, self._patience = restarts, patience
        self.device = ""
        self.devices: tuple[str, ...] = ()  # all that it has found, once it is ready
        self.ready = self.hung = False
        self.job: str | None = None  # that it has, or has not let go of yet
        self._folder: JobFolder | None = None  # of the job
        self._wants = Wants()
        self._deadline: float | None = None  # for the next message about the job
        self._cancelled = False

    @property
    def socket(self) -> zmq.Socket[bytes] | None:
        """What to poll for messages, if there is one."""
        return None

    @property
    def idle(self) -> bool:
        """Whether a job would be taken now."""
        return self.ready and self.job is None

    @property
    def hangs(self) -> bool:
        """Whether a message about its job is overdue."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint; only when :attr:`idle`."""
        assert self.idle
        self.job, self._folder = job, folder
        self._cancelled, self._wants = False, Wants()
        self._deadline = time.monotonic() + self._patience
        self._send_job(job, folder, frugal)

    def tell(self, kind: str, **fields: Any) -> None:
        """Say something about its job, which it reads between two steps."""
        self._send({"kind": kind, "job": self.job, **fields})

    def want(self, after: int, max_size: int) -> None:
        """Ask for one frame of its job newer than step ``after``, unless that is no news."""
        if self._wants.add(after, max_size):
            self.tell("want", after=after, max_size=max_size)

    def cancel(self) -> None:
        """Let go of its job; one that does not within :data:`CANCEL_GRACE` hangs."""
        self.tell("cancel")
        if not self._cancelled:
            self._cancelled = True
            self._deadline = time.monotonic() + min(CANCEL_GRACE, self._patience)

    def take(self, message: Message) -> Event | None:
        """The event that a message of it tells of; None for one about an earlier job, or from a
        stranger. Raises KeyError for what no worker sends."""
        header, buffers = message
        if header["kind"] == "ready" and self._is_ours(header):
            self.device, self.devices = header["device"], tuple(header["devices"])
            self.ready = True
            return Ready(self.device, header["describe"])
        if not self.ready or self.job is None or header.get("job") != self.job:
            return None
        if not self._cancelled:
            self._deadline = time.monotonic() + self._patience
        event = read_report(header, buffers)
        self._wants.hear(event)
        if header["kind"] in PARTING:
            self.job = self._folder = self._deadline = None
        return event

    def give_up(self) -> None:
        """Kill it: it hangs."""
        self.hung, self._deadline = True, None
        self._kill()

    def _is_ours(self, greeting: Mapping[str, Any]) -> bool:
        return True

    @abstractmethod
    def messages(self) -> list[Message]:
        """All that it has said since the last call."""

    @abstractmethod
    def ended(self) -> Ended | None:
        """Why it is gone; None while it lives."""

    @abstractmethod
    def close(self) -> None:
        """End it, whatever it does, and put away what is left of it."""

    @abstractmethod
    def _send_job(self, job: str, folder: JobFolder, frugal: bool) -> None: ...

    @abstractmethod
    def _send(self, header: dict[str, Any]) -> None: ...

    @abstractmethod
    def _kill(self) -> None: ...
