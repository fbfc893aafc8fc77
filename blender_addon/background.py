"""A thread that works in the background, and the report by which the main thread follows it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, Generic, TypeVar

R = TypeVar("R")  # a frozen dataclass: a snapshot of the work


class Background(Generic[R]):
    """``_main`` runs in the thread and alone writes the report, by :meth:`_set`. The public methods
    are the main thread's: they read snapshots and wait no longer than they are told."""

    def __init__(self, report: R, name: str) -> None:
        self._changed = threading.Condition()  # guards what both sides see
        self._report = report
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def report(self) -> R:
        """The newest snapshot."""
        with self._changed:
            return self._report

    def wait(self, seconds: float) -> None:
        """Sleep until something is new, at most ``seconds``."""
        with self._changed:
            self._changed.wait(seconds)

    def join(self, seconds: float = 3.0) -> None:
        """Wait for the thread to end, at most ``seconds``."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _set(self, **changes: Any) -> None:
        with self._changed:
            self._report = replace(self._report, **changes)  # type: ignore[type-var]
            self._changed.notify_all()

    def _main(self) -> None:
        raise NotImplementedError
