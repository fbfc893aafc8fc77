"""The server: one ROUTER socket, many clients, one engine. It never waits for any of them."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import zmq

import service
from geometry.errors import InputError, unknown_name
from service.serving.addresses import open_socket
from service.serving.admission import Admission, admission_to
from service.serving.credits import Credit, Credits
from service.serving.engines import (
    Event,
    FrameDone,
    JobFailed,
    JobFinished,
    LocalEngine,
    Ready,
    Saved,
    WorkerDied,
)
from service.serving.jobs import Fault, Job, State
from service.serving.ledger import KEPT_ENDED, Ledger
from service.serving.news import job_row, job_sheet
from service.serving.painter import TORCH_PAINTER
from service.serving.preview import shrink
from service.serving.replies import Replies
from service.serving.requests import MAX_SIDE, MAX_STEP, read_job, read_submission, read_whole
from service.serving.wire import WireError, decode
from service.serving.wire_kinds import KINDS

TICK_MS = 200  # how long to sleep at most: clocks and the worker's health are looked at then
BATCH = 100  # requests answered before the engine is heard again
LAST_CHECKPOINT_SECONDS = 4.0  # for the job that runs when the service is told to stop

log = logging.getLogger(__name__)

Header = dict[str, Any]
Buffers = Mapping[str, np.ndarray]


class Server:
    """Answers requests on ``router`` and passes the jobs of ``ledger`` to ``engine``, until
    :meth:`stop`. ``admission``: who is heard; None: everybody who can connect."""

    def __init__(
        self,
        router: zmq.Socket[bytes],
        engine: LocalEngine,
        ledger: Ledger,
        admission: Admission | None = None,
    ) -> None:
        self._router, self._engine, self._jobs = router, engine, ledger
        self._admission = admission
        self._credits = Credits()
        self._replies = Replies(router, self._credits)
        self._ready: Ready | None = None
        self._no_worker: Fault | None = None
        self._waiting_for_ready: dict[bytes, Any] = {}  # client -> id of its describe
        self._last_heard = time.monotonic()
        self._stopping = False
        # Every kind of the wire has a method here: see the test that compares the two.
        self._handlers: dict[str, Callable[[bytes, Header, Buffers], Header | None]] = {
            kind: getattr(self, f"_on_{kind}") for kind in KINDS
        }

    def stop(self) -> None:
        """Make :meth:`run` return soon; safe to call from a signal handler."""
        self._stopping = True

    def run(self, idle_exit: float | None) -> None:
        """Serve until stopped, or until ``idle_exit`` seconds without a client and a job."""
        while not self._stopping:
            poller = zmq.Poller()
            poller.register(self._router, zmq.POLLIN)
            if self._engine.socket is not None:
                poller.register(self._engine.socket, zmq.POLLIN)
            poller.poll(TICK_MS)
            self._hear_clients()
            for event in self._engine.collect():
                self._take(event)
            self._dispatch()
            quiet = time.monotonic() - self._last_heard
            if idle_exit is not None and quiet > idle_exit and not self._jobs.active():
                log.info("nobody has asked for anything in %.0f s: exit", quiet)
                return
        self._settle()

    def _settle(self) -> None:
        # Jobs stay as they are: the next service goes on with them.
        told = Fault(
            "service-stopped",
            "job",
            "The service was told to stop.",
            "The job goes on when it is started again.",
        )
        for credit in self._credits.close_all():
            self._replies.send_fault(credit.client, credit.request, told)
        if self._engine.job is None:
            return
        self._engine.pause(self._engine.job)
        deadline = time.monotonic() + LAST_CHECKPOINT_SECONDS
        while self._engine.job is not None and time.monotonic() < deadline:
            if self._engine.socket is not None:
                self._engine.socket.poll(TICK_MS)
            for event in self._engine.collect():
                self._take(event)

    # --- from clients ---

    def _hear_clients(self) -> None:
        for _ in range(BATCH):
            try:
                client, *frames = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            if self._admission is not None and not self._admission.admits(client):
                continue  # revoked since it connected
            self._last_heard = time.monotonic()
            self._answer(client.bytes, [frame.buffer for frame in frames])

    def _answer(self, client: bytes, frames: list[memoryview]) -> None:
        # Whatever a client sends ends in a reply or in an error of one line.
        request: Any = None
        try:
            header, buffers = decode(frames)
            request = header.get("id")
            kind = header["kind"]
            if kind not in self._handlers:
                raise unknown_name("unknown-kind", "kind", kind[:40], KINDS)
            reply = self._handlers[kind](client, header, buffers)
            if reply is not None:
                self._replies.send(client, {"kind": kind, "id": request, **reply})
        except WireError as error:
            self._replies.send_fault(client, error.request_id, Fault.of(error))
        except InputError as error:
            self._replies.send_fault(client, request, Fault.of(error))
        except RecursionError:
            fault = Fault("bad-header", "header", "The header is nested too deeply.")
            self._replies.send_fault(client, request, fault)
        except Exception:
            log.exception("a request could not be answered")
            fault = Fault("internal", "kind", "A fault of the service.", "Its log says more.")
            self._replies.send_fault(client, request, fault)

    def _on_hello(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        device = self._ready.device if self._ready else "starting"
        return {"service": service.__version__, "device": device}

    def _on_describe(self, client: bytes, header: Header, buffers: Buffers) -> Header | None:
        if self._ready is not None:
            return self._ready.describe
        if self._no_worker is not None:
            raise InputError(**self._no_worker.as_dict())
        self._waiting_for_ready[client] = header.get("id")
        return None

    def _on_heartbeat(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        return {"jobs": len(self._jobs.active())}

    def _on_submit(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.add(read_submission(header, buffers))
        recipe = job.order.recipe
        log.info(
            "job %s queued: %s %.40a, %d px", job.name, recipe.target, recipe.group, recipe.size
        )
        return {"job": job.name}

    def _on_frame(self, client: bytes, header: Header, buffers: Buffers) -> None:
        job = self._jobs.find(read_job(header))
        after = read_whole(header, "after", -1, MAX_STEP, default=-1)
        max_size = read_whole(header, "max_size", 0, MAX_SIDE, default=0)
        credit = Credit(client, header.get("id"), job.name, after, max_size)
        if job.ended:
            self._send_last_frame(job, credit)
            return
        self._credits.put(credit)
        if job.state is State.RUNNING:
            self._engine.want(job.name, after, max_size)

    def _on_cancel(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        if not job.ended:
            self._jobs.cancel(job)
            if job.name == self._engine.job:
                self._engine.cancel(job.name)
            self._close(job)
        return {"job": job.name}

    def _on_pause(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        self._jobs.pause(job)
        if job.state is State.PAUSED:
            if job.name == self._engine.job:
                self._engine.pause(job.name)
            for credit in self._credits.take_all(job.name):
                self._replies.send_frame(job, credit, None)
        return {"job": job.name, "state": job.state}

    def _on_resume(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        self._jobs.resume(job)
        return {"job": job.name, "state": job.state}

    def _on_jobs(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        now = time.time()
        return {"jobs": [job_row(job, now) for job in self._jobs.all()]}

    def _on_attach(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        return job_sheet(self._jobs.find(read_job(header)))

    def _on_forget(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        if not job.ended:
            raise InputError("not-ended", "job", f"Job {job.name} is {job.state}.", "Cancel it.")
        self._jobs.forget(job)
        return {"job": job.name}

    def _on_finish(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        self._jobs.want_finish(job)
        if job.state is State.RUNNING:
            self._engine.finish(job.name)
        return {"job": job.name}

    def _on_result(self, client: bytes, header: Header, buffers: Buffers) -> None:
        job = self._jobs.find(read_job(header))
        result = self._jobs.result(job)
        reply = {"kind": "result", "id": header.get("id"), "job": job.name}
        self._replies.send(client, reply | {"receipt": result.receipt}, {"texture": result.texture})

    # --- from the engine ---

    def _take(self, event: Event) -> None:
        if isinstance(event, Ready):
            log.info("worker ready on %s", event.device)
            self._ready, self._no_worker = event, None
            for client, request in self._waiting_for_ready.items():
                self._replies.send(client, {"kind": "describe", "id": request, **event.describe})
            self._waiting_for_ready.clear()
        elif isinstance(event, WorkerDied):
            self._mourn(event)
        elif (job := self._jobs.get(event.job)) is None or job.ended:
            return  # cancelled while the message was on its way
        elif isinstance(event, FrameDone):
            self._jobs.advance(job, event.progress)
            for credit in self._credits.take(job.name, job.step, event.max_size):
                self._replies.send_frame(job, credit, event.pixels)
        elif isinstance(event, Saved):
            self._jobs.checkpoint(job, event.progress, event.warning)
            if event.warning is not None:
                log.warning("job %s: no checkpoint: %s", job.name, event.warning.message)
        elif isinstance(event, JobFinished):
            self._jobs.finish(job, event.result, event.progress)
            self._close(job)
        elif isinstance(event, JobFailed):
            self._fail(job, event.fault)

    def _mourn(self, event: WorkerDied) -> None:
        log.warning(event.fault.message)
        job = self._jobs.get(event.job) if event.job is not None else None
        if job is not None and not job.ended:
            self._jobs.mourn(job, event.fault)
            log.warning("job %s is %s", job.name, job.state)
            if job.ended:
                self._close(job)
        if event.hopeless:
            self._no_worker = event.fault
            for job in self._jobs.active():
                self._fail(job, event.fault)
            for client, request in self._waiting_for_ready.items():
                self._replies.send_fault(client, request, event.fault)
            self._waiting_for_ready.clear()

    def _dispatch(self) -> None:
        job = self._jobs.next_queued()
        if job is None or not self._engine.idle:
            return
        self._jobs.start(job)
        log.info("job %s running", job.name)
        self._engine.paint(job.name, self._jobs.folder(job))
        if job.standing.finish_wanted:
            self._engine.finish(job.name)
        for credit in self._credits.of_job(job.name):
            self._engine.want(job.name, credit.after, credit.max_size)

    def _fail(self, job: Job, fault: Fault) -> None:
        self._jobs.fail(job, fault)
        log.warning("job %s: %s: %.200a", job.name, fault.code, fault.message)
        self._close(job)

    def _close(self, job: Job) -> None:
        log.info("job %s %s after %d steps", job.name, job.state, job.step)
        for credit in self._credits.take_all(job.name):
            self._send_last_frame(job, credit)

    def _send_last_frame(self, job: Job, credit: Credit) -> None:
        pixels = None
        if job.state is State.FINISHED and job.step > credit.after:
            pixels = shrink(self._jobs.result(job).texture, credit.max_size)
        self._replies.send_frame(job, credit, pixels)


def serve(
    bind: str,
    idle_exit: float | None,
    announce: Callable[[str], None],
    data: Path,
    keep: int = KEPT_ENDED,
    painter: str = TORCH_PAINTER,
    keys: Path | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or ``idle_exit`` seconds (None: never) without client and job.

    ``bind``: as :func:`service.serving.addresses.endpoint_of` takes it. ``announce`` is
    called once, with "ready tcp://HOST:PORT", when the service listens; what happens to jobs is
    logged (loggers below ``service.serving``). ``data``, ``keep``: where jobs are, and how many
    that have ended, see :class:`service.serving.ledger.Ledger`. ``painter``: see
    :func:`service.serving.painter.load_painter`. ``keys``: see
    :func:`service.serving.admission.admission_to`. For the main thread of a process.
    Raises InputError if it cannot listen there, or cannot have the folder.
    """
    with ExitStack() as closing:
        context = closing.enter_context(zmq.Context())
        admission = admission_to(bind, keys, context)
        if admission is not None:
            closing.callback(admission.close)
        router, address = open_socket(bind, context, admission.guard if admission else None)
        closing.callback(router.close)
        ledger = Ledger(data, keep)
        closing.callback(ledger.close)
        engine = LocalEngine(painter, context)
        closing.callback(engine.close)
        server = Server(router, engine, ledger, admission)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        announce(f"ready {address}")
        server.run(idle_exit)
