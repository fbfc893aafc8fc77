"""The server: one ROUTER socket, many clients, one engine. It never waits for any of them."""

from __future__ import annotations

import logging
import time
from typing import Any

import zmq

from geometry.errors import InputError
from service.serving.admission import Admission
from service.serving.encoder import Encoder
from service.serving.engines.engine import Engine
from service.serving.engines.events import (
    Event,
    FrameDone,
    JobFailed,
    JobFinished,
    Ready,
    Saved,
    Stepped,
    WorkerDied,
)
from service.serving.handlers import Handlers
from service.serving.jobs.job import OUT_OF_MEMORY, Fault, Job, State
from service.serving.jobs.job_log import log_tail
from service.serving.jobs.ledger import Ledger
from service.serving.protocol.wire import LIMITS, Limits
from service.serving.router import Inbox, Replies
from service.serving.surveyor import Surveyor
from service.serving.watchers import Watchers

FOLDER_SECONDS = 1.0  # from one look at the folder of jobs to the next
TICK_MS = 200  # how long to sleep at most: clocks and the worker's health are looked at then
BATCH = 100  # requests answered before the engine is heard again
LAST_CHECKPOINT_SECONDS = 3.5  # for jobs that run when the service is told to stop; all ends in 5

log = logging.getLogger(__name__)


class Server:
    """Answers requests on ``router``, passes the jobs of ``ledger`` to ``engine`` and questions
    about networks to ``surveyor``, until :meth:`stop`. ``admission``: who is heard; None: everybody
    who can connect. ``limits``: of one message."""

    def __init__(
        self,
        router: zmq.Socket[bytes],
        engine: Engine,
        ledger: Ledger,
        surveyor: Surveyor,
        admission: Admission | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._router, self._engine, self._jobs = router, engine, ledger
        self._surveyor, self._admission = surveyor, admission
        self._inbox = Inbox(router, limits.buffers + 2)  # the header, and one too many
        replies, self._encoder = Replies(router), Encoder()
        self._watchers = Watchers(replies, ledger, self._encoder)
        self._handlers = Handlers(replies, self._watchers, ledger, engine, surveyor, limits)
        self._last_heard = time.monotonic()
        self._look_at = 0.0  # when to look at the folder of jobs
        self._stopping = False

    def stop(self) -> None:
        """Make :meth:`run` return soon; safe to call from a signal handler."""
        self._stopping = True

    def run(self, idle_exit: float | None) -> None:
        """Serve until stopped, or until ``idle_exit`` seconds without a client and a job. Raises
        InputError("data-lost") if the folder of jobs is not there any more: nothing is written
        then."""
        while not self._stopping:
            self._look_at_folder()
            sockets = (*self._engine.sockets, *self._surveyor.sockets)
            _wait_for(self._router, self._encoder.waker, *sockets)
            self._watchers.collect()
            self._surveyor.collect()
            self._hear_clients()
            for event in self._engine.collect():
                self._take(event)
            self._dispatch()
            quiet = time.monotonic() - self._last_heard
            if idle_exit is not None and quiet > idle_exit and not self._jobs.active():
                log.info("nobody has asked for anything in %.0f s: exit", quiet)
                return
        self._settle()

    def _look_at_folder(self) -> None:
        if (now := time.monotonic()) < self._look_at:
            return
        self._look_at = now + FOLDER_SECONDS
        try:
            self._jobs.check()
        except InputError as error:
            log.error("%s", error)
            self._watchers.dismiss(Fault.of(error))
            raise

    def _settle(self) -> None:
        # The next service goes on with the jobs that run.
        told = Fault(
            "service-stopped",
            "job",
            "The service was told to stop.",
            "The job goes on when it is started again.",
        )
        self._watchers.dismiss(told)
        for job in self._engine.jobs:
            self._engine.pause(job)
        deadline = time.monotonic() + LAST_CHECKPOINT_SECONDS
        while self._engine.jobs and time.monotonic() < deadline:
            _wait_for(*self._engine.sockets)
            for event in self._engine.collect():
                self._take(event)
        self._jobs.requeue()

    # --- from clients ---

    def _hear_clients(self) -> None:
        for _ in range(BATCH):
            message = self._inbox.receive()
            if message is None:
                return
            client, *frames = message
            if self._admission is not None and not self._admission.admits(client):
                continue  # revoked since it connected
            self._last_heard = time.monotonic()
            self._handlers.answer(client.bytes, [frame.buffer for frame in frames])

    # --- from the engine ---

    def _take(self, event: Event) -> None:
        if isinstance(event, Ready):
            log.info("worker ready on %s", event.device)
            self._handlers.open(event.describe)
        elif isinstance(event, WorkerDied):
            self._worker_died(event)
        elif (job := self._jobs.get(event.job)) is None:
            return  # forgotten while the message was on its way
        elif job.ended:
            self._jobs.clear(job)  # cancelled while the worker wrote
        elif isinstance(event, Stepped):
            self._jobs.advance(job, event.progress)
            self._want_frames(job)
        elif isinstance(event, FrameDone):
            self._jobs.advance(job, event.progress)
            self._watchers.show(job, event.max_size, event.pixels)
            self._want_frames(job)
        elif isinstance(event, Saved):
            self._jobs.checkpoint(job, event.progress, event.warning)
            if event.warning is not None:
                log.warning("has no checkpoint: %s", event.warning.message, extra={"job": job.name})
        elif isinstance(event, JobFinished):
            self._jobs.finish(job, event.result, event.progress)
            self._close(job)
        elif isinstance(event, JobFailed) and event.fault.code == OUT_OF_MEMORY:
            self._jobs.out_of_memory(job, event.fault)
            self._say_state(job, event.fault)
        elif isinstance(event, JobFailed):
            self._fail(job, event.fault)

    def _worker_died(self, event: WorkerDied) -> None:
        log.warning(event.fault.message, extra={"job": event.job})
        job = self._jobs.get(event.job) if event.job is not None else None
        if job is not None:
            self._jobs.clear(job)
        if job is not None and not job.ended:
            self._jobs.worker_died(job, event.fault, event.killed)
            self._say_state(job, event.fault)
        if event.hopeless:
            for job in self._jobs.active():
                self._fail(job, event.fault)
            self._handlers.close(event.fault)

    def _dispatch(self) -> None:
        self._engine.expect(self._jobs.queued)
        while self._engine.room:
            # A job that was paused and resumed at once waits until its worker has let go of it.
            job = self._jobs.next_queued(self._engine.jobs)
            if job is None:
                return
            self._jobs.start(job)
            log.info("running", extra={"job": job.name})
            self._engine.paint(job.name, self._jobs.folder(job), job.standing.frugal)
            if job.standing.adjustments:
                self._engine.adjust(job.name, job.standing.adjustments)
            if job.standing.finish_wanted:
                self._engine.finish(job.name)
            self._want_frames(job)

    def _want_frames(self, job: Job) -> None:
        for credit in self._watchers.waiting(job):
            self._engine.want(job.name, credit.after, credit.max_size)

    def _fail(self, job: Job, fault: Fault) -> None:
        self._jobs.fail(job, fault)
        self._say_state(job, fault)

    def _say_state(self, job: Job, fault: Fault) -> None:
        about = {"job": job.name}
        log.warning("%s: %s: %.200s", job.state, fault.code, fault.message, extra=about)
        if job.state is State.FAILED:
            for line in log_tail(self._jobs.folder(job).log):
                log.warning("| %.200s", line, extra=about)
        if job.ended:
            self._close(job)

    def _close(self, job: Job) -> None:
        log.info("%s after %d steps", job.state, job.step, extra={"job": job.name})
        self._watchers.close(job)


def _wait_for(*sockets: Any) -> None:
    """Until one of them has something to be read, at most for a tick."""
    poller = zmq.Poller()
    for socket in sockets:
        poller.register(socket, zmq.POLLIN)
    poller.poll(TICK_MS)
