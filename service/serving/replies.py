"""Replies: what goes back to clients. A client that has gone or does not read costs nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import zmq

from service.serving.jobs import Fault
from service.serving.wire import encode, error_header

UNREAD_BYTES = 32 << 20  # that wait for one client; then it is sent nothing until it reads
SMALL_BYTES = zmq.COPY_THRESHOLD  # what libzmq gets a copy of: its own bound counts those
LOG_SECONDS = 10.0  # from one word about clients that do not read to the next

log = logging.getLogger(__name__)


class Replies:
    """Sends on ``router`` without waiting."""

    def __init__(self, router: zmq.Socket[bytes]) -> None:
        self._router = router
        self._unread: dict[bytes, list[tuple[zmq.MessageTracker, int]]] = {}  # large replies
        self._log_at = 0.0

    def send(
        self,
        client: bytes,
        header: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
    ) -> bool:
        """One message; whether the client is there."""
        message = [client, *encode(header, buffers)]
        size = max(len(part) for part in message)
        try:
            if self._unread_of(client) > UNREAD_BYTES:
                raise zmq.Again
            tracker = self._router.send_multipart(message, zmq.NOBLOCK, copy=False, track=True)
        except zmq.Again:
            self._complain(client)
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            self._unread.pop(client, None)
            return False
        else:
            if size > SMALL_BYTES and tracker is not None:
                self._unread.setdefault(client, []).append((tracker, size))
        return True

    def send_fault(self, client: bytes, request: Any, fault: Fault) -> None:
        """An error reply."""
        self.send(client, error_header(**fault.as_dict(), request_id=request))

    def _unread_of(self, client: bytes) -> int:
        # Bytes that libzmq has not handed to the system yet. Its own bound counts messages, of
        # which there are some of a few bytes and some of a gigabyte.
        if client not in self._unread:
            return 0
        left = [(tracker, size) for tracker, size in self._unread[client] if not tracker.done]
        self._unread[client] = left
        if not left:
            del self._unread[client]
        return sum(size for _, size in left)

    def _complain(self, client: bytes) -> None:
        if (now := time.monotonic()) > self._log_at:
            self._log_at = now + LOG_SECONDS
            log.info("does not read: replies are dropped", extra={"client": client.hex()})
