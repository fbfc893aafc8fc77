"""What comes in and goes out at the ROUTER socket.

libzmq hands a message over only when its last part has come, and keeps the parts until then;
nothing can bound them there (SECURITY.md has the figure). Here those beyond what a message may have
are thrown away one by one, a portion at a time, so that the server goes on in between.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import zmq

from service.serving.jobs.job import Fault
from service.serving.protocol.limits import UNREAD_BYTES
from service.serving.protocol.wire import encode, error_header

PORTION = 10_000  # parts
SMALL_BYTES = zmq.COPY_THRESHOLD  # what libzmq gets a copy of: its own bound counts those
LOG_SECONDS = 10.0  # from one word about clients that do not read to the next

log = logging.getLogger(__name__)


class Inbox:
    """Receives on ``router``. Of a message at most ``parts`` are kept, the sender not counted:
    one more than is allowed, so that the reader sees that it is too long."""

    def __init__(self, router: zmq.Socket[bytes], parts: int) -> None:
        self._router, self._parts = router, parts
        self._parts_so_far: list[zmq.Frame] = []

    def receive(self) -> list[zmq.Frame] | None:
        """The sender's name and the parts of the next message; None if there is none, or if one is
        so long that it must wait for the next call. Never waits for a message."""
        for _ in range(PORTION):
            try:
                part = self._router.recv(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return None
            if len(self._parts_so_far) <= self._parts:
                self._parts_so_far.append(part)
            if not part.more:
                message, self._parts_so_far = self._parts_so_far, []
                return message
        return None


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
