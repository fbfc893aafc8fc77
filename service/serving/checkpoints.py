"""When the worker writes checkpoints of the job it paints, and what happens where it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable

from geometry.errors import InputError
from service.painting.progress import Progress
from service.serving.jobs import Fault
from service.serving.workplace import Folder

SECONDS = 8.0  # from one to the next; with the step that runs then, less than 10


class Checkpoints:
    """Writes checkpoints to ``folder``. ``report`` is told of each: the progress, and a warning if
    it could not be written."""

    def __init__(self, folder: Folder, report: Callable[[Progress, Fault | None], None]) -> None:
        self._folder, self._report = folder, report
        self._due = time.monotonic() + SECONDS

    def write_if_due(self, progress: Progress) -> None:
        """After a step: write one if the last is old."""
        if time.monotonic() >= self._due:
            self.write(progress)

    def write(self, progress: Progress) -> None:
        """Write one. Where that cannot be done the last one stays, and the painting goes on: it has
        lost nothing yet."""
        warning = None
        try:
            self._folder.write_checkpoint(progress.checkpoint().to_bytes())
        except InputError as error:
            warning = Fault.of(error)
        self._report(progress, warning)
        self._due = time.monotonic() + SECONDS
