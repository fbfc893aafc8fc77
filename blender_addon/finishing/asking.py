"""The thread that has the service finish a painted picture in one way after the other. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..link.connection import Connection
from ..link.messages import RUNNING, bad_picture
from ..link.picture_files import QUICK, SMALL, encode_png
from ..link.worker import Launch, Worker, greet
from ..problems import ProblemError

PATIENCE = 600.0  # seconds until an answer is not waited for any more: others may have asked before
_REST = 0.5  # seconds between heartbeats that may be due


@dataclass(frozen=True)
class Wish:
    """Values of steps, as in a recipe; ``draft``: a quick picture will do."""

    steps: Mapping[str, Any]
    draft: bool


@dataclass(frozen=True)
class Answer:
    """A finished picture as a PNG file, and its receipt; of a draft there is none."""

    png: bytes
    receipt: Mapping[str, Any] | None


class Finishing(Worker):
    """Asks about one ``job`` until it is told to leave. Of wishes that wait the newest counts."""

    def __init__(self, address: str, launch: Launch, key_file: str, job: str) -> None:
        super().__init__(address, launch, None, key_file)
        self.job = job
        self._wish: Wish | None = None
        self._answer: Answer | None = None
        self._asks = False

    def want(self, wish: Wish) -> None:
        """Ask for this next."""
        with self._changed:
            self._wish = wish
            self._changed.notify_all()

    def take(self) -> Answer | None:
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
            fields = {"job": self.job, "finishing": dict(wish.steps), "draft": wish.draft}
            header, buffers = connection.ask("refinish", fields, None, PATIENCE, patient=True)
            pixels = buffers["pixels"]
            if pixels.shape[2] != 3:
                raise ProblemError(bad_picture())
            effort = QUICK if wish.draft else SMALL
            png = encode_png(np.ascontiguousarray(pixels), effort)
            with self._changed:
                self._answer, self._asks = Answer(png, header["receipt"]), False
                self._changed.notify_all()

    def _next(self) -> Wish | None:
        with self._changed:
            if self._wish is None and not self._stop.is_set():
                self._changed.wait(_REST)
            wish, self._wish = self._wish, None
            self._asks = wish is not None
            return wish
