"""The engine of one machine: a worker process for each device, so that what happens to one leaves
the others alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import zmq

from geometry.errors import InputError
from service.serving.engines.engine import Engine
from service.serving.engines.events import Event
from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.engines.worker_process import WorkerProcess
from service.serving.processes.restarts import Restarts
from service.serving.processes.socket_folder import sweep


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
