"""The diary: writes the report of a painting while it is painted, on a thread beside the loop.

The loop hands over numbers after every step and now and then a small picture, which costs it a
share of its time that is bounded; encoding, measuring and writing are the thread's. What cannot be
written is left out: a report must not cost the painting.
"""

from __future__ import annotations

import math
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.recipe.recipe import Recipe
from service.runs.folders import Write
from service.runs.growing import GrowingRecord
from service.runs.record import (
    HEARTBEAT_SECONDS,
    MAX_SHOTS,
    RECORD,
    REPORT,
    Record,
    State,
)

if TYPE_CHECKING:
    from service.painting.progress import Progress

SIDE = 320  # of pictures made on the way, pixels at most
PICTURES = 32  # of them, besides the last of each stage
# Of the painting's time: of the clock's that drawing pictures may take the loop, and of the
# processors' that making pictures, and making pages, may take the thread.
SHARE = 0.005
PAGE_SECONDS = 2.0  # between two versions of the report at least
_WAITING = 2  # pictures: the next is left out

Page = Callable[[Record], bytes]


@dataclass(frozen=True)
class _Note:
    """What the loop hands over after a step. pixels: a picture, (H, W, 3) uint8, if it was due."""

    now: Progress
    pixels: NDArray[np.uint8] | None


class Diary:
    """Of one painting by ``recipe``. ``record``: as it is before the first step, or of a run that
    goes on; ``page``: makes the report of a record; ``write``: see
    :data:`service.runs.folders.Write`; it may raise OSError or InputError.

    A context manager: leaving it by an exception is in the record, too.
    """

    def __init__(self, record: Record, recipe: Recipe, write: Write, page: Page) -> None:
        self._growing, self._recipe = GrowingRecord(record), recipe
        self._write_file, self._page = write, page
        self._notes: queue.SimpleQueue[_Note | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="diary", daemon=True)
        self._began = False
        self.problem = ""  # why something could not be written
        # Of the loop:
        self._drawing = 0.0  # seconds, in all
        self._cost = 0.0  # of the last one
        self._drawn = 0
        self._processors = time.process_time()
        self._last: Progress | None = None
        # Of the thread:
        self._making = self._paging = 0.0  # seconds of a processor
        self._next_page = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            words = str(error) if isinstance(error, InputError) else type(error).__name__
            self.end("failed", problem=" ".join(words.split())[:1000])
        elif error is not None:
            self.end("stopped")
        else:
            self.end(self._growing.record.state)

    def note(self, now: Progress) -> None:
        """After every step. One that comes again, from a checkpoint, is in it already."""
        if self._last is not None and now.step <= self._last.step:
            return
        pixels = None
        if self._due(now):
            start = time.perf_counter()
            pixels = now.texture(SIDE)
            self._cost = time.perf_counter() - start
            self._drawing += self._cost
            self._drawn += 1
        self._last = now
        self._notes.put(_Note(now, pixels))
        if not self._began:
            self._began = True
            self._thread.start()

    def _due(self, now: Progress) -> bool:
        if self._drawn >= MAX_SHOTS:
            return False
        if self._last is None or now.stage_ends or now.step == now.steps:
            return True
        if now.step % max(1, math.ceil(now.steps / PICTURES)) or self._notes.qsize() >= _WAITING:
            return False
        if self._drawing + self._cost > SHARE * now.seconds:
            return False
        return self._making <= SHARE * (time.process_time() - self._processors)

    def end(
        self,
        state: State,
        problem: str = "",
        picture: str | None = None,
        receipt: str | None = None,
        files: Sequence[str] = (),
    ) -> None:
        """The painting is over: wait until all is written. ``files``: see Record. Only the first
        call counts."""
        if self._growing.record.state != "running":
            return
        if self._began:
            self._notes.put(None)
            self._thread.join()
        self._growing.end(
            {
                "state": state,
                "problem": problem,
                "picture": picture,
                "receipt": receipt,
                "files": list(files),
            }
        )
        if self._began or state != "failed":  # nothing was painted: there is nothing to report
            self._write_all()

    # --- on the thread ---

    def _main(self) -> None:
        while (note := self._next_note()) is not None:
            if not self.problem:
                self._unless_it_fails(self._take, note)

    def _next_note(self) -> _Note | None:
        while True:
            try:
                return self._notes.get(timeout=HEARTBEAT_SECONDS)
            except queue.Empty:  # a long step
                self._unless_it_fails(self._write_all)

    def _unless_it_fails(self, do: Callable[..., None], *given: Any) -> None:
        try:
            do(*given)
        except Exception as error:  # whatever it is, the painting goes on
            self.problem = self.problem or _words(error)

    def _take(self, note: _Note) -> None:
        now = note.now
        # read here: a GPU need not wait for it
        self._growing.add(now, now.total(self._recipe.objective))
        if note.pixels is not None:
            start = time.thread_time()
            self._write(*self._growing.add_picture(now, note.pixels))
            self._making += time.thread_time() - start
        if self._page_is_due():
            self._growing.bring_up_to_date()
            start = time.thread_time()
            self._write_all()
            if self._next_page:  # the first one is made ready for all
                self._paging += time.thread_time() - start
            self._next_page = time.monotonic() + PAGE_SECONDS

    def _page_is_due(self) -> bool:
        since = time.monotonic() - self._next_page
        if since < 0 or since > HEARTBEAT_SECONDS:
            return since > 0
        return self._paging <= SHARE * (time.process_time() - self._processors)

    def _write_all(self) -> None:
        """The record and its page, on either thread: only one of them is at work."""
        self._growing.touch()
        self._write(RECORD, self._growing.record.to_bytes())
        self._write(REPORT, self._page(self._growing.record))

    def _write(self, name: str, data: bytes) -> None:
        if self.problem:
            return
        try:
            self._write_file(name, data)
        except (OSError, InputError) as error:
            self.problem = _words(error)


def _words(error: Exception) -> str:
    if isinstance(error, InputError):
        return error.message
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return type(error).__name__
