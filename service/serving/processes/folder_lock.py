"""One process at a time: a lock on a folder that its holder's death, whatever it dies of, opens."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from geometry.errors import InputError

LOCK_NAME = "lock"


class FolderLock:
    """Holds ``folder``, which exists, until :meth:`release` or the end of the process.

    Raises InputError("data-in-use") if another process holds it, OSError if there can be no lock.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file = self._path.open("ab")
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise InputError(
                "data-in-use",
                "data",
                f"Another service keeps its jobs in {folder}.",
                "Stop it, or choose another folder with --data.",
            ) from None

    @property
    def lost(self) -> bool:
        """Whether the folder is another one now, or gone, so that others can lock what is there."""
        try:
            return not os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:  # a network's disk that does not answer just then
            return False

    def release(self) -> None:
        """Let go."""
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
