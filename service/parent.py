"""Processes and their children: what tells them to stop, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path


def die_with_parent(last: Callable[[], None] = lambda: None) -> None:
    """End this process, after ``last``, when the one is gone that holds the other end of our
    standard input and never writes: the end of the file is its end, on every platform, whatever
    we do just then. Where ``last`` takes no time, a killed parent's place is free at once."""

    def wait() -> None:
        # Not by sys.stdin, whose lock this thread would hold when the interpreter ends.
        while os.read(sys.stdin.fileno(), 1024):
            pass
        last()
        os._exit(0)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def ignore_stop_signals() -> None:
    """Ctrl-C in a terminal, its end, and systemd's SIGTERM go to all processes but are for the
    first of them: what children do is wanted until it says so."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def stop_signals() -> list[signal.Signals]:
    """What tells the service to stop; a terminal's end, SIGHUP, does not under nohup."""
    found = [signal.SIGTERM, signal.SIGINT]
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) != signal.SIG_IGN:
        found.append(hangup)
    return found


def environment_of_children() -> dict[str, str]:
    """The environment in which ``sys.executable -P -m`` finds the very modules that this process
    has found, wherever it was started."""
    modules = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return {**os.environ, "PYTHONPATH": modules}
