"""Ctrl-C, SIGTERM and SIGHUP while a script waits for a painting. No bpy in here."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Within, the first of these signals sets the event; a Ctrl-C after it raises
    KeyboardInterrupt. More of the others change nothing: ``timeout`` and a terminal that is closed
    send several by themselves.

    Background Blender has a handler of its own, of which Python never hears and which it cannot
    put back: there, Ctrl-C ends the process afterwards, as its second one always did.
    """
    pressed = threading.Event()

    def handle(number: int, frame: Any) -> None:
        if pressed.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        pressed.set()

    before = {number: signal.signal(number, handle) for number in _minded()}
    try:
        yield pressed
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


def _minded() -> list[signal.Signals]:
    """Windows has no SIGHUP, and a process of nohup is to ignore it."""
    hangups = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
    minded = [n for n in hangups if n is not None and signal.getsignal(n) != signal.SIG_IGN]
    return [signal.SIGINT, *minded]
