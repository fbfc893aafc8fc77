"""A worker that is an actor on a Ray cluster: starts it, talks with it, writes what comes from it
into the job's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

import service
from geometry.errors import InputError
from service.painting.steering import Adjustment
from service.serving.engines.ray_cluster import first_line
from service.serving.engines.ray_worker import RayWorker
from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.engines.workplace import Message
from service.serving.jobs.job import Fault, Result
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.job_log import append_line
from service.serving.processes.logs import worker_log
from service.serving.processes.restarts import Restarts


class RayActor(WorkerHandle):
    """``ring`` is called after all that the worker says, and when it is gone: on a thread of this
    object, which is the one that waits for the cluster and for the disk. All else is the server's
    thread. ``painter``: see :func:`service.serving.engines.painter.load_painter`. ``needs``: what
    it takes of the cluster, see :func:`service.serving.engines.ray_cluster.worker_needs`.
    """

    def __init__(
        self,
        ray: Any,
        painter: str,
        needs: Mapping[str, float],
        ring: Callable[[], None],
        restarts: Restarts,
        patience: float,
    ) -> None:
        super().__init__(restarts, patience)
        self._ray, self._ring = ray, ring
        # Not started again by Ray, and no call is repeated: that is the ledger's to say.
        kind = ray.remote(max_restarts=0, max_concurrency=2, **needs)(RayWorker)
        devices = max(1, round(needs["num_gpus"]))
        self._actor = kind.remote(painter, service.__version__, devices)
        self._steering: list[Adjustment] | None = None  # that is not on disk yet
        self._warning: dict[str, str] | None = None  # of the last checkpoint
        self._said: SimpleQueue[Message] = SimpleQueue()
        self._reason: str | None = None  # why it is gone; set after all that it has said
        # Reading a job's inputs may take a while. One thread: words are heard in their order.
        self._speaker = ThreadPoolExecutor(1)
        Thread(target=self._listen, daemon=True).start()

    def messages(self) -> list[Message]:
        """All that it has said since the last call."""
        found: list[Message] = []
        while not self._said.empty():
            found.append(self._said.get())
        return found

    def ended(self) -> Ended | None:
        """Why it is gone; None while it lives."""
        # Whether a system without memory has killed it, Ray does not say: it may have.
        return None if self._reason is None else Ended(self._reason, killed=True)

    def close(self) -> None:
        """End the worker and whatever it does."""
        self._speaker.shutdown(wait=False, cancel_futures=True)
        self._ray.kill(self._actor)

    def _kill(self) -> None:
        self._ray.kill(self._actor)  # the rest when it is gone: until then it may be told things

    def _send_job(self, job: str, folder: JobFolder, frugal: bool) -> None:
        self._steering = self._warning = None
        self._speaker.submit(self._read_and_send_job, job, folder, frugal)

    def _send(self, header: dict[str, Any]) -> None:
        self._speaker.submit(self._actor.tell.remote, header, {})

    # --- on threads of its own ---

    def _read_and_send_job(self, job: str, folder: JobFolder, frugal: bool) -> None:
        try:
            inputs, checkpoint = folder.read_inputs(), folder.read_checkpoint()
            kept = folder.read_kept()
            standing, steering = folder.read_standing(), folder.read_steering()
            record = folder.read_record()
        except InputError as error:
            fault = Fault.of(error).as_dict()
            self._post({"kind": "failed", "job": job, "fault": fault}, {})
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
            "record": record and record.model_dump(mode="json", by_alias=True),
            "kept": None if kept is None else (np.frombuffer(kept[0], np.uint8), *kept[1:]),
        }
        self._actor.tell.remote(header, dict(inputs.buffers))

    def _post(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> None:
        self._said.put((header, buffers))
        self._ring()

    def _listen(self) -> None:
        try:
            for reference in self._actor.listen.options(num_returns="streaming").remote():
                header, buffers = self._ray.get(reference)
                if (message := self._stored(header, buffers)) is not None:
                    self._post(*message)
            reason = "it has nothing more to say"
        except Exception as error:
            reason = first_line(error)
        self._reason = reason
        self._ring()

    def _stored(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> Message | None:
        """The message, after what belongs on the disk is there; None: it said no more."""
        if header["kind"] == "log":
            self._log(header["line"])
            return None
        if header["kind"] == "ready":
            self.name = f"worker {header['process']} of {header['node']}"
        if header["kind"] == "steering":
            self._steering = [Adjustment(a["step"], a["changes"]) for a in header["steering"]]
            self._fault_of(self._write_steering)  # if so, it is tried again with the checkpoint
            return None
        if header["kind"] == "checkpoint":
            self._warning = self._fault_of(self._write_steering) or self._fault_of(
                lambda folder: folder.write_checkpoint(buffers["data"].tobytes())
            )
            return None
        if header["kind"] == "report":
            name, data = header["name"], buffers["data"].tobytes()
            self._fault_of(lambda folder: folder.write_report(name, data))
            return None
        if header["kind"] == "canvas":
            self._warning = self._warning or self._fault_of(
                lambda folder: folder.write_paint(buffers["data"].tobytes())
            )
            return None
        if header["kind"] == "saved":
            return header | {"warning": self._warning}, buffers
        if header["kind"] == "finished":
            # A copy: the cluster's shared memory is for what is on its way.
            texture = np.array(buffers["texture"])
            result = Result(texture, header["receipt"])
            if (fault := self._fault_of(lambda folder: folder.write_result(result))) is not None:
                return {"kind": "failed", "job": header["job"], "fault": fault}, {}
            return header, {"texture": texture}
        return header, buffers

    def _log(self, line: str) -> None:
        if (folder := self._folder) is None:
            worker_log.info("%s: %.500s", self.name, line)
        else:
            append_line(folder.log, line)

    def _write_steering(self, folder: JobFolder) -> None:
        # Before any checkpoint that depends on it.
        if self._steering is not None:
            folder.write_steering(self._steering)
            self._steering = None

    def _fault_of(self, write: Callable[[JobFolder], None]) -> dict[str, str] | None:
        """Why something cannot be written, None if it is."""
        assert self._folder is not None, "a worker speaks of its job only while it has one"
        try:
            write(self._folder)
        except InputError as error:
            return Fault.of(error).as_dict()
        return None
