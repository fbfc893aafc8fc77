"""The inbox: whole messages of clients, however many parts somebody makes of one.

libzmq hands a message over only when its last part has come, and keeps the parts until then;
nothing can bound them there (SECURITY.md has the figure). Here those beyond what a message may have
are thrown away one by one, a portion at a time, so that the server goes on in between.
"""

from __future__ import annotations

import zmq

PORTION = 10_000  # parts


class Inbox:
    """Receives on ``router``. Of a message at most ``parts`` are kept, the sender not counted:
    one more than is allowed, so that the reader sees that it is too long."""

    def __init__(self, router: zmq.Socket[bytes], parts: int) -> None:
        self._router, self._parts = router, parts
        self._kept: list[zmq.Frame] = []

    def receive(self) -> list[zmq.Frame] | None:
        """The sender's name and the parts of the next message; None if there is none, or if one is
        so long that it must wait for the next call. Never waits for a message."""
        for _ in range(PORTION):
            try:
                part = self._router.recv(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return None
            if len(self._kept) <= self._parts:
                self._kept.append(part)
            if not part.more:
                message, self._kept = self._kept, []
                return message
        return None
