"""The engine of a Ray cluster: an actor for each job, as many as the cluster has room for."""

from __future__ import annotations

import contextlib
import io
import logging
import threading
import time

import zmq

from service.serving.engines.engine import Engine
from service.serving.engines.events import Event
from service.serving.engines.ray_actor import RayActor
from service.serving.engines.ray_cluster import join_cluster, worker_needs
from service.serving.engines.worker_handle import WorkerHandle
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.restarts import Restarts

STARTING = 8  # workers at most; those that find no room make a cluster that can grow do so
SPARE_SECONDS = 60.0  # until workers without a job give their places back to the cluster

log = logging.getLogger(__name__)


class RayEngine(Engine):
    """``painter``: where workers find their painter, see :func:`service.serving.engines.painter.
    load_painter`. ``context``: of the private socket. ``address``: of the cluster, see
    :func:`service.serving.engines.ray_cluster.join_cluster`, which raises InputError.
    ``gpus``: of each worker, see :func:`service.serving.engines.ray_cluster.worker_needs`.
    ``patience``: see WorkerHandle.
    """

    def __init__(
        self,
        painter: str,
        context: zmq.Context[zmq.Socket[bytes]],
        address: str | None,
        gpus: float | None,
        patience: float,
    ) -> None:
        super().__init__()
        self._painter, self._gpus, self._patience = painter, gpus, patience
        self._ray = join_cluster(address)
        # Ray prints pages about all that dies to standard output, which is the command line's.
        self._chatter = contextlib.ExitStack()
        self._chatter.enter_context(contextlib.redirect_stdout(_Nowhere()))
        self._bell, self._ringer = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        self._bell.bind("inproc://orbitex-ray")
        self._ringer.connect("inproc://orbitex-ray")
        self._ringing = threading.Lock()
        self._expected = 1  # somebody must say what can be painted at all
        self._last_device: list[str] = []
        self._restarts = Restarts()
        self._spare_since = 0.0  # there has been a job for each worker, last

    @property
    def devices(self) -> list[str]:
        """The devices of the workers that are ready; of the last one, if all have been ended."""
        return super().devices or self._last_device

    @property
    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What to poll for events."""
        return [self._bell]

    def expect(self, jobs: int) -> None:
        """So many jobs wait: workers are started for them, or ended."""
        self._expected = jobs if self._last_device else max(1, jobs)

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint, on a worker that has nothing to do."""
        super().paint(job, folder, frugal)
        log.info("on %s", self._painting(job)[0].name, extra={"job": job})

    def collect(self) -> list[Event]:
        """What has happened since the last call; also looks after the workers. Never waits."""
        with contextlib.suppress(zmq.Again):
            while True:
                self._bell.recv(zmq.NOBLOCK)
        return super().collect()

    def close(self) -> None:
        """End the workers, and the cluster if it was only for us."""
        super().close()
        self._ray.shutdown()
        self._chatter.close()
        with self._ringing:
            self._ringer.close(linger=0)
        self._bell.close(linger=0)

    def _ring(self) -> None:
        # From any thread: wakes the one that polls.
        with self._ringing, contextlib.suppress(zmq.ZMQError):  # closed, or has rung often enough
            self._ringer.send(b"", zmq.NOBLOCK)

    @property
    def _hopeless(self) -> bool:
        return self._restarts.hopeless and not any(worker.ready for worker in self._workers)

    def _is_ready(self, worker: WorkerHandle) -> None:
        log.info("%s is ready", worker.name)
        self._last_device = [worker.device]

    def _balance(self) -> list[Event]:
        """As many workers without a job as jobs without a worker; spare ones stay for a while."""
        now = time.monotonic()
        starting = [worker for worker in self._workers if not worker.ready]
        free = starting + [worker for worker in self._workers if worker.idle]
        spare = len(free) - self._expected
        if spare <= 0:
            self._spare_since = now
        elif now > self._spare_since + SPARE_SECONDS:
            for worker in free[:spare]:
                self._workers.remove(worker)
                worker.close()
        if self._restarts.due:
            for _ in range(min(-spare, STARTING - len(starting))):
                self._workers.append(self._new_worker())
        return []

    def _new_worker(self) -> RayActor:
        needs = worker_needs(self._ray, self._gpus)
        about = self._ray, self._painter, needs, self._ring
        return RayActor(*about, self._restarts, self._patience)


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)
