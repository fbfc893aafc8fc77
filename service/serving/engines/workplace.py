"""What a worker has around it: a channel to the server and the folder of its job. On this machine
they are a socket and files (:mod:`service.serving.engines.worker`,
:mod:`service.serving.jobs.job_folder`), on a cluster they are queues of messages
(:mod:`service.serving.engines.ray_worker`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from service.painting.steering import Adjustment, Steering
from service.runs.record import Record
from service.serving.jobs.job import Inputs, KeptPaint, Result, Standing
from service.whole_files import Pieces

Message = tuple[dict[str, Any], dict[str, np.ndarray]]  # header and buffers


class Channel(Protocol):
    """The worker's end of what joins it and the server."""

    def send(
        self, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Send without waiting."""
        ...

    def receive(self) -> Message:
        """Wait for a message."""
        ...

    def pending(self) -> bool:
        """Whether a message is there."""
        ...


class Folder(Protocol):
    """The files of one job, as far as a worker needs them. What writes raises
    InputError("not-saved"), what reads InputError("damaged-job")."""

    def read_inputs(self) -> Inputs:
        """All of the inputs."""
        ...

    def read_standing(self) -> Standing:
        """How far the job is."""
        ...

    def read_steering(self) -> list[Adjustment]:
        """How the painting was steered until now."""
        ...

    def write_steering(self, steering: Steering) -> None:
        """Keep how the painting was steered."""
        ...

    def read_checkpoint(self) -> bytes | memoryview | None:
        """The last checkpoint, None before the first."""
        ...

    def write_checkpoint(self, data: Pieces) -> None:
        """Keep a checkpoint instead of the last one."""
        ...

    def read_kept(self) -> KeptPaint | None:
        """Paint of another job, if it goes on from such."""
        ...

    def write_paint(self, data: Pieces) -> None:
        """Keep what is on the canvas instead of what was there before."""
        ...

    def write_result(self, result: Result) -> None:
        """Keep the result."""
        ...

    def read_record(self) -> Record | None:
        """The record of what was painted before; None before the first step."""
        ...

    def write_report(self, name: str, data: bytes) -> None:
        """Keep a file of the job's report. Called on a thread beside the painting."""
        ...
