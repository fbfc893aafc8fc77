"""Runs a program line by line, and ends it when asked to."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

TICK_SECONDS = 0.3  # how soon a Cancel is noticed


class StoppedError(Exception):
    """The user has cancelled."""


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    stop: threading.Event,
    on_line: Callable[[str], None],
    on_tick: Callable[[], None],
) -> int:
    """The exit code of ``command``; ``on_line`` gets what it prints, ``on_tick`` is called at least
    every TICK_SECONDS. Raises StoppedError when ``stop`` is set, and OSError if it cannot start;
    what it has started has ended in any case.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        text=True,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        start_new_session=True,  # a group of its own: builds that pip starts end with it
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        while True:
            if stop.is_set():
                raise StoppedError
            on_tick()
            with suppress(queue.Empty):
                line = lines.get(timeout=TICK_SECONDS)
                if line is None:
                    return process.wait()
                on_line(line)
    finally:
        if process.poll() is None:
            _end(process)
        reader.join(1.0)


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line.rstrip())
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """By force: what it leaves is thrown away. Windows ends an environment's Python with its
    launcher."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
