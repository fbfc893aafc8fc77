"""Retries: what becomes of a job whose worker, service or memory fails it. From one standing to the
next, without files; :mod:`service.serving.jobs.ledger` keeps them.

Each time it goes on from its last checkpoint. Deaths count until there is a newer one: a job of
many days outlives any number that lie apart, and none is tried for ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from service.serving.jobs.job import Fault, Standing, State

WORKER_TRIES = 2
SERVICE_TRIES = 5  # more: other jobs, people and the power end a service, too


def saved(standing: Standing, progress: dict[str, Any], warning: Fault | None) -> Standing:
    """A checkpoint was written, or with a ``warning`` could not be."""
    step = standing.saved if warning else int(progress["step"])
    standing = replace(standing, progress=progress, warning=warning)
    if step <= standing.saved:  # the same once more is no progress
        return replace(standing, saved=step)
    return replace(standing, saved=step, deaths=0, outages=0)


def worker_died(standing: Standing, fault: Fault, killed: bool) -> Standing:
    """``killed``: by force, which a system without memory does, so it is then tried with less."""
    standing = replace(standing, state=State.QUEUED, deaths=standing.deaths + 1)
    if standing.deaths < WORKER_TRIES:
        return standing
    return out_of_memory(standing, fault) if killed else _failed(standing, fault)


def service_died(standing: Standing) -> Standing:
    """The service was killed with all its workers, which a system without memory may do, too."""
    standing = replace(standing, state=State.QUEUED, outages=standing.outages + 1)
    if standing.outages < SERVICE_TRIES:
        return standing
    fault = Fault(
        "worker-died",
        "job",
        f"The service was killed {standing.outages} times while it painted this job.",
        "Its log or the system's may say why. Resume it, or submit it again at a smaller size.",
    )
    return out_of_memory(standing, fault)


def out_of_memory(standing: Standing, fault: Fault) -> Standing:
    """It did not fit into memory: it is tried with less, then fails. What rests goes on resting."""
    if standing.frugal:
        return _failed(standing, fault)
    state = State.PAUSED if standing.state is State.PAUSED else State.QUEUED
    return replace(standing, state=state, frugal=True)


def resumed(standing: Standing) -> Standing:
    """Somebody wants it tried again."""
    return replace(standing, state=State.QUEUED, fault=None, deaths=0, outages=0)


def _failed(standing: Standing, fault: Fault) -> Standing:
    return replace(standing, state=State.FAILED, fault=fault)
