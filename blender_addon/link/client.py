"""The worker thread of one painting job: submits, pulls frames, fetches the result.

The main thread reads :meth:`PaintClient.report` and takes the newest frame, already converted to
what ``image.pixels.foreach_set`` wants; frames that came meanwhile are gone. Who may touch what:
:mod:`.worker`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import numpy as np

from ..offer.refusals import from_service
from ..offer.symmetries import chosen_fields
from ..problems import Problem, ProblemError, refuse
from . import detections, picture_files
from .answers import check_shape
from .connection import Connection, Message, StoppedError, Timing
from .messages import (
    LONGEST_SIDE,
    RUNNING,
    Frame,
    Report,
    Submission,
    bad_picture,
    read_progress,
    to_blender_pixels,
)
from .uploads import begin_job
from .wire import WireError
from .worker import Launch, Worker

# The service has gone, the job has not: it lies on the service's disk.
LOST = frozenset({"service-lost", "service-stopped", "no-answer", "no-service"})
RETURNS = 3  # times to look for a lost service again without a frame in between


class PaintClient(Worker):
    """One job from submit to result, or one that was submitted before (``order.job``).

    With ``launch`` it comes back to a service that was lost, starting it if need be; ``start``:
    and starts one that is not there in the first place. It submits after ``before``, so that jobs
    begun together wait in their order (its report is all that this thread reads of the other).
    """

    def __init__(
        self,
        order: Submission,
        launch: Launch = None,
        timing: Timing | None = None,
        before: PaintClient | None = None,
        start: bool = True,
    ) -> None:
        super().__init__(order.address, launch, timing, order.key_file)
        self._order, self._before, self._may_launch = order, before, start
        self._report = Report("connecting", job=order.job)
        self._frame: Frame | None = None
        self._after = -1  # step of the newest frame
        self._returns = 0
        self._commands: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self._cancelled = threading.Event()

    @property
    def recipe(self) -> Mapping[str, Any]:
        """What was ordered."""
        return self._order.recipe

    def cancel(self) -> None:
        """Let the thread end, and the job with it."""
        self._cancelled.set()
        self._stop.set()

    def command(self, kind: str, **fields: Any) -> None:
        """Send a request about the job: "finish", "pause", "resume", "adjust". A refusal becomes
        the report's notice."""
        self._commands.put((kind, fields))

    def finish(self) -> None:
        """Ask the service to end with the best so far."""
        self.command("finish")

    def take_frame(self) -> Frame | None:
        """The newest frame not taken yet."""
        with self._changed:
            frame, self._frame = self._frame, None
            return frame

    @property
    def _job(self) -> dict[str, str]:
        return {"job": self._report.job}  # only this thread changes it

    def _work(self) -> None:
        while True:
            try:
                return super()._work()
            except ProblemError as error:
                code = error.problem.code
                if code == "unknown-job":
                    self._set(over=True)
                if not self._report.job or code not in LOST:
                    raise
                if not (self._launch and self._may_launch) or self._returns == RETURNS:
                    raise ProblemError(_go_on_later(error.problem)) from None
            self._returns += 1
            self._set(state="connecting")

    def _converse(self, connection: Connection) -> None:
        try:
            self._meet(connection)
            self._may_launch = True  # it was there
            if self._report.job:
                self._attach(connection)
            else:
                self._submit(connection)
            state = self._stream(connection)
        except StoppedError:
            if self._report.job and self._cancelled.is_set():
                connection.send("cancel", self._job)
                self._set(over=True)
            raise
        if state == "finished":
            self._set(state="fetching")
            self._fetch(connection)
        self._set(state=state, over=True)

    def _submit(self, connection: Connection) -> None:
        while self._before is not None and _is_on_its_way(self._before.report()):
            if self._stop.is_set():
                raise StoppedError
            connection.receive(self._timing.poll)  # keeps the heart beating
        self._before = None
        if self._order.detects:
            self._detect(connection)
        self._set(state="submitting")
        job = _begin(connection, self._order)
        self._order = replace(self._order, buffers={})  # a big mesh need not stay in memory
        self._set(state="queued", job=job, recipe=self._order.recipe)

    def _detect(self, connection: Connection) -> None:
        """Take the best symmetry that the mesh has into the recipe."""
        self._set(state="detecting")
        found = detections.ask(connection, self._order.buffers)
        self._order = replace(self._order, recipe={**self._order.recipe, **chosen_fields(found)})
        self._set(found=found)

    def _attach(self, connection: Connection) -> None:
        sheet, _ = connection.ask("attach", self._job, patient=True)
        state = sheet["state"]
        self._set(
            state=state if state in RUNNING else "running",
            recipe=sheet["recipe"],
            progress=read_progress(sheet["progress"]),
        )

    def _stream(self, connection: Connection) -> str:
        """Pull frames, one credit at a time, until the job has ended; its last state."""
        order = self._order
        sent: dict[int, str] = {}  # commands that are not answered yet
        fields: dict[str, Any]
        credit, next_credit, again = 0, 0.0, 0.0
        while True:
            if self._stop.is_set():
                raise StoppedError
            while not self._commands.empty():
                kind, given = self._commands.get()
                sent[connection.send(kind, self._job | given)] = kind
            now = time.monotonic()
            if (not credit and now >= next_credit) or (credit and now >= again):
                fields = {"after": self._after, "max_size": order.preview_size}
                fields |= {"encoding": order.encoding}
                # The same id once more mends a connection that broke and came back.
                credit = connection.send("frame", self._job | fields, number=credit)
                next_credit = now + 1 / order.preview_rate
                again = now + self._timing.again
            message = connection.receive(self._timing.poll)
            if message is None:
                continue
            header, buffers = message
            if header.get("id") in sent:
                self._take_answer(sent.pop(header["id"]), header)
                continue
            if header.get("id") not in (credit, None):
                continue
            if header["kind"] == "error":
                raise ProblemError(from_service(header["error"]))
            credit = 0
            if self._take_news(header, buffers):
                return str(header["state"])

    def _take_answer(self, kind: str, header: dict[str, Any]) -> None:
        """The reply to a command."""
        if header["kind"] == "error":
            self._set(notice=from_service(header["error"]))
            return
        changes: dict[str, Any] = {"notice": None}
        if header.get("state") in RUNNING:  # of 'pause' and 'resume'
            changes["state"] = header["state"]
        if "recipe" in header:  # of 'adjust'
            changes["recipe"] = header["recipe"]
        self._set(**changes)

    def _take_news(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> bool:
        """The reply to a request for a frame; whether it was the last one."""
        progress = read_progress(header["progress"])
        if progress is not None and buffers:
            self._after = max(self._after, progress.step)
            self._returns = 0
            longest = self._order.preview_size or LONGEST_SIDE
            self._hand_over(_frame(progress.step, header, buffers, longest))
        state = str(header["state"])
        if state == "failed":
            self._set(over=True)
            raise ProblemError(from_service(header["error"]))
        if state in ("finished", "cancelled"):
            self._set(progress=progress or self.report().progress)
            return True
        self._set(state=state if state in RUNNING else "running", progress=progress)
        return False

    def _fetch(self, connection: Connection) -> None:
        header, buffers = connection.ask("result", self._job)
        texture = buffers["texture"]
        size, pixels = to_blender_pixels(texture)
        progress = self.report().progress
        self._hand_over(
            Frame(
                progress.step if progress else 0,
                size,
                pixels,
                png=picture_files.encode_png(texture),
                receipt=header["receipt"],
            )
        )

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            self._frame = frame
            self._changed.notify_all()


def _frame(
    step: int, header: dict[str, Any], buffers: dict[str, np.ndarray], longest: int
) -> Frame:
    if header.get("encoding") != "jpeg":
        return Frame(step, *to_blender_pixels(buffers.get("pixels"), longest))
    data = buffers["data"].tobytes() if "data" in buffers else b""
    try:
        height, width, _ = check_shape(header.get("shape"), "shape", longest)
    except WireError:
        raise ProblemError(bad_picture()) from None
    if picture_files.jpeg_size(data) != (width, height):  # Blender would decode whatever it is
        raise ProblemError(bad_picture())
    return Frame(step, (width, height), np.empty(0, np.float32), jpeg=data)


def _begin(connection: Connection, submission: Submission) -> str:
    """Send a job; its name. Can be stopped until all its inputs are there."""

    def ask(kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Message:
        return connection.ask(kind, fields, buffers, patient=kind in ("have", "upload"))

    try:
        return begin_job(ask, *submission.request(), submission.buffers)
    except WireError as error:
        refuse(error.code, f"{error.field}: {error.message}", error.hint)


def _is_on_its_way(report: Report) -> bool:
    """Whether a job will be submitted, but is not yet."""
    return not report.job and report.state in RUNNING


def _go_on_later(problem: Problem) -> Problem:
    """The service was lost, not the job: how to come back to it."""
    if problem.code == "no-answer":  # its own fix comes first
        return problem
    hint = "The job goes on when it is there again."
    return replace(problem, hint=hint, fix="orbitex.reattach", fix_label="Re-attach")
