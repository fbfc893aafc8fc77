"""Where a finished painting goes when its own place cannot be written any more: the disk is full,
or the folder was removed or made read-only while it was painted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import platformdirs

from geometry.errors import InputError
from service.reporting.delivery import write_files
from service.whole_files import NAME_PART, Data

Move = Callable[[Path], Path]


class Rescue:
    """Of one painting, whose files end up in one folder, in the user's data or among temporary
    files, where some cannot be written to their places. ``name``: the folder's beginning."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._folder: Path | None = None  # the one that was needed

    def write(self, files: Mapping[Path, Data]) -> None:
        """:func:`service.reporting.delivery.write_files`, or all of them into the folder."""
        self.run(lambda move: write_files({move(path): data for path, data in files.items()}))

    def run(self, write: Callable[[Move], None]) -> None:
        """Call ``write`` with a function that says where each file is to go: to its place or, where
        that raises InputError("bad-output"), into the folder. Raises this error nevertheless, with
        where things are kept."""
        try:
            write(lambda path: path)
        except InputError as error:
            if error.code != "bad-output":
                raise
            for folder in self._folders():
                try:
                    write(lambda path, folder=folder: folder / path.name)  # type: ignore[misc]
                except InputError:
                    if folder != self._folder:
                        shutil.rmtree(folder, ignore_errors=True)
                    continue
                self._folder = folder
                raise InputError(
                    error.code,
                    error.field,
                    f"{error.message} The painting is kept in {folder}.",
                    "Move it from there.",
                ) from None
            raise

    def _folders(self) -> Iterator[Path]:
        if self._folder is not None:
            yield self._folder
        for parent in _places():
            try:
                parent.mkdir(parents=True, exist_ok=True)
                yield Path(tempfile.mkdtemp(prefix=f"{self._name[:NAME_PART]}-", dir=parent))
            except OSError:
                continue


def _places() -> Iterator[Path]:
    given = os.environ.get("ORBITEX_DATA")
    yield Path(given or platformdirs.user_data_dir("orbitex")) / "kept"
    yield Path(tempfile.gettempdir())
    yield Path.cwd()
