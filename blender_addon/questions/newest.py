"""A thread that asks one thing after the other, while somebody moves sliders. No bpy."""

from __future__ import annotations

from typing import Generic, TypeVar

from ..link.connection import Connection
from ..link.messages import RUNNING
from ..link.worker import Launch, Worker, greet

W = TypeVar("W")
A = TypeVar("A")

_REST = 0.5  # seconds between heartbeats that may be due


class Newest(Worker, Generic[W, A]):
    """Asks until it is told to leave. Of wishes that wait the newest counts, and so does the newest
    answer. ``_ask``: what a wish is answered."""

    def __init__(self, address: str, launch: Launch, key_file: str) -> None:
        super().__init__(address, launch, None, key_file)
        self._wish: W | None = None
        self._answer: A | None = None
        self._asks = False

    def want(self, wish: W) -> None:
        """Ask for this next."""
        with self._changed:
            self._wish = wish
            self._changed.notify_all()

    def take(self) -> A | None:
        """The newest answer that was not taken yet."""
        with self._changed:
            answer, self._answer = self._answer, None
            return answer

    @property
    def is_alive(self) -> bool:
        """Whether it goes on asking."""
        return self.report().state in RUNNING

    @property
    def is_busy(self) -> bool:
        """Whether an answer is to come, or to be taken."""
        with self._changed:
            open_ = self._asks or self._wish is not None
            return self._answer is not None or (open_ and self._report.state in RUNNING)

    def _ask(self, connection: Connection, wish: W) -> A:
        raise NotImplementedError

    def _converse(self, connection: Connection) -> None:
        if self._launch is None:
            greet(connection, None)
        else:
            self._meet(connection)
        while not self._stop.is_set():
            wish = self._next()
            if wish is None:
                connection.receive(0)  # keeps the heart beating
                continue
            answer = self._ask(connection, wish)
            with self._changed:
                self._answer, self._asks = answer, False
                self._changed.notify_all()

    def _next(self) -> W | None:
        with self._changed:
            if self._wish is None and not self._stop.is_set():
                self._changed.wait(_REST)
            wish, self._wish = self._wish, None
            self._asks = wish is not None
            return wish
