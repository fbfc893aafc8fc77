"""Jobs: what a client asked for, the states it goes through, and the queue they wait in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.recipe import Recipe
from service.serving.wire import WireError

MAX_QUEUED = 32
MAX_QUEUED_BYTES = 2 << 30
KEPT_ENDED = 8  # ended jobs whose results stay in memory


class State(StrEnum):
    """Where a job stands. The first two go on, the others are for good."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.FINISHED, State.FAILED, State.CANCELLED})


@dataclass(frozen=True)
class Fault:
    """Why a job failed, in the words of an error reply."""

    code: str
    field: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: InputError | WireError) -> Fault:
        """What an error says."""
        return cls(error.code, error.field, error.message, error.hint)

    def as_dict(self) -> dict[str, str]:
        """``{"code", "field", "message", "hint"}``."""
        return asdict(self)


@dataclass(frozen=True)
class Inputs:
    """What a client sent with ``submit``: cameras and buffers as on the wire."""

    recipe: Recipe
    cameras: list[dict[str, Any]]
    buffers: Mapping[str, np.ndarray]

    @property
    def nbytes(self) -> int:
        """Size of the buffers in bytes."""
        return sum(buffer.nbytes for buffer in self.buffers.values())


@dataclass(frozen=True)
class Result:
    """A finished texture, (H, W, 3) uint8 sRGB, top row first, and its receipt."""

    texture: NDArray[np.uint8]
    receipt: dict[str, Any]


class Job:
    """One picture on its way. ``progress`` is as in a ``frame`` reply, None before a first step."""

    def __init__(self, name: str, inputs: Inputs) -> None:
        self.name = name
        self.state = State.QUEUED
        self.inputs: Inputs | None = inputs  # let go of when the job ends
        self.finish_wanted = False
        self.progress: dict[str, Any] | None = None
        self.fault: Fault | None = None
        self.result: Result | None = None

    @property
    def ended(self) -> bool:
        """Whether the job is finished, failed or cancelled."""
        return self.state in ENDED

    @property
    def step(self) -> int:
        """The last step known, 0 before the first."""
        return int(self.progress["step"]) if self.progress else 0

    def start(self) -> Inputs:
        """From queued to running; what to paint."""
        assert self.state is State.QUEUED and self.inputs is not None, self.state
        self.state = State.RUNNING
        return self.inputs

    def finish(self, result: Result, progress: dict[str, Any]) -> None:
        """End with a result."""
        self.result, self.progress = result, progress
        self._end(State.FINISHED)

    def fail(self, fault: Fault) -> None:
        """End with a reason."""
        self.fault = fault
        self._end(State.FAILED)

    def cancel(self) -> None:
        """End with nothing."""
        self._end(State.CANCELLED)

    def _end(self, state: State) -> None:
        assert not self.ended, f"{self.name}: {self.state} cannot become {state}"
        self.state = state
        self.inputs = None


class Jobs:
    """All jobs the service knows, first come first served."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}  # in the order of submission
        self._numbers = count(1)

    def add(self, inputs: Inputs) -> Job:
        """A new job at the end of the queue. Raises InputError("queue-full")."""
        waiting = [job.inputs for job in self._jobs.values() if job.inputs and not job.ended]
        if len(waiting) >= MAX_QUEUED:
            raise InputError(
                "queue-full", "job", f"{len(waiting)} jobs wait already.", "Cancel one, or wait."
            )
        if sum(other.nbytes for other in waiting) + inputs.nbytes > MAX_QUEUED_BYTES:
            raise InputError(
                "queue-full",
                "job",
                f"The inputs of the jobs that wait are over {MAX_QUEUED_BYTES >> 20} MiB.",
                "Wait until one has ended.",
            )
        # The random tail keeps a client that outlived a service from meeting another's job.
        job = Job(f"{next(self._numbers)}-{secrets.token_hex(3)}", inputs)
        self._jobs[job.name] = job
        self._drop_oldest()
        return job

    def get(self, name: str) -> Job | None:
        """The job of this name, if the service still knows it."""
        return self._jobs.get(name)

    def find(self, name: str) -> Job:
        """The job of this name. Raises InputError("unknown-job")."""
        job = self._jobs.get(name)
        if job is None:
            raise InputError(
                "unknown-job",
                "job",
                f"There is no job {name[:40]!r}.",
                f"The service keeps the last {KEPT_ENDED} that have ended, until it stops.",
            )
        return job

    def next_queued(self) -> Job | None:
        """The job that has waited longest."""
        return next((job for job in self._jobs.values() if job.state is State.QUEUED), None)

    def active(self) -> list[Job]:
        """All that are queued or running, oldest first."""
        return [job for job in self._jobs.values() if not job.ended]

    def _drop_oldest(self) -> None:
        ended = [name for name, job in self._jobs.items() if job.ended]
        for name in ended[:-KEPT_ENDED]:
            del self._jobs[name]
