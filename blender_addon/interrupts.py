"""Ctrl-C while a script waits for a painting. No bpy in here."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Within, the first Ctrl-C sets the event; the second raises KeyboardInterrupt.

    Background Blender has a handler of its own, of which Python never hears and which it cannot
    put back: there, Ctrl-C ends the process afterwards, as its second one always did.
    """
    pressed = threading.Event()

    def handle(number: int, frame: Any) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
