"""The engine of one machine: a worker process for each device, so that what happens to one leaves
the others alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import zmq

from service.serving.engines.engine import Event, Ready, WorkerDied
from service.serving.engines.worker_process import WorkerProcess
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.socket_folder import sweep


class LocalEngine:
    """An :class:`service.serving.engines.engine.Engine` with processes on this machine.

    ``painter``: where workers find their painter, see :func:`service.serving.engines.painter.
    load_painter`. ``context``: of the private sockets. ``devices``: one worker for each; none: the
    first worker says which there are. ``patience``: see WorkerProcess.
    """

    def __init__(
        self,
        painter: str,
        context: zmq.Context[zmq.Socket[bytes]],
        devices: Sequence[str],
        patience: float,
    ) -> None:
        self._painter, self._context, self._patience = painter, context, patience
        self._told = bool(devices)
        sweep()
        self._workers = [self._worker(device) for device in devices or ("",)]

    def _worker(self, device: str) -> WorkerProcess:
        return WorkerProcess(self._painter, device, self._context, self._patience)

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

    def expect(self, jobs: int) -> None:
        """There are as many workers as devices, whatever comes."""

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint, on the first device that has nothing to do."""
        worker = next(worker for worker in self._workers if worker.idle)
        worker.paint(job, folder, frugal)

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame newer than step ``after``."""
        for worker in self._painting(job):
            worker.want(job, after, max_size)

    def adjust(self, job: str, adjustments: Sequence[Mapping[str, Any]]) -> None:
        """Change the recipe after the step that runs; those that had their effect are left out."""
        for worker in self._painting(job):
            worker.tell("adjust", job, {"adjustments": list(adjustments)})

    def finish(self, job: str) -> None:
        """Ask for the result as it is after the step that runs."""
        for worker in self._painting(job):
            worker.tell("finish", job)

    def pause(self, job: str) -> None:
        """Ask for a checkpoint after the step that runs, and to let go of the job then."""
        for worker in self._painting(job):
            worker.tell("pause", job)

    def cancel(self, job: str) -> None:
        """Let go of a job. A worker that does not is killed."""
        for worker in self._painting(job):
            worker.cancel(job)

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the processes. Never waits."""
        events: list[Event] = []
        for worker in tuple(self._workers):
            for event in worker.collect():
                if isinstance(event, Ready):
                    self._staff(worker.devices)
                elif isinstance(event, WorkerDied) and event.hopeless:
                    event = dataclasses.replace(event, hopeless=self._hopeless)
                events.append(event)
        return events

    def close(self) -> None:
        """End the workers and whatever they do."""
        for worker in self._workers:
            worker.close()

    def _painting(self, job: str) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker.job == job]

    def _staff(self, devices: Sequence[str]) -> None:
        # One worker has said which devices this machine has: the others get theirs.
        if not self._told:
            self._told = True
            self._workers += [self._worker(device) for device in devices[1:]]

    @property
    def _hopeless(self) -> bool:
        return all(worker.hopeless for worker in self._workers)
