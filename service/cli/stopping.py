"""What Ctrl-C, SIGTERM and SIGHUP mean for commands that work for long: they stop in good order.

Only a person presses Ctrl-C a second time because it is meant. SIGTERM and SIGHUP come in numbers
by themselves (``timeout`` sends two, a terminal that is closed and a session that ends send
several), so more of them change nothing.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def finish_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Whether it was asked to finish, as a function. Another Ctrl-C raises KeyboardInterrupt."""
    wanted = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal wanted
        if wanted and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not wanted:
            wanted = True
            # Not through the console: its lock may be held by the very code that was interrupted,
            # as may be the stream.
            with suppress(RuntimeError):
                sys.stderr.write("\nFinishing with the best so far; Ctrl-C again aborts.\n")

    with _handled(handle):
        yield lambda: wanted


@contextmanager
def interrupt_on_hangup() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise KeyboardInterrupt as Ctrl-C does, but not after it, where
    they would disturb how things are brought to an end."""
    stopping = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        if not stopping or number == signal.SIGINT:
            stopping = True
            raise KeyboardInterrupt

    with _handled(handle):
        yield


@contextmanager
def _handled(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handle) for number in _signals()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _signals() -> list[signal.Signals]:
    """Those that are minded: of nohup's process SIGHUP is not one. Windows has none."""
    hangups = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
    minded = [n for n in hangups if n is not None and signal.getsignal(n) != signal.SIG_IGN]
    return [signal.SIGINT, *minded]
