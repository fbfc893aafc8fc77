"""What an engine is: where jobs are painted. The server hands jobs to one and collects what has
happened to them: :mod:`service.serving.engines.local_engine` has processes on this machine,
:mod:`service.serving.engines.ray_engine` actors on a cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import zmq
from numpy.typing import NDArray

from service.serving.jobs.job import Fault, Result
from service.serving.jobs.job_folder import JobFolder


@dataclass(frozen=True)
class Ready:
    """A worker is warm. ``describe`` is the body of the reply of that name."""

    device: str
    describe: dict[str, Any]


@dataclass(frozen=True)
class Stepped:
    """A job has got so far; said about once a second. ``progress`` as on the wire."""

    job: str
    progress: dict[str, Any]


@dataclass(frozen=True)
class FrameDone:
    """A frame, (H, W, 3) uint8, that was wanted in this size; ``progress`` as on the wire."""

    job: str
    max_size: int
    progress: dict[str, Any]
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Saved:
    """A checkpoint lies in the job's folder, or, with a ``warning``, could not be written."""

    job: str
    progress: dict[str, Any]
    warning: Fault | None


@dataclass(frozen=True)
class JobFinished:
    """A job has its result, which lies in its folder, too."""

    job: str
    progress: dict[str, Any]
    result: Result


@dataclass(frozen=True)
class JobFailed:
    """A job ended with a reason."""

    job: str
    fault: Fault


@dataclass(frozen=True)
class WorkerDied:
    """A worker is gone, and with it the job it had. ``killed``: by somebody else's SIGKILL, perhaps
    that of a system out of memory. ``hopeless``: none has been ready for several starts; the engine
    goes on trying, but nobody should wait for it."""

    job: str | None
    fault: Fault
    killed: bool
    hopeless: bool


Event = Ready | Stepped | FrameDone | Saved | JobFinished | JobFailed | WorkerDied


class Engine(Protocol):
    """Paints jobs, as many at a time as it has room for. Nothing here waits."""

    @property
    def room(self) -> bool:
        """Whether a job would be taken now."""
        ...

    @property
    def jobs(self) -> Collection[str]:
        """The jobs that workers have, or have not let go of yet."""
        ...

    @property
    def devices(self) -> Sequence[str]:
        """The devices of the workers that are ready."""
        ...

    @property
    def sockets(self) -> Sequence[zmq.Socket[bytes]]:
        """What to poll for events; others after each restart of a worker."""
        ...

    def expect(self, jobs: int) -> None:
        """Be told how many jobs wait: an engine that can grow, and shrink, does."""
        ...

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint; only when there is :attr:`room`. All it needs
        is in the folder, and what comes of it goes there. ``frugal``: with as little memory as it
        takes."""
        ...

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame newer than step ``after``, if the worker does not know that yet. It
        may be too much for it: ask again after its next word."""
        ...

    def adjust(self, job: str, adjustments: Sequence[Mapping[str, Any]]) -> None:
        """Change the recipe after the step that runs. ``adjustments``: all of the job's; those that
        have had their effect are left out."""
        ...

    def finish(self, job: str) -> None:
        """Ask for the result as it is after the step that runs."""
        ...

    def pause(self, job: str) -> None:
        """Ask for a checkpoint after the step that runs, and to let go of the job then."""
        ...

    def cancel(self, job: str) -> None:
        """Let go of a job, by force if it must be."""
        ...

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the workers."""
        ...

    def close(self) -> None:
        """End the workers and whatever they do."""
        ...
