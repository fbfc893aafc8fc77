"""No command writes over what it reads."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from geometry.errors import InputError


class FilesRead:
    """The files that are read for a painting, or for several, which may not exist yet."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = {mark: path for path in paths for mark in marks(path)}

    def check(self, written: Iterable[Path], field: str = "output", option: str = "-o") -> None:
        """Raise InputError("bad-output"), about ``field``, if one of the files to be written is one
        of these, under whatever name."""
        for path in written:
            same = next((self._paths[mark] for mark in marks(path) if mark in self._paths), None)
            if same is None:
                continue
            link = "" if same.absolute() == path.absolute() else f", as {same}"
            raise InputError(
                "bad-output",
                field,
                f"{path} is read{link}, and would be overwritten.",
                f"Choose another {option}.",
            )


def marks(path: Path) -> Iterator[Hashable]:
    """What tells a file from all others: its place without symbolic links, and, if it is there, its
    number on its disk, which hard links share, and spellings where capitals make no difference."""
    yield os.path.realpath(path)
    with suppress(OSError, ValueError):
        found = path.stat()
        if found.st_ino:  # 0 where a file system has no such numbers
            yield found.st_dev, found.st_ino
