"""The engine of one machine: a worker for each device, each a process, so that what happens to one
leaves the others alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zmq

from geometry.errors import InputError
from service.serving.engines.engine import Engine
from service.serving.engines.events import Event
from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.engines.workplace import Message
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.child_process import KILLED, ChildProcess
from service.serving.processes.restarts import Restarts
from service.serving.processes.socket_folder import sweep

log = logging.getLogger(__name__)


class WorkerProcess(WorkerHandle):
    """``painter``: where it finds its painter, see
    :func:`service.serving.engines.painter.load_painter`. ``device``: what it paints on; "" for the
    first that there is. ``context``: of the private socket. Raises as ChildProcess if it cannot be
    started."""

    def __init__(
        self,
        painter: str,
        device: str,
        context: zmq.Context[zmq.Socket[bytes]],
        restarts: Restarts,
        patience: float,
    ) -> None:
        super().__init__(restarts, patience)
        self._child = ChildProcess(context, "service.serving.engines.worker", painter, device)
        self.name = f"worker {self._child.pid}"
        log.info("%s starts", self.name)

    @property
    def socket(self) -> zmq.Socket[bytes]:
        """What to poll for messages."""
        return self._child.socket

    def messages(self) -> list[Message]:
        """All that it has said since the last call."""
        return self._child.messages()

    def ended(self) -> Ended | None:
        """Why it is gone; None while it lives."""
        if (code := self._child.exit_code) is None:
            return None
        return Ended(f"signal {-code}" if code < 0 else f"exit code {code}", code == KILLED)

    def close(self) -> None:
        """End it, whatever it does, and put away what is left of it."""
        self._child.close()

    def _is_ours(self, greeting: Mapping[str, Any]) -> bool:
        ours = self._child.is_its_token(greeting["token"])
        if ours:
            self._child.has_called()
        return ours

    def _send_job(self, job: str, folder: JobFolder, frugal: bool) -> None:
        self.tell("paint", folder=str(folder.path.absolute()), frugal=frugal)

    def _send(self, header: dict[str, Any]) -> None:
        self._child.send(header)

    def _kill(self) -> None:
        self._child.kill()


@dataclass(eq=False)
class _Place(Restarts):
    """Where there is always one worker. ``device``: "" until the first one has said which."""

    device: str = ""


class LocalEngine(Engine):
    """``painter``: where workers find their painter, see :func:`service.serving.engines.painter.
    load_painter`. ``context``: of the private sockets. ``devices``: one worker for each; none: the
    first worker says which there are. ``patience``: see WorkerHandle.
    """

    def __init__(
        self,
        painter: str,
        context: zmq.Context[zmq.Socket[bytes]],
        devices: Sequence[str],
        patience: float,
    ) -> None:
        super().__init__()
        self._painter, self._context, self._patience = painter, context, patience
        self._told = bool(devices)
        self._places = [_Place(device=device) for device in devices or ("",)]
        sweep()
        self._balance()

    def expect(self, jobs: int) -> None:
        """There are as many workers as devices, whatever comes."""

    @property
    def _hopeless(self) -> bool:
        return all(place.hopeless for place in self._places)

    def _is_ready(self, worker: WorkerHandle) -> None:
        if not self._told:
            # It has said which devices this machine has: the others get theirs.
            self._told = True
            self._places[0].device = worker.device
            self._places += [_Place(device=device) for device in worker.devices[1:]]

    def _balance(self) -> list[Event]:
        failed: list[Event] = []
        for place in self._places:
            if not place.due or any(worker.restarts is place for worker in self._workers):
                continue
            about = self._painter, place.device, self._context, place, self._patience
            try:
                self._workers.append(WorkerProcess(*about))
            except (OSError, zmq.ZMQError, InputError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                failed.append(self._died(None, Ended(reason, killed=False), place))
        places: list[Restarts] = [*self._places]
        self._workers.sort(key=lambda worker: places.index(worker.restarts))
        return failed
