"""The keeper of one actor on a Ray cluster: starts it, talks with it, writes what comes from it
into the job's folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import numpy as np

import service
from geometry.errors import InputError
from service.serving.engines.engine import Event
from service.serving.engines.ray_cluster import first_line
from service.serving.engines.ray_worker import Message, RayWorker
from service.serving.engines.reports import PARTING, read_report
from service.serving.engines.wants import Wants
from service.serving.engines.worker_process import CANCEL_GRACE
from service.serving.jobs.job import Fault, Result
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.job_log import append_line
from service.serving.processes.logs import worker_log
from service.steering import Adjustment


class RayActor:
    """One worker on the cluster, and what it is doing.

    ``post`` is called with all that the worker says, and with the reason when it is gone; on a
    thread of this keeper, which is the one that waits for the cluster and for the disk. All else is
    the server's thread. ``painter``: see :func:`service.serving.engines.painter.load_painter`.
    ``needs``: what it takes of the cluster, see
    :func:`service.serving.engines.ray_cluster.worker_needs`. ``patience``: seconds without a
    message from it, while it has a job, until it :attr:`hangs`.
    """

    def __init__(
        self,
        ray: Any,
        painter: str,
        needs: Mapping[str, float],
        patience: float,
        post: Callable[[RayActor, Message | str], None],
    ) -> None:
        self._ray, self._patience, self._post = ray, patience, post
        # Not started again by Ray, and no call is repeated: that is the ledger's to say.
        kind = ray.remote(max_restarts=0, max_concurrency=2, **needs)(RayWorker)
        self._actor = kind.remote(painter, service.__version__)
        self._folder: JobFolder | None = None  # of the job
        self._steering: list[Adjustment] | None = None  # that is not on disk yet
        self._warning: dict[str, str] | None = None  # of the last checkpoint
        self._wants = Wants()
        self._deadline: float | None = None  # for the next message about the job
        self._cancelled = False
        self.hung = False
        self.job: str | None = None
        self.name = "a worker that starts"
        self.device = ""  # once it is ready
        # Reading a job's inputs may take a while. One thread: words are heard in their order.
        self._speaker = ThreadPoolExecutor(1)
        Thread(target=self._listen, daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether it has said so."""
        return bool(self.device)

    @property
    def idle(self) -> bool:
        """Whether a job would be taken now."""
        return self.ready and self.job is None

    def paint(self, job: str, folder: JobFolder, frugal: bool) -> None:
        """Begin a job, or go on from its checkpoint; only when :attr:`idle`."""
        assert self.idle
        self.job, self._folder, self._steering, self._warning = job, folder, None, None
        self._wants = Wants()
        self._cancelled, self._deadline = False, time.monotonic() + self._patience
        self._speaker.submit(self._send_job, job, folder, frugal)

    def tell(self, kind: str, job: str, fields: dict[str, Any] | None = None) -> None:
        """Say something about a job, which is read between two steps."""
        self._speaker.submit(self._send, {"kind": kind, "job": job, **(fields or {})}, {})

    def want(self, job: str, after: int, max_size: int) -> None:
        """Ask for one frame of its job newer than step ``after``, unless that is no news."""
        if self._wants.add(after, max_size):
            self.tell("want", job, {"after": after, "max_size": max_size})

    def cancel(self, job: str) -> None:
        """Let go of a job, within :data:`CANCEL_GRACE`."""
        self.tell("cancel", job)
        if not self._cancelled:
            self._cancelled = True
            self._deadline = time.monotonic() + min(CANCEL_GRACE, self._patience)

    @property
    def hangs(self) -> bool:
        """Whether a message about its job is overdue."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def give_up(self) -> None:
        """Kill it: it hangs."""
        self.hung = True
        self.close()

    def take(self, message: Message) -> Event | None:
        """What a message that was posted tells of the job."""
        header, buffers = message
        if header["kind"] == "ready":
            self.device = header["device"]
            return None
        if header["job"] != self.job:
            return None
        now = time.monotonic()
        if not self._cancelled:
            self._deadline = now + self._patience
        event = read_report(header, buffers)
        self._wants.hear(event)
        if header["kind"] in PARTING:
            self.job = self._folder = self._deadline = None
        return event

    def close(self) -> None:
        """End the worker and whatever it does."""
        self._deadline = None
        self._speaker.shutdown(wait=False, cancel_futures=True)
        self._ray.kill(self._actor)

    # --- on threads of its own ---

    def _send_job(self, job: str, folder: JobFolder, frugal: bool) -> None:
        try:
            inputs, checkpoint = folder.read_inputs(), folder.read_checkpoint()
            kept = folder.read_kept()
            standing, steering = folder.read_standing(), folder.read_steering()
        except InputError as error:
            fault = Fault.of(error).as_dict()
            self._post(self, ({"kind": "failed", "job": job, "fault": fault}, {}))
            return
        header = {
            "kind": "paint",
            "job": job,
            "recipe": standing.begun(inputs.recipe).model_dump(mode="json"),
            "cameras": inputs.cameras,
            "frugal": frugal,
            "adjustments": list(standing.adjustments),
            "steering": [adjustment.as_dict() for adjustment in steering],
            "checkpoint": None if checkpoint is None else np.frombuffer(checkpoint, np.uint8),
            "kept": None if kept is None else (np.frombuffer(kept[0], np.uint8), kept[1]),
        }
        self._send(header, dict(inputs.buffers))

    def _send(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> None:
        self._actor.tell.remote(header, buffers)

    def _listen(self) -> None:
        try:
            for reference in self._actor.listen.options(num_returns="streaming").remote():
                header, buffers = self._ray.get(reference)
                if (message := self._kept(header, buffers)) is not None:
                    self._post(self, message)
            reason = "it has nothing more to say"
        except Exception as error:
            reason = first_line(error)
        self._post(self, reason)

    def _kept(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> Message | None:
        """The message, after what belongs on the disk is there; None: it said no more."""
        if header["kind"] == "log":
            self._log(header["line"])
            return None
        if header["kind"] == "ready":
            self.name = f"worker {header['process']} of {header['node']}"
        if header["kind"] == "steering":
            self._steering = [Adjustment(a["step"], a["changes"]) for a in header["steering"]]
            self._not_kept(self._keep_steering)  # if so, it is tried again with the checkpoint
            return None
        if header["kind"] == "checkpoint":
            self._warning = self._not_kept(self._keep_steering) or self._not_kept(
                lambda folder: folder.write_checkpoint(buffers["data"].tobytes())
            )
            return None
        if header["kind"] == "canvas":
            self._warning = self._warning or self._not_kept(
                lambda folder: folder.write_paint(buffers["data"].tobytes())
            )
            return None
        if header["kind"] == "saved":
            return header | {"warning": self._warning}, buffers
        if header["kind"] == "finished":
            # A copy: the cluster's shared memory is for what is on its way.
            texture = np.array(buffers["texture"])
            result = Result(texture, header["receipt"])
            if (fault := self._not_kept(lambda folder: folder.write_result(result))) is not None:
                return {"kind": "failed", "job": header["job"], "fault": fault}, {}
            return header, {"texture": texture}
        return header, buffers

    def _log(self, line: str) -> None:
        if (folder := self._folder) is None:
            worker_log.info("%s: %.500s", self.name, line)
        else:
            append_line(folder.log, line)

    def _keep_steering(self, folder: JobFolder) -> None:
        # Before any checkpoint that depends on it.
        if self._steering is not None:
            folder.write_steering(self._steering)
            self._steering = None

    def _not_kept(self, write: Callable[[JobFolder], None]) -> dict[str, str] | None:
        """Why something cannot be written, None if it is."""
        assert self._folder is not None, "a worker speaks of its job only while it has one"
        try:
            write(self._folder)
        except InputError as error:
            return Fault.of(error).as_dict()
        return None
