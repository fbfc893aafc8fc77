"""Replies: what goes back to clients. A client that has gone or does not read costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import zmq

from service.serving.jobs import Fault
from service.serving.wire import encode, error_header

log = logging.getLogger(__name__)


class Replies:
    """Sends on ``router`` without waiting."""

    def __init__(self, router: zmq.Socket[bytes]) -> None:
        self._router = router

    def send(
        self,
        client: bytes,
        header: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
    ) -> bool:
        """One message; whether the client is there."""
        message = [client, *encode(header, buffers)]
        try:
            self._router.send_multipart(message, zmq.NOBLOCK, copy=False)
        except zmq.Again:
            log.info("does not read: a reply was dropped", extra={"client": client.hex()})
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True

    def send_fault(self, client: bytes, request: Any, fault: Fault) -> None:
        """An error reply."""
        self.send(client, error_header(**fault.as_dict(), request_id=request))
