"""A worker that is a process of this machine, which paints on one device."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import zmq

from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.engines.workplace import Message
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.child_process import KILLED, ChildProcess
from service.serving.processes.restarts import Restarts

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
