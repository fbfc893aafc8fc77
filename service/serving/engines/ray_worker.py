"""The worker on a Ray cluster: an actor that imports torch and paints, one job at a time, on
whatever node has room. It needs no disk: inputs and the checkpoint to go on from come in messages,
checkpoints and results go back in messages, and the server's side writes them to the job's folder.

Messages are those of :mod:`service.serving.engines.worker`, as dictionaries of plain values and
arrays, which Ray carries between the nodes of one cluster. ``paint`` brings what else the worker
would read in the job's folder; ``steering``, ``checkpoint`` (just before ``saved``), ``report``
(one of its files) and ``log``, a line that was printed, come from the worker.
"""

from __future__ import annotations

import contextlib
import os
import platform
import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import service
from service.painting.steering import Adjustment, Steering
from service.recipe.parsing import parse_recipe
from service.runs.record import Record, parse_record
from service.serving.engines.paint_job import work
from service.serving.engines.painter import load_painter
from service.serving.engines.workplace import Message
from service.serving.jobs.job import Inputs, KeptPaint, Result, Standing
from service.whole_files import Pieces


class RayWorker:
    """The actor. Two calls of it run side by side: :meth:`listen`, which lasts as long as the
    actor, and :meth:`tell`.

    ``painter``: see :func:`service.serving.engines.painter.load_painter`. ``version``: the
    service's own; raises RuntimeError on a node with another, where pictures could differ.
    ``devices``: how many paint each job together.
    """

    def __init__(self, painter: str, version: str, devices: int = 1) -> None:
        if version != service.__version__:
            raise RuntimeError(
                f"{platform.node()} has orbitex {service.__version__}, the service {version}"
            )
        self._painter, self._devices = painter, devices
        self._channel = _Queues()
        _print_to(self._channel)

    def tell(self, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> None:
        """A message from the server."""
        self._channel.heard.put((header, buffers))

    def listen(self) -> Iterator[Message]:
        """What the worker says, from now on. Raises what makes it unable to work."""
        threading.Thread(target=self._work, daemon=True).start()
        while not isinstance(said := self._channel.said.get(), Exception):
            yield said
        raise said

    def _work(self) -> None:
        try:
            painter = load_painter(self._painter)
            # Ray shows an actor no other than its own
            device = ",".join(painter.devices()[: self._devices])
            about = {"devices": [device], "node": platform.node(), "process": os.getpid()}
            work(self._channel, painter, device, about, self._folder)
        except Exception as error:
            self._channel.said.put(error)

    def _folder(self, message: Message) -> contextlib.AbstractContextManager[_Folder]:
        return contextlib.nullcontext(_Folder(self._channel, *message))


class _Queues:
    """A channel whose other end are the actor's methods."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.said: queue.SimpleQueue[Message | Exception] = queue.SimpleQueue()

    def send(
        self, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None
    ) -> None:
        self.said.put(({"kind": kind, **fields}, dict(buffers or {})))

    def receive(self) -> Message:
        return self.heard.get()

    def pending(self) -> bool:
        return not self.heard.empty()


class _Folder:
    """What a ``paint`` message brought, and the way back to the job's folder."""

    def __init__(
        self, channel: _Queues, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
    ) -> None:
        self._channel, self._header, self._buffers = channel, header, buffers

    def read_inputs(self) -> Inputs:
        # Copies: what Ray hands over lies in the memory that all actors share, and is read-only.
        arrays = {name: np.array(array) for name, array in self._buffers.items()}
        return Inputs(parse_recipe(self._header["recipe"]), self._header["cameras"], arrays)

    def read_standing(self) -> Standing:
        return Standing(adjustments=tuple(self._header["adjustments"]))

    def read_steering(self) -> list[Adjustment]:
        return [Adjustment(entry["step"], entry["changes"]) for entry in self._header["steering"]]

    def write_steering(self, steering: Steering) -> None:
        fields = {"job": self._header["job"], "steering": [a.as_dict() for a in steering]}
        self._channel.send("steering", fields)

    def read_checkpoint(self) -> bytes | None:
        checkpoint = self._header["checkpoint"]
        return None if checkpoint is None else checkpoint.tobytes()

    def write_checkpoint(self, data: Pieces) -> None:
        self._channel.send("checkpoint", {"job": self._header["job"]}, {"data": _whole(data)})

    def read_kept(self) -> KeptPaint | None:
        kept = self._header["kept"]
        if kept is None:
            return None
        data, region, job = kept
        return KeptPaint(data.tobytes(), None if region is None else np.array(region), job)

    def write_paint(self, data: Pieces) -> None:
        self._channel.send("canvas", {"job": self._header["job"]}, {"data": _whole(data)})

    def read_record(self) -> Record | None:
        record = self._header["record"]
        return None if record is None else parse_record(record)

    def write_report(self, name: str, data: bytes) -> None:
        arrays = {"data": np.frombuffer(data, np.uint8)}
        self._channel.send("report", {"job": self._header["job"], "name": name}, arrays)

    def write_result(self, result: Result) -> None:
        pass  # it is in "finished"


def _whole(data: Pieces) -> NDArray[np.uint8]:
    whole = data if isinstance(data, (bytes, memoryview)) else b"".join(data)
    return np.frombuffer(whole, np.uint8)


def _print_to(channel: _Queues) -> None:
    """Make messages of the lines that this process prints, libraries in C too."""
    output, end = os.pipe()
    for number in (1, 2):
        os.dup2(end, number)

    def read() -> None:
        with os.fdopen(output, errors="replace") as lines:
            for line in lines:
                channel.send("log", {"line": line.rstrip()})

    threading.Thread(target=read, daemon=True).start()
