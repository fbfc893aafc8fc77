"""Handlers: what each kind of request does, and its answer. One method a kind."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

import service
from geometry.errors import InputError, unknown_name
from service.finisher import with_steps
from service.serving.engines.engine import Engine
from service.serving.jobs.intake import check_paint, read_region, read_submission
from service.serving.jobs.job import Fault, State
from service.serving.jobs.job_log import log_tail
from service.serving.jobs.ledger import Ledger
from service.serving.jobs.news import job_row, job_sheet
from service.serving.protocol import job_messages, new_job_messages, service_messages
from service.serving.protocol.encodings import ENCODINGS
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.wire import CHUNK_BYTES, LIMITS, Limits, WireError, decode
from service.serving.router import Replies
from service.serving.surveyor import Answer, Question, Surveyor, read_pictures, read_question
from service.serving.watchers import MAX_OPEN, Credit, Watchers

log = logging.getLogger(__name__)

Fields = dict[str, Any]
Buffers = Mapping[str, np.ndarray]


class Asker(NamedTuple):
    """Who has asked, and the id to answer with."""

    client: bytes
    request: Any


class Handlers:
    """Answers requests about the jobs of ``ledger``, which ``engine`` paints, and about networks
    and meshes, into which ``surveyor`` looks, through ``replies`` and ``watchers``."""

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
        self._description: Fields | None = None  # the body of describe's reply
        self._no_worker: Fault | None = None
        self._undescribed: dict[bytes, Any] = {}  # client -> id of its describe, unanswered
        # Every kind of the wire has a method here: see the test that compares the two.
        self._handlers: dict[str, Callable[[Asker, Any, Buffers], Fields | None]] = {
            kind: getattr(self, f"_on_{kind}") for kind in KINDS
        }

    def open(self, description: Fields) -> None:
        """A worker is ready: from now on ``describe`` has an answer."""
        self._description, self._no_worker = description, None
        for client, request in self._undescribed.items():
            self._replies.send(client, {"kind": "describe", "id": request, **description})
        self._undescribed.clear()

    def close(self, fault: Fault) -> None:
        """No worker can be had: ``describe`` is answered with the reason until one is."""
        self._no_worker = fault
        for client, request in self._undescribed.items():
            self._replies.send_fault(client, request, fault)
        self._undescribed.clear()

    def answer(self, client: bytes, frames: list[memoryview]) -> None:
        """Whatever a client sends ends in a reply or in an error of one line."""
        number: Any = None
        try:
            header, buffers = decode(frames, self._limits)
            number, kind = header.get("id"), header["kind"]
            if kind not in self._handlers:
                raise unknown_name("unknown-kind", "kind", kind[:40], KINDS)
            request = KINDS[kind](**header)
            reply = self._handlers[kind](Asker(client, number), request, buffers)
            if reply is not None:
                self._replies.send(client, {"kind": kind, "id": number, **reply})
        except WireError as error:
            known = error.request_id if number is None else number
            self._replies.send_fault(client, known, Fault.of(error))
        except InputError as error:
            self._replies.send_fault(client, number, Fault.of(error))
        except RecursionError:
            fault = Fault("bad-header", "header", "The header is nested too deeply.")
            self._replies.send_fault(client, number, fault)
        except Exception:
            log.exception("a request could not be answered")
            fault = Fault("internal", "kind", "A fault of the service.", "Its log says more.")
            self._replies.send_fault(client, number, fault)

    def _on_hello(self, asker: Asker, request: service_messages.Hello, buffers: Buffers) -> Fields:
        device = ", ".join(self._engine.devices) or "starting"
        return {"service": service.__version__, "device": device, "encodings": list(ENCODINGS)}

    def _on_describe(
        self, asker: Asker, request: service_messages.Describe, buffers: Buffers
    ) -> Fields | None:
        if self._description is not None:
            return self._description
        if self._no_worker is not None:
            raise InputError(**self._no_worker.as_dict())
        self._undescribed[asker.client] = asker.request
        if len(self._undescribed) > MAX_OPEN:  # clients that have gone, most of them
            del self._undescribed[next(iter(self._undescribed))]
        return None

    def _on_network(
        self, asker: Asker, request: service_messages.Inquiry, buffers: Buffers
    ) -> None:
        self._ask(asker, read_question(request, buffers))

    def _ask(
        self, asker: Asker, question: Question, about: Mapping[str, Any] | None = None
    ) -> None:
        def reply(said: Answer | Fault) -> None:
            if isinstance(said, Fault):
                self._replies.send_fault(*asker, said)
            else:
                own = {"kind": question.kind, "id": asker.request, **(about or {})}
                self._replies.send(asker.client, {**own, **said.fields}, said.buffers)

        self._surveyor.ask(question, asker.client, reply)

    _on_channel = _on_survey = _on_look = _on_group = _on_symmetries = _on_network
    _on_maps = _on_solid = _on_prepare = _on_network

    def _on_withdraw(
        self, asker: Asker, request: service_messages.Withdraw, buffers: Buffers
    ) -> Fields:
        return {"questions": self._surveyor.withdraw(asker.client)}

    def _on_refinish(self, asker: Asker, request: job_messages.Refinish, buffers: Buffers) -> None:
        job = self._jobs.find(request.job)
        if job.state is not State.FINISHED:
            self._jobs.result(job)  # says what is wrong
        folder = self._jobs.folder(job)
        check_paint(job, folder)
        with_steps(job.recipe, request.finishing)  # which raises what is wrong with them
        fields = {
            "folder": str(folder.path.absolute()),
            "finishing": request.finishing,
            "draft": request.draft,
        }
        pictures = read_pictures(buffers, *request.SIDES)
        self._ask(asker, Question.about("refinish", fields, pictures), {"job": job.name})

    def _on_heartbeat(
        self, asker: Asker, request: service_messages.Heartbeat, buffers: Buffers
    ) -> Fields:
        return {"jobs": len(self._jobs.active())}

    def _on_submit(
        self, asker: Asker, request: new_job_messages.Submit, buffers: Buffers
    ) -> Fields:
        job = self._jobs.add(read_submission(request, buffers))
        recipe = job.submission.recipe
        log.info(
            "queued: %s %.40s, %d px",
            *(recipe.target, recipe.group, recipe.size),
            extra={"job": job.name, "client": asker.client.hex()},
        )
        return {"job": job.name}

    def _on_have(self, asker: Asker, request: new_job_messages.Have, buffers: Buffers) -> Fields:
        return {"received": [self._jobs.blobs.received(digest) for digest in request.digests]}

    def _on_upload(
        self, asker: Asker, request: new_job_messages.Upload, buffers: Buffers
    ) -> Fields:
        data = buffers.get("data")
        if data is None or data.dtype != np.uint8 or data.ndim != 1 or data.size > CHUNK_BYTES:
            raise InputError("bad-buffer", "data", f"Not up to {CHUNK_BYTES} bytes, |u1 (N,).")
        if request.offset + data.size > request.size:
            raise InputError("bad-value", "offset", "The chunk ends beyond 'size'.")
        about = request.sha256, request.offset, request.size
        return {"received": self._jobs.blobs.append(*about, data.data)}

    def _on_frame(self, asker: Asker, request: job_messages.Frame, buffers: Buffers) -> None:
        job = self._jobs.find(request.job)
        wanted = request.after, request.max_size
        credit = Credit(*asker, job.name, *wanted, request.encoding)
        if job.ended:
            self._watchers.show_last(job, credit)
            return
        self._watchers.wait(credit)
        if job.state is State.RUNNING:
            self._engine.want(job.name, *wanted)

    def _on_adjust(self, asker: Asker, request: job_messages.Adjust, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        before = job.standing.adjustments
        self._jobs.adjust(job, request.changes)
        # A worker that is busy keeps all that it is told: never the same twice.
        if job.state is State.RUNNING and job.standing.adjustments != before:
            self._engine.adjust(job.name, job.standing.adjustments)
        recipe = job.recipe.model_dump(mode="json")
        return {"job": job.name, "state": job.state, "recipe": recipe}

    def _on_repaint(
        self, asker: Asker, request: new_job_messages.Repaint, buffers: Buffers
    ) -> Fields:
        job = self._jobs.find(request.job)
        new = self._jobs.repaint(job, request.seed, read_region(request, buffers))
        log.info(
            "queued: repaints %s", job.name, extra={"job": new.name, "client": asker.client.hex()}
        )
        return {"job": new.name}

    def _on_enlarge(
        self, asker: Asker, request: new_job_messages.Enlarge, buffers: Buffers
    ) -> Fields:
        job = self._jobs.find(request.job)
        new = self._jobs.enlarge(job, request.size)
        log.info(
            *("queued: enlarges %s to %d px", job.name, request.size),
            extra={"job": new.name, "client": asker.client.hex()},
        )
        return {"job": new.name}

    def _on_cancel(self, asker: Asker, request: job_messages.Cancel, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        if not job.ended:
            self._jobs.cancel(job)
            self._engine.cancel(job.name)
            self._watchers.close(job)
            log.info("%s after %d steps", job.state, job.step, extra={"job": job.name})
        return {"job": job.name}

    def _on_pause(self, asker: Asker, request: job_messages.Pause, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        before = job.state
        self._jobs.pause(job)
        if job.state is State.PAUSED and before is not State.PAUSED:
            self._engine.pause(job.name)
            self._watchers.tell(job)
        return {"job": job.name, "state": job.state}

    def _on_resume(self, asker: Asker, request: job_messages.Resume, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        self._jobs.resume(job)
        return {"job": job.name, "state": job.state}

    def _on_jobs(self, asker: Asker, request: job_messages.Jobs, buffers: Buffers) -> Fields:
        now = time.time()
        return {"jobs": [job_row(job, now) for job in self._jobs.all()]}

    def _on_attach(self, asker: Asker, request: job_messages.Attach, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        return job_sheet(job, log_tail(self._jobs.folder(job).log))

    def _on_forget(self, asker: Asker, request: job_messages.Forget, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        if not job.ended:
            raise InputError("not-ended", "job", f"Job {job.name} is {job.state}.", "Cancel it.")
        self._jobs.forget(job)
        return {"job": job.name}

    def _on_finish(self, asker: Asker, request: job_messages.Finish, buffers: Buffers) -> Fields:
        job = self._jobs.find(request.job)
        told = job.standing.finish_wanted and job.state is State.RUNNING
        self._jobs.want_finish(job)
        if job.state is State.RUNNING and not told:
            self._engine.finish(job.name)
        return {"job": job.name}

    def _on_result(self, asker: Asker, request: job_messages.Result, buffers: Buffers) -> None:
        job = self._jobs.find(request.job)
        result = self._jobs.result(job)
        reply = {"kind": "result", "id": asker.request, "job": job.name, "receipt": result.receipt}
        sent = {"texture": result.texture}
        if request.paint:
            room = self._limits.total_bytes - result.texture.nbytes
            if (paint := self._jobs.folder(job).read_paint(room)) is not None:
                sent["paint"] = np.frombuffer(paint, np.uint8)
        self._replies.send(asker.client, reply, sent)
