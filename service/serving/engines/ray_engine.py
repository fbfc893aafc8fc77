"""The engine of a Ray cluster: an actor for each job, as many as the cluster has room for."""

from __future__ import annotations

import contextlib
import io
import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import zmq

from service.serving.engines.engine import Event, Ready, WorkerDied
from service.serving.engines.ray_actor import RayActor
from service.serving.engines.ray_cluster import join_cluster, worker_needs
from service.serving.engines.ray_worker import Message
from service.serving.engines.worker_process import HOPELESS_STARTS, obituary, pause_after
from service.serving.jobs.job_folder import JobFolder

STARTING = 8  # workers at most; those that find no room make a cluster that can grow do so
SPARE_SECONDS = 60.0  # until workers without a job give their places back to the cluster

log = logging.getLogger(__name__)


class RayEngine:
    """An :class:`service.serving.engines.engine.Engine` with actors on a Ray cluster.

    ``painter``: where workers find their painter, see :func:`service.serving.engines.painter.
    load_painter`. ``context``: of the private socket. ``address``: of the cluster, see
    :func:`service.serving.engines.ray_cluster.join_cluster`, which raises InputError.
    ``gpus``: of each worker, see :func:`service.serving.engines.ray_cluster.worker_needs`.
    ``patience``: seconds without a message from a worker that has a job, until it is killed.
    """

    def __init__(
        self,
        painter: str,
        context: zmq.Context[zmq.Socket[bytes]],
        address: str | None,
        gpus: float | None,
        patience: float,
    ) -> None:
        self._painter, self._gpus, self._patience = painter, gpus, patience
        self._ray = join_cluster(address)
        # Ray prints pages about all that dies to standard output, which is the command line's.
        self._chatter = contextlib.ExitStack()
        self._chatter.enter_context(contextlib.redirect_stdout(_Nowhere()))
        self._news: queue.SimpleQueue[tuple[RayActor, Message | str]] = queue.SimpleQueue()
        self._bell, self._ringer = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        self._bell.bind("inproc://orbitex-ray")
        self._ringer.connect("inproc://orbitex-ray")
        self._ringing = threading.Lock()
        self._workers: list[RayActor] = []
        self._expected = 1  # somebody must say what can be painted at all
        self._last_device: list[str] = []
        self._starts_failed = 0
        self._start_at = 0.0
        self._spare_since = 0.0  # there has been a job for each worker, last

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
        """The devices of the workers that are ready; of the last one, if all were sent home."""
        ready = [worker.device for worker in self._workers if worker.ready]
        return ready or self._last_device

    @property
    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What to poll for events."""
        return [self._bell]

    def expect(self, jobs: int) -> None:
        """So many jobs wait: workers are started for them, or sent home."""
        self._expected = jobs if self._last_device else max(1, jobs)

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint, on a worker that has nothing to do."""
        worker = next(worker for worker in self._workers if worker.idle)
        log.info("on %s", worker.name, extra={"job": job})
        worker.paint(job, folder, frugal)

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame newer than step ``after``."""
        for worker in self._painting(job):
            worker.want(job, after, max_size)

    def adjust(self, job: str, adjustments: Sequence[Mapping[str, Any]]) -> None:
        """Change the recipe after the step that runs."""
        self._tell("adjust", job, adjustments=list(adjustments))

    def finish(self, job: str) -> None:
        """Ask for the result as it is after the step that runs."""
        self._tell("finish", job)

    def pause(self, job: str) -> None:
        """Ask for a checkpoint after the step that runs, and to let go of the job then."""
        self._tell("pause", job)

    def cancel(self, job: str) -> None:
        """Let go of a job. A worker that does not is killed."""
        for worker in self._painting(job):
            worker.cancel(job)

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the workers. Never waits."""
        with contextlib.suppress(zmq.Again):
            while True:
                self._bell.recv(zmq.NOBLOCK)
        events: list[Event] = []
        while not self._news.empty():
            worker, news = self._news.get()
            if worker not in self._workers:
                continue  # sent home
            event = self._bury(worker, news) if isinstance(news, str) else self._hear(worker, news)
            if event is not None:
                events.append(event)
        for worker in self._workers:
            if worker.hangs:
                log.warning("%s hangs: killed", worker.name, extra={"job": worker.job})
                worker.give_up()
        self._staff()
        return events

    def close(self) -> None:
        """End the workers, and the cluster if it was only for us."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        self._ray.shutdown()
        self._chatter.close()
        with self._ringing:
            self._ringer.close(linger=0)
        self._bell.close(linger=0)

    def _painting(self, job: str) -> list[RayActor]:
        return [worker for worker in self._workers if worker.job == job]

    def _tell(self, kind: str, job: str, **fields: Any) -> None:
        for worker in self._painting(job):
            worker.tell(kind, job, fields)

    def _post(self, worker: RayActor, news: Message | str) -> None:
        # From any thread: wakes the one that polls.
        self._news.put((worker, news))
        with self._ringing, contextlib.suppress(zmq.ZMQError):  # closed, or has rung often enough
            self._ringer.send(b"", zmq.NOBLOCK)

    def _hear(self, worker: RayActor, message: Message) -> Event | None:
        header, _ = message
        event = worker.take(message)
        if header["kind"] == "ready":
            log.info("%s is ready", worker.name)
            self._last_device, self._starts_failed = [worker.device], 0
            return Ready(worker.device, header["describe"])
        return event

    def _bury(self, worker: RayActor, reason: str) -> WorkerDied:
        self._workers.remove(worker)
        worker.close()
        if worker.hung:
            reason = "it hung and was killed"
        self._starts_failed = 0 if worker.ready else self._starts_failed + 1
        self._start_at = time.monotonic() + pause_after(self._starts_failed)
        hopeless = self._starts_failed >= HOPELESS_STARTS and not any(
            other.ready for other in self._workers
        )
        # Whether a system without memory has killed it, Ray does not say: it may have.
        killed = not worker.hung
        return WorkerDied(worker.job, obituary(reason, hopeless), killed, hopeless)

    def _staff(self) -> None:
        """As many workers without a job as jobs without a worker; spare ones stay for a while."""
        now = time.monotonic()
        starting = [worker for worker in self._workers if not worker.ready]
        free = starting + [worker for worker in self._workers if worker.idle]
        spare = len(free) - self._expected
        if spare <= 0:
            self._spare_since = now
        elif now > self._spare_since + SPARE_SECONDS:
            for worker in free[:spare]:
                self._send_home(worker)
        if now >= self._start_at:
            for _ in range(min(-spare, STARTING - len(starting))):
                self._workers.append(self._new_worker())

    def _new_worker(self) -> RayActor:
        needs = worker_needs(self._ray, self._gpus)
        return RayActor(self._ray, self._painter, needs, self._patience, self._post)

    def _send_home(self, worker: RayActor) -> None:
        self._workers.remove(worker)
        worker.close()


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)
