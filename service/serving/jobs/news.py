"""What a client is told of a job: the headers of replies. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.serving.jobs.job import OUT_OF_MEMORY, Fault, Job

FRUGAL = Fault(
    OUT_OF_MEMORY,
    "size",
    "The job did not fit into memory: it is painted looking at one view at a time.",
    "It takes longer; the picture is the same but for rounding.",
)


def job_news(job: Job) -> dict[str, Any]:
    """Of a ``frame`` reply."""
    fault = job.standing.fault
    return {
        "job": job.name,
        "state": job.state,
        "progress": job.standing.progress,
        "error": fault.as_dict() if fault else None,
    }


def job_sheet(job: Job, log: Sequence[str]) -> dict[str, Any]:
    """Of an ``attach`` reply. ``log``: the last lines of the job's log."""
    warning = job.standing.warning or (FRUGAL if job.standing.frugal else None)
    return {
        **job_news(job),
        "recipe": job.recipe.model_dump(mode="json"),
        "warning": warning.as_dict() if warning else None,
        "log": list(log),
    }


def job_row(job: Job, now: float) -> dict[str, Any]:
    """One of a ``jobs`` reply, short: there may be thousands. ``now``: seconds since 1970."""
    recipe, progress = job.submission.recipe, job.standing.progress or {}
    return {
        "job": job.name,
        "state": job.state,
        "target": recipe.target,
        "group": recipe.group,
        "size": recipe.size,
        "step": progress.get("step"),
        "steps": progress.get("steps"),
        "age": round(max(0.0, now - job.submission.submitted), 1),
    }
