"""Where runs lie: ``runs/NAME/TIME-ID/``, a folder for each."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from service.whole_files import NAME_PART, write_atomically

RUNS = "runs"  # the folder of all runs, where a command is told no other

Write = Callable[[str, bytes], None]  # a file of a report, by its name in the run's folder


def runs_of(name: str, place: Path = Path()) -> Path:
    """The folder of all runs of one recipe, in ``place``."""
    plain = re.sub(r"[^\w.+-]+", "_", name).strip("._-")[:NAME_PART] or "run"
    return place / RUNS / plain


def new_run_folder(runs: Path) -> Path:
    """A new run's folder in that of all runs of its recipe, not made yet. Its name begins with the
    local time, so that runs are listed in their order; the tail tells those of one second apart."""
    return runs / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@contextlib.contextmanager
def unless_empty(folder: Path) -> Iterator[None]:
    """Where nothing was painted, because of what was wrong with the arguments, no empty folders
    stay behind."""
    try:
        yield
    finally:
        for path in (folder, folder.parent, folder.parent.parent):
            with contextlib.suppress(OSError):
                path.rmdir()


def writer(folder: Path) -> Write:
    """Writes files of a report into a folder, each whole or not at all."""

    def write(name: str, data: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)

    return write
