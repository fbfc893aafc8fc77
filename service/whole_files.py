"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

NAME_PART = 48  # characters of a name that go into another: of up to four bytes, and 255 fit


Part = bytes | memoryview
Pieces = Part | Sequence[Part]  # in one, or several
Data = Pieces | Callable[[BinaryIO], None]  # or from a function that writes it


def write_atomically(path: Path, data: Data, mode: int = 0o666) -> None:
    """Put ``data`` into a file so that at any moment, even if the power fails, it holds either all
    of the old content or all of the new. ``mode``: its permissions, less the umask, from the very
    beginning. Raises OSError, and leaves nothing behind then."""
    temporary = temporary_name(path)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # as mode "xb" does
    try:
        with os.fdopen(os.open(temporary, flags, mode), "w+b") as stream:
            if callable(data):
                data(stream)
            else:
                stream.writelines([data] if isinstance(data, (bytes, memoryview)) else data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def temporary_name(path: Path) -> Path:
    """A new name in the same folder: a rename is atomic only within a file system. Of a long name
    it has the beginning, so that it is not too long where that one is not."""
    return path.with_name(f".{path.name[:NAME_PART]}.{secrets.token_hex(4)}.tmp")


def reason(error: OSError) -> str:
    """Why something could not be written, in the system's words."""
    return os.strerror(error.errno) if error.errno else str(error)
