"""Folders for private sockets, among the temporary files of this machine. Each is locked by the
service that uses it, so that what a killed one has left is told from what is in use."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from geometry.errors import InputError
from service.serving.processes.folder_lock import LOCK_NAME, FolderLock

_PREFIX = "orbitex-"


class SocketFolder:
    """A new folder for this user only. Raises OSError, and InputError if :func:`sweep` of another
    service has come in between."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))  # 0700
        self._lock = FolderLock(self.path)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def sweep() -> None:
    """Remove what services of this user have left that were killed."""
    try:
        found = list(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))
    except OSError:
        return  # no temporary folder can be had: whoever needs one says so
    for path in found:
        # InputError: it is in use. OSError: it has just been removed, or cannot be.
        with contextlib.suppress(OSError, InputError):
            if _is_own_folder(path) and (path / LOCK_NAME).is_file():
                FolderLock(path).release()
                shutil.rmtree(path, ignore_errors=True)


def _is_own_folder(path: Path) -> bool:
    status = path.lstat()  # a link of somebody else's may lead anywhere
    own = os.name != "posix" or status.st_uid == os.geteuid()
    return own and stat.S_ISDIR(status.st_mode)
