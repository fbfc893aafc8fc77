"""A job's log: all that its worker prints while it paints, libraries in C too."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 1 << 20  # a log that has grown beyond is begun anew with the next try
TAIL_LINES = 20
TAIL_BYTES = 4096


@contextlib.contextmanager
def output_to(path: Path) -> Iterator[None]:
    """Append standard output and standard error of this process to a file; where it cannot be
    opened, leave them as they are."""
    try:
        longer = path.exists() and path.stat().st_size > MAX_BYTES
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if longer else os.O_APPEND)
        number = os.open(path, flags, 0o666)  # a log is no program
    except OSError:
        yield
        return
    streams = (sys.stdout, sys.stderr)
    saved = [os.dup(stream.fileno()) for stream in streams]
    try:
        _point(streams, [number, number])
        yield
    finally:
        _point(streams, saved)
        for one in (number, *saved):
            os.close(one)


def append_line(path: Path, line: str) -> None:
    """Append what a worker elsewhere has printed; where it cannot be written it is lost."""
    with contextlib.suppress(OSError):
        longer = path.exists() and path.stat().st_size > MAX_BYTES
        with path.open("w" if longer else "a") as file:
            file.write(f"{line}\n")


def log_tail(path: Path) -> list[str]:
    """The last lines of a log; none if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode(errors="replace")
    except OSError:
        return []
    return text.splitlines()[-TAIL_LINES:]


def _point(streams: tuple, numbers: list[int]) -> None:
    for stream, number in zip(streams, numbers, strict=True):
        with contextlib.suppress(OSError, ValueError):  # a full disk, or nobody reads
            stream.flush()
        os.dup2(number, stream.fileno())
