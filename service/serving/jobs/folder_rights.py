"""Whether others of this machine could change what lies in a folder. Windows has no such modes:
there it rests on the folder."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from geometry.errors import InputError


def check_own(folder: Path, code: str, field: str) -> None:
    """Raise InputError(code, field) for a folder, which exists, that another user owns or may write
    to. Raises OSError."""
    if os.name != "posix":
        return
    status = folder.stat()
    if status.st_uid != os.geteuid():
        raise InputError(
            code, field, f"{folder} belongs to another user.", "Choose a folder of your own."
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        # A sticky folder is meant for all, as /tmp is.
        shared = status.st_mode & stat.S_ISVTX
        raise InputError(
            code,
            field,
            f"Other users may write to {folder}.",
            "Choose a folder of your own." if shared else f"chmod 700 {_quoted(folder)}",
        )


def check_way(folder: Path, code: str, field: str) -> None:
    """Raise InputError(code, field) if others could put another folder in the place of this one,
    which need not exist yet: they may write to a folder above it that is not sticky. The user's own
    group is not taken for others, as many systems give everybody a group of their own. Raises
    OSError."""
    if os.name != "posix":
        return
    for above in folder.resolve().parents:
        if not above.is_dir():
            continue
        status = above.stat()
        group = status.st_mode & stat.S_IWGRP and status.st_gid != os.getegid()
        if (group or status.st_mode & stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX:
            raise InputError(
                code,
                field,
                f"Other users could replace {folder}: they may write to {above}.",
                f"chmod go-w {_quoted(above)}"
                if status.st_uid == os.geteuid()
                else "Choose another folder.",
            )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
