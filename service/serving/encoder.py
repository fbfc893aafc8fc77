"""The encoder: a thread that makes pictures for clients, so that the server need not wait."""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from service.serving.protocol.encodings import RAW, Picture, encode_picture

MAX_WAITING = 64  # pictures; what comes then goes as it is
CLOSING_SECONDS = 1.0  # for what is being encoded at the end

log = logging.getLogger(__name__)

Draw = Callable[[], NDArray[np.uint8]]
Then = Callable[[Picture | None], None]


class Encoder:
    """Makes each picture once, however many want it. All but the thread's own work is for one
    thread, whose poller sees when :attr:`waker` becomes readable: then :meth:`collect` is due."""

    def __init__(self) -> None:
        self.waker, self._wake = socket.socketpair()
        self.waker.setblocking(False)
        self._work: queue.SimpleQueue[tuple[Hashable, Draw, str] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Hashable, Picture | None]] = queue.SimpleQueue()
        self._wanted: dict[Hashable, dict[bytes, Then]] = {}
        self._last: tuple[Hashable, Picture] | None = None
        self._thread = threading.Thread(target=self._main, name="encoder", daemon=True)
        self._thread.start()

    def want(self, key: Hashable, draw: Draw, encoding: str, who: bytes, then: Then) -> None:
        """Call ``then`` with the picture that ``draw`` returns, in ``encoding``, from
        :meth:`collect` or at once; with None if it cannot be made. Equal ``key``: equal picture.
        A later wish of ``who`` for the same one replaces the older.
        """
        if self._last is not None and self._last[0] == key:
            then(self._last[1])
        elif key in self._wanted:
            self._wanted[key][who] = then
        elif len(self._wanted) >= MAX_WAITING:
            then(encode_picture(draw(), RAW))
        else:
            self._wanted[key] = {who: then}
            self._work.put((key, draw, encoding))

    def collect(self) -> None:
        """Hand out what has been made. Never waits."""
        while not self._done.empty():
            self.waker.recv(1)  # one byte was sent for each
            key, picture = self._done.get()
            if picture is not None:
                self._last = key, picture
            for then in self._wanted.pop(key).values():
                then(picture)

    def close(self) -> None:
        """Hand out what is made within a moment, and stop."""
        self._work.put(None)
        self._thread.join(CLOSING_SECONDS)
        self.collect()

    def _main(self) -> None:
        while (work := self._work.get()) is not None:
            key, draw, encoding = work
            picture = None
            try:
                picture = encode_picture(draw(), encoding)
            except Exception:
                log.exception("a picture could not be encoded")
            self._wake.send(b".")  # first: collect() counts on a byte for each
            self._done.put((key, picture))
