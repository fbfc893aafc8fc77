"""Files that outlive the power: what a full disk is called, and names that stay."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from geometry.errors import InputError


@contextlib.contextmanager
def saving() -> Iterator[None]:
    """Turns an OSError into InputError("not-saved")."""
    try:
        yield
    except OSError as error:
        raise InputError(
            "not-saved",
            "data",
            f"The job cannot be written to disk: {os.strerror(error.errno or 0)}.",
            "Make room on the service's disk; a job that failed of it can then be resumed.",
        ) from None


def sync_names(folder: Path) -> None:
    """Make names of files in ``folder``, new and removed, survive the loss of power. Where folders
    cannot be opened (Windows) this is left to the system. Raises OSError."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
