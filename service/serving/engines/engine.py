"""Where jobs are painted. The server hands jobs to an engine and collects what has happened to
them: :mod:`service.serving.engines.local_engine` has processes on this machine,
:mod:`service.serving.engines.ray_engine` actors on a cluster. All but where workers come from is
here."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import zmq

from service.serving.engines.events import Event, Ready, WorkerDied
from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.jobs.job import Fault
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.restarts import Restarts

log = logging.getLogger(__name__)


class Engine(ABC):
    """Paints jobs, as many at a time as it has room for. Nothing here waits."""

    def __init__(self) -> None:
        self._workers: list[WorkerHandle] = []

    @property
    def room(self) -> bool:
        """Whether a job would be taken now."""
        return any(worker.idle for worker in self._workers)

    @property
    def jobs(self) -> list[str]:
        """The jobs that workers have, or have not let go of yet."""
        return [worker.job for worker in self._workers if worker.job is not None]

    @property
    def devices(self) -> list[str]:
        """The devices of the workers that are ready."""
        return [worker.device for worker in self._workers if worker.ready]

    @property
    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What to poll for events; others after each restart of a worker."""
        return [worker.socket for worker in self._workers if worker.socket is not None]

    @abstractmethod
    def expect(self, jobs: int) -> None:
        """Be told how many jobs wait: an engine that can grow, and shrink, does."""

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint; only when there is :attr:`room`. All it needs
        is in the folder, and what comes of it goes there. ``frugal``: with as little memory as it
        takes."""
        next(worker for worker in self._workers if worker.idle).paint(job, folder, frugal)

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame newer than step ``after``, if the worker does not know that yet. It
        may be too much for it: ask again after its next word."""
        for worker in self._painting(job):
            worker.want(after, max_size)

    def adjust(self, job: str, adjustments: Sequence[Mapping[str, Any]]) -> None:
        """Change the recipe after the step that runs. ``adjustments``: all of the job's; those that
        have had their effect are left out."""
        for worker in self._painting(job):
            worker.tell("adjust", adjustments=list(adjustments))

    def finish(self, job: str) -> None:
        """Ask for the result as it is after the step that runs."""
        for worker in self._painting(job):
            worker.tell("finish")

    def pause(self, job: str) -> None:
        """Ask for a checkpoint after the step that runs, and to let go of the job then."""
        for worker in self._painting(job):
            worker.tell("pause")

    def cancel(self, job: str) -> None:
        """Let go of a job. A worker that does not is killed."""
        for worker in self._painting(job):
            worker.cancel()

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the workers."""
        events: list[Event] = []
        for worker in tuple(self._workers):
            ended = worker.ended()  # first: it may have sent its last result just before
            events += self._heard(worker)
            if ended is not None:
                self._workers.remove(worker)
                worker.close()
                if worker.hung:
                    ended = Ended("it hung and was killed", killed=False)
                events.append(self._died(worker.job, ended, worker.restarts, worker.ready))
            elif worker.hangs:
                log.warning("%s hangs: killed", worker.name, extra={"job": worker.job})
                worker.give_up()
        return events + self._balance()

    def close(self) -> None:
        """End the workers and whatever they do."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def _painting(self, job: str) -> list[WorkerHandle]:
        return [worker for worker in self._workers if worker.job == job]

    def _heard(self, worker: WorkerHandle) -> list[Event]:
        events: list[Event] = []
        for message in worker.messages():
            try:
                event = worker.take(message)
            except KeyError as error:
                log.warning("a message that no worker sends was dropped: %s", error)
                continue
            if isinstance(event, Ready):
                worker.restarts.failed = 0
                self._is_ready(worker)
            if event is not None:
                events.append(event)
        return events

    def _died(
        self, job: str | None, ended: Ended, restarts: Restarts, ready: bool = False
    ) -> WorkerDied:
        restarts.ended(ready)
        fault = worker_fault(ended.reason, restarts.hopeless)
        return WorkerDied(job, fault, ended.killed, self._hopeless)

    @property
    @abstractmethod
    def _hopeless(self) -> bool:
        """Whether no worker has been ready for several starts."""

    @abstractmethod
    def _is_ready(self, worker: WorkerHandle) -> None:
        """A worker has said so."""

    @abstractmethod
    def _balance(self) -> list[Event]:
        """Start workers that are missing, and end those that are too many; what failed."""


def worker_fault(reason: str, hopeless: bool) -> Fault:
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
