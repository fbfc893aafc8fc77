"""When the worker writes checkpoints of the job it paints, and what happens where it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from geometry.errors import InputError
from service.serving.engines.workplace import Folder
from service.serving.jobs.job import Fault

if TYPE_CHECKING:
    from service.painting.progress import Progress

SECONDS = 8.0  # from one to the next
MOST_SECONDS = 10.0  # of work that may be lost, unless a single step takes longer


class Checkpoints:
    """Writes checkpoints to ``folder``. ``report`` is told of each: the progress, and a warning if
    it could not be written."""

    def __init__(self, folder: Folder, report: Callable[[Progress, Fault | None], None]) -> None:
        self._folder, self._report = folder, report
        self._written = self._stepped = time.monotonic()

    def write_if_due(self, progress: Progress) -> None:
        """After a step: write one if the last is old, or would be too old after another step that
        takes as long as this one."""
        now = time.monotonic()
        age, step = now - self._written, now - self._stepped
        if age >= SECONDS or age + step > MOST_SECONDS:
            self.write(progress)
        self._stepped = time.monotonic()

    def warn(self, progress: Progress, error: InputError) -> None:
        """Say that something could not be written; the painting goes on without."""
        self._report(progress, Fault.of(error))

    def write(self, progress: Progress) -> None:
        """Write one. Where that cannot be done the last one stays, and the painting goes on: it has
        lost nothing yet."""
        warning = None
        try:
            self._folder.write_checkpoint(progress.checkpoint().to_bytes())
            self._folder.write_paint(progress.paint().to_bytes())
        except InputError as error:
            warning = Fault.of(error)
        self._report(progress, warning)
        self._written = time.monotonic()
