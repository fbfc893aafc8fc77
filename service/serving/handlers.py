"""Handlers: what each kind of request does, and its answer. One method a kind."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import service
from geometry.errors import InputError, unknown_name
from service.serving.engines.engine import Engine
from service.serving.jobs.job import Fault, State
from service.serving.jobs.job_log import log_tail
from service.serving.jobs.ledger import Ledger
from service.serving.jobs.news import job_row, job_sheet
from service.serving.protocol.encodings import ENCODINGS
from service.serving.protocol.messages import KINDS
from service.serving.protocol.wire import LIMITS, Limits, WireError, decode
from service.serving.questions import Answer, read_question
from service.serving.requests import (
    MAX_SEED,
    MAX_SIDE,
    MAX_STEP,
    read_changes,
    read_chunk,
    read_digests,
    read_encoding,
    read_job,
    read_region,
    read_submission,
    read_whole,
)
from service.serving.router import Replies
from service.serving.surveyor import Surveyor
from service.serving.watchers import MAX_OPEN, Credit, Watchers

log = logging.getLogger(__name__)

Header = dict[str, Any]
Buffers = Mapping[str, np.ndarray]


class Handlers:
    """Answers requests about the jobs of ``ledger``, which ``engine`` paints, and about networks,
    into which ``surveyor`` looks, through ``replies`` and ``watchers``."""

    def __init__(
        self,
        replies: Replies,
        watchers: Watchers,
        ledger: Ledger,
        engine: Engine,
        surveyor: Surveyor,
        limits: Limits = LIMITS,
    ) -> None:
        self._replies, self._watchers = replies, watchers
        self._jobs, self._engine, self._limits = ledger, engine, limits
        self._surveyor = surveyor
        self._description: Header | None = None  # the body of describe's reply
        self._no_worker: Fault | None = None
        self._curious: dict[bytes, Any] = {}  # client -> id of its describe, unanswered
        # Every kind of the wire has a method here: see the test that compares the two.
        self._handlers: dict[str, Callable[[bytes, Header, Buffers], Header | None]] = {
            kind: getattr(self, f"_on_{kind}") for kind in KINDS
        }

    def open(self, description: Header) -> None:
        """A worker is ready: from now on ``describe`` has an answer."""
        self._description, self._no_worker = description, None
        for client, request in self._curious.items():
            self._replies.send(client, {"kind": "describe", "id": request, **description})
        self._curious.clear()

    def close(self, fault: Fault) -> None:
        """No worker can be had: ``describe`` is answered with the reason until one is."""
        self._no_worker = fault
        for client, request in self._curious.items():
            self._replies.send_fault(client, request, fault)
        self._curious.clear()

    def answer(self, client: bytes, frames: list[memoryview]) -> None:
        """Whatever a client sends ends in a reply or in an error of one line."""
        request: Any = None
        try:
            header, buffers = decode(frames, self._limits)
            request = header.get("id")
            kind = header["kind"]
            if kind not in self._handlers:
                raise unknown_name("unknown-kind", "kind", kind[:40], KINDS)
            reply = self._handlers[kind](client, header, buffers)
            if reply is not None:
                self._replies.send(client, {"kind": kind, "id": request, **reply})
        except WireError as error:
            known = error.request_id if request is None else request
            self._replies.send_fault(client, known, Fault.of(error))
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
        device = ", ".join(self._engine.devices) or "starting"
        return {"service": service.__version__, "device": device, "encodings": list(ENCODINGS)}

    def _on_describe(self, client: bytes, header: Header, buffers: Buffers) -> Header | None:
        if self._description is not None:
            return self._description
        if self._no_worker is not None:
            raise InputError(**self._no_worker.as_dict())
        self._curious[client] = header.get("id")
        if len(self._curious) > MAX_OPEN:  # clients that have gone, most of them
            del self._curious[next(iter(self._curious))]
        return None

    def _on_network(self, client: bytes, header: Header, buffers: Buffers) -> None:
        self._ask("network", client, header, buffers)

    def _on_channel(self, client: bytes, header: Header, buffers: Buffers) -> None:
        self._ask("channel", client, header, buffers)

    def _on_survey(self, client: bytes, header: Header, buffers: Buffers) -> None:
        self._ask("survey", client, header, buffers)

    def _ask(self, kind: str, client: bytes, header: Header, buffers: Buffers) -> None:
        request = header.get("id")

        def reply(said: Answer | Fault) -> None:
            if isinstance(said, Fault):
                self._replies.send_fault(client, request, said)
            else:
                about = {"kind": kind, "id": request, **said.fields}
                self._replies.send(client, about, said.buffers)

        self._surveyor.ask(read_question(kind, header, buffers), client, reply)

    def _on_heartbeat(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        return {"jobs": len(self._jobs.active())}

    def _on_submit(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.add(read_submission(header, buffers))
        recipe = job.order.recipe
        log.info(
            "queued: %s %.40s, %d px",
            *(recipe.target, recipe.group, recipe.size),
            extra={"job": job.name, "client": client.hex()},
        )
        return {"job": job.name}

    def _on_have(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        return {"received": [self._jobs.blobs.received(digest) for digest in read_digests(header)]}

    def _on_upload(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        chunk = read_chunk(header, buffers)
        return {
            "received": self._jobs.blobs.append(chunk.sha256, chunk.offset, chunk.size, chunk.data)
        }

    def _on_frame(self, client: bytes, header: Header, buffers: Buffers) -> None:
        job = self._jobs.find(read_job(header))
        after = read_whole(header, "after", -1, MAX_STEP, default=-1)
        max_size = read_whole(header, "max_size", 0, MAX_SIDE, default=0)
        encoding = read_encoding(header)
        credit = Credit(client, header.get("id"), job.name, after, max_size, encoding)
        if job.ended:
            self._watchers.show_last(job, credit)
            return
        self._watchers.wait(credit)
        if job.state is State.RUNNING:
            self._engine.want(job.name, after, max_size)

    def _on_adjust(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        before = job.standing.adjustments
        self._jobs.adjust(job, read_changes(header))
        # A worker that is busy keeps all that it is told: never the same twice.
        if job.state is State.RUNNING and job.standing.adjustments != before:
            self._engine.adjust(job.name, job.standing.adjustments)
        recipe = job.recipe.model_dump(mode="json")
        return {"job": job.name, "state": job.state, "recipe": recipe}

    def _on_repaint(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        seed = read_whole(header, "seed", 0, MAX_SEED, default=-1)
        new = self._jobs.repaint(job, seed, read_region(header, buffers))
        log.info("queued: repaints %s", job.name, extra={"job": new.name, "client": client.hex()})
        return {"job": new.name}

    def _on_cancel(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        if not job.ended:
            self._jobs.cancel(job)
            self._engine.cancel(job.name)
            self._watchers.close(job)
            log.info("%s after %d steps", job.state, job.step, extra={"job": job.name})
        return {"job": job.name}

    def _on_pause(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        before = job.state
        self._jobs.pause(job)
        if job.state is State.PAUSED and before is not State.PAUSED:
            self._engine.pause(job.name)
            self._watchers.tell(job)
        return {"job": job.name, "state": job.state}

    def _on_resume(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        self._jobs.resume(job)
        return {"job": job.name, "state": job.state}

    def _on_jobs(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        now = time.time()
        return {"jobs": [job_row(job, now) for job in self._jobs.all()]}

    def _on_attach(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        return job_sheet(job, log_tail(self._jobs.folder(job).log))

    def _on_forget(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        if not job.ended:
            raise InputError("not-ended", "job", f"Job {job.name} is {job.state}.", "Cancel it.")
        self._jobs.forget(job)
        return {"job": job.name}

    def _on_finish(self, client: bytes, header: Header, buffers: Buffers) -> Header:
        job = self._jobs.find(read_job(header))
        told = job.standing.finish_wanted and job.state is State.RUNNING
        self._jobs.want_finish(job)
        if job.state is State.RUNNING and not told:
            self._engine.finish(job.name)
        return {"job": job.name}

    def _on_result(self, client: bytes, header: Header, buffers: Buffers) -> None:
        job = self._jobs.find(read_job(header))
        result = self._jobs.result(job)
        reply = {"kind": "result", "id": header.get("id"), "job": job.name}
        self._replies.send(client, reply | {"receipt": result.receipt}, {"texture": result.texture})
