"""Jobs: what a client asked for, the states it goes through, and what comes of it. No files here:
:mod:`service.serving.jobs.ledger` keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, excerpt
from service.painting.steering import steered
from service.recipe.recipe import Recipe
from service.serving.protocol.wire import BufferSpec, WireError

OUT_OF_MEMORY = "out-of-memory"


class State(StrEnum):
    """Where a job stands. The first three may go on, the others are for good, but that a failed job
    can be tried again."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
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
        return cls(error.code, excerpt(error.field, 200), error.message, error.hint)

    def as_dict(self) -> dict[str, str]:
        """``{"code", "field", "message", "hint"}``."""
        return asdict(self)


@dataclass(frozen=True)
class StoredBuffer:
    """A buffer whose bytes are a blob: ``sha256`` of them, in hexadecimal digits."""

    spec: BufferSpec
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self.spec), "shape": list(self.spec.shape), "sha256": self.sha256}


@dataclass(frozen=True)
class Inputs:
    """What a client sent with ``submit``: cameras and buffers as on the wire. ``uploads``: buffers
    that it had sent before."""

    recipe: Recipe
    cameras: list[dict[str, Any]]
    buffers: Mapping[str, np.ndarray]
    uploads: tuple[StoredBuffer, ...] = ()


class KeptPaint(NamedTuple):
    """Paint of another ``job``, as bytes, and the region (H, W) uint8 of its picture that is
    painted anew, above 127 where; None: it is gone on from at a larger size."""

    data: bytes
    region: NDArray[np.uint8] | None
    job: str = ""


@dataclass(frozen=True)
class Result:
    """A finished texture, (H, W, 3) or (H, W, 4) uint8 sRGB, top row first, and its receipt."""

    texture: NDArray[np.uint8]
    receipt: dict[str, Any]


@dataclass(frozen=True)
class Submission:
    """What is known of a job's inputs without reading their buffers: ``submitted`` in seconds since
    1970; ``region``: of another job's picture that is painted anew, (H, W) uint8; ``enlarges``: the
    job whose picture is made larger."""

    recipe: Recipe
    submitted: float
    buffers: tuple[StoredBuffer, ...] = ()
    region: StoredBuffer | None = None
    enlarges: str | None = None


@dataclass(frozen=True)
class Standing:
    """How far a job is: all of it that changes.

    progress: as in a ``frame`` reply, None before the first step; fault: of a failed job; warning:
    why the last checkpoint could not be written; finish_wanted: it shall end with the best so far;
    frugal: it did not fit into memory and is painted with as little as it takes; saved: step of the
    last checkpoint, 0 before the first; deaths: workers that have died in it since then; outages:
    services that were killed while it ran since then; ended: when, in seconds since 1970;
    adjustments: fields of the recipe that were changed, time after time, see
    :func:`service.painting.steering.difference`; chosen: what "auto" was in fields of the recipe
    when it began, empty before the first step.
    """

    state: State = State.QUEUED
    progress: dict[str, Any] | None = None
    fault: Fault | None = None
    warning: Fault | None = None
    finish_wanted: bool = False
    frugal: bool = False
    saved: int = 0
    deaths: int = 0
    outages: int = 0
    ended: float | None = None
    adjustments: tuple[dict[str, Any], ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    def begun(self, recipe: Recipe) -> Recipe:
        """A recipe as submitted, with the network and precision that its job began with: whatever
        else comes to be at hand, it keeps them."""
        return steered(recipe, [self.chosen]) if self.chosen else recipe

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: Any) -> Standing:
        """The inverse of :meth:`as_dict`. Raises TypeError, KeyError or ValueError for anything
        else."""
        progress, fault, warning = data["progress"], data["fault"], data["warning"]
        if progress is not None:
            int(progress["step"])
        return cls(
            State(data["state"]),
            progress,
            None if fault is None else Fault(**fault),
            None if warning is None else Fault(**warning),
            bool(data["finish_wanted"]),
            bool(data["frugal"]),
            int(data["saved"]),
            int(data["deaths"]),
            int(data.get("outages", 0)),  # a service of before did not count them
            None if data["ended"] is None else float(data["ended"]),
            tuple(dict(changes) for changes in data["adjustments"]),
            dict(data.get("chosen", {})),  # a service of before did not choose
        )


class Job:
    """One picture on its way. Only :class:`service.serving.jobs.ledger.Ledger` moves
    ``standing``."""

    def __init__(self, name: str, submission: Submission, standing: Standing) -> None:
        self.name, self.submission, self.standing = name, submission, standing

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.standing.state

    @property
    def ended(self) -> bool:
        """Whether the job is finished, failed or cancelled."""
        return self.state in ENDED

    @property
    def may_go_on(self) -> bool:
        """Whether it may be painted yet; a failed one when it is tried again."""
        return self.state not in (State.FINISHED, State.CANCELLED)

    @property
    def may_be_repainted(self) -> bool:
        """Whether a part of its picture may be wanted anew, once it has one."""
        return self.state is not State.CANCELLED

    @property
    def blobs(self) -> tuple[StoredBuffer, ...]:
        """The buffers that it needs, or may need when it is repainted: no region any more then."""
        region = self.submission.region if self.may_go_on else None
        return self.submission.buffers if region is None else (*self.submission.buffers, region)

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return steered(self.standing.begun(self.submission.recipe), self.standing.adjustments)

    @property
    def step(self) -> int:
        """The last step known, 0 before the first."""
        return int(self.standing.progress["step"]) if self.standing.progress else 0
