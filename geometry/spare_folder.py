"""A folder for caches where the usual one cannot be written: there may be no home, or a read-only
one, as in containers and systemd units."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import stat
import tempfile
from pathlib import Path

from geometry.errors import InputError


def can_write(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made if it is missing. Tried, not asked: root
    may write everywhere, and a full disk has no mode."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@functools.cache
def spare_folder() -> Path:
    """This user's cache among the temporary files, the same for all programs of a user.

    Compiled code is kept there and run: a folder that somebody else has made, or may write to, is
    not taken, but one for this process alone. Raises InputError("no-temporary-folder").
    """
    who = os.getuid() if hasattr(os, "getuid") else ""
    try:
        shared = Path(tempfile.gettempdir()) / f"orbitex_cache_{who}"
        with contextlib.suppress(FileExistsError):
            shared.mkdir(mode=0o700)
        if _is_own(shared) and can_write(shared):
            return shared
        own = Path(tempfile.mkdtemp(prefix="orbitex_cache_"))
    except OSError:
        raise InputError(
            "no-temporary-folder",
            "temporary files",
            "No folder for temporary files can be written.",
            "Name one that can: TMPDIR=/another/folder.",
        ) from None
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def _is_own(folder: Path) -> bool:
    """Whether it is a folder that only this user can change. Windows has no such modes, and its
    temporary files are each user's own."""
    if not hasattr(os, "getuid"):
        return folder.is_dir()
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
