"""Reports: what a worker says of its job, as the engine's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from service.serving.engines.engine import Event, FrameDone, JobFailed, JobFinished, Saved, Stepped
from service.serving.jobs.job import Fault, Result

PARTING = ("finished", "failed", "stopped")  # the worker has let go of its job


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
