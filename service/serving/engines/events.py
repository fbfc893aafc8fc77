"""What happens to jobs and workers, as an engine tells the server: read from what workers say. And
what a worker is asked for: whatever clients want, it listens between two steps only, and is told no
more than it can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.serving.jobs.job import Fault, Result

MAX_SIZES = 16  # of frames that are rendered of one step
MAX_UNHEARD = 64  # wants that a worker is told before it has said something
PARTING = ("finished", "failed", "stopped")  # the worker has let go of its job


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


def read_report(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Event | None:
    """The event that a message about a job tells of; None for "stopped": the job was cancelled or
    paused, as the server knows. Raises KeyError for what no worker sends."""
    job, kind = header["job"], header["kind"]
    if kind == "frame":
        return FrameDone(job, header["max_size"], header["progress"], buffers["pixels"])
    if kind == "step":
        return Stepped(job, header["progress"])
    if kind == "saved":
        warning = Fault(**header["warning"]) if header["warning"] else None
        return Saved(job, header["progress"], warning)
    if kind == "finished":
        return JobFinished(job, header["progress"], Result(buffers["texture"], header["receipt"]))
    if kind == "failed":
        return JobFailed(job, Fault(**header["fault"]))
    return None


class Wants:
    """Of one worker and its job, as far as the server knows. What is left out here is no loss:
    clients that wait are asked for again after each word of the worker."""

    def __init__(self) -> None:
        self._open: dict[int, int] = {}  # size of a frame -> newer than which step
        self._unheard = 0

    def add(self, after: int, max_size: int) -> bool:
        """A frame of this size, newer than step ``after``, is wanted: whether the worker must be
        told so."""
        known = self._open.get(max_size)
        if self._unheard >= MAX_UNHEARD or (known is not None and known <= after):
            return False
        self._unheard += 1
        put_want(self._open, after, max_size)
        return True

    def hear(self, event: Event | None) -> None:
        """The worker has said something about the job."""
        self._unheard = 0
        if isinstance(event, FrameDone):
            self._open.pop(event.max_size, None)


def put_want(wanted: dict[int, int], after: int, size: int) -> None:
    """Add a want to those of each size, newest last; the oldest beyond :data:`MAX_SIZES` are
    forgotten. The same on both sides."""
    # The least any client has; who is forgotten here asks again.
    wanted[size] = min(after, wanted.pop(size, after))
    if len(wanted) > MAX_SIZES:
        del wanted[next(iter(wanted))]
