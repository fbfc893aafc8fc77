"""The helm: how the worker brings adjustments into the painting of its job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.serving.engines.workplace import Folder
from service.steering import Adjustment


class Helm:
    """``taken`` are the adjustments of a job with their steps. The list grows, and the painter
    reads it; what is not on disk has not happened."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.taken: list[Adjustment] = folder.read_steering()

    def take(self, wanted: Sequence[Mapping[str, Any]], step: int) -> None:
        """All that was ever wanted of the job: what has not been taken yet is, after ``step``
        steps. Nothing before the last that was: its step comes again when a painting goes on from
        a checkpoint. Raises InputError("not-saved"); nothing is taken then."""
        if len(wanted) <= len(self.taken) or (self.taken and step < self.taken[-1].step):
            return
        new = [Adjustment(step, changes) for changes in wanted[len(self.taken) :]]
        self._folder.write_steering([*self.taken, *new])
        self.taken += new
