"""Standard output and error that nothing can take away: a pipe whose reader has ended, a full disk
or a closed terminal never ends a command's work."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import Any

from geometry.errors import InputError

_NOBODY_READS = (errno.EPIPE, errno.EIO)  # the other program has ended, the terminal was closed


def only_words() -> None:
    """Say that what is printed is progress: a command whose work is files has done it even if what
    it says of it cannot be written."""
    for raw in _lasting(sys.stdout):
        raw.only_words = True


def nobody_reads() -> bool:
    """Whether standard output has lost its reader."""
    return any(raw.lost is not None for raw in _lasting(sys.stdout))


class _Lasting(io.FileIO):
    """A stream's file that takes everything for ever: what cannot be written is dropped, and the
    first reason why is kept."""

    lost: OSError | None = None
    only_words = False

    def write(self, data: Any, /) -> int:
        """Write, or pretend to have done so."""
        try:
            while self.lost is None:
                written = super().write(data)
                if written is not None:
                    return written
                select.select([], [self], [])  # another program made it non-blocking
        except OSError as error:
            self.lost = error
        return memoryview(data).nbytes


@contextlib.contextmanager
def lasting_streams() -> Iterator[None]:
    """Within, no print or progress can end a command because a pipe, a disk or a terminal does not
    take it. Streams that were put in the place of Python's own are left alone."""
    names = ("stdout", "stderr")
    before = {name: getattr(sys, name) for name in names}
    for name in names:
        setattr(sys, name, _lasting_stream(before[name]))
    try:
        yield
    finally:
        for name in names:
            stream = getattr(sys, name)
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
            setattr(sys, name, before[name])


def _lasting_stream(stream: Any) -> Any:
    if stream is None:  # closed: not left free, or the next file opened would get what is printed
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    raw = _raw(stream)
    if type(raw) is not io.FileIO:  # not Python's own; on Windows, a terminal
        return stream
    lasting = _Lasting(raw.fileno(), "w", closefd=False)
    unbuffered = stream.buffer is raw
    return io.TextIOWrapper(
        lasting if unbuffered else io.BufferedWriter(lasting),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def check_printed() -> bool:
    """Whether what was printed has arrived, or was only progress; else somebody did not want the
    rest. Raises InputError("bad-output") if it could not be written."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    for raw in _lasting(sys.stdout):
        if raw.lost is None or raw.only_words:
            continue
        if raw.lost.errno not in _NOBODY_READS:
            raise InputError(
                "bad-output",
                "standard output",
                f"It cannot be written: {raw.lost.strerror}.",
                "Send it elsewhere.",
            )
        return False
    return True


def _lasting(stream: Any) -> list[_Lasting]:
    raw = _raw(stream)
    return [raw] if isinstance(raw, _Lasting) else []


def _raw(stream: Any) -> Any:
    """The file below a text stream, with a buffer in between or without."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)
