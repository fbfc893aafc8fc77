"""How a batch's progress is shown: bars in a terminal, a line for each picture elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from geometry.printable import printable


class Shown:
    """One bar for all, and one for each recipe that is being painted; ``bars``: None in a file."""

    def __init__(self, console: Console, bars: Progress | None, total: int) -> None:
        self._console, self._bars, self._total = console, bars, total
        self._all = None if bars is None else bars.add_task("all", total=total)
        self._tasks: dict[str, TaskID] = {}

    def update(self, done: int, going: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """``done``: recipes that are done with; ``going``: names of others and what the service
        says of their jobs."""
        if self._bars is None or self._all is None:
            return
        self._bars.update(self._all, completed=done)
        steps = {name: job for name, job in going if job["state"] == "running"}
        for name in self._tasks.keys() - steps.keys():
            self._bars.remove_task(self._tasks.pop(name))
        for name, job in steps.items():
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(printable(name), total=None)
            self._bars.update(
                self._tasks[name], completed=job["step"] or 0, total=job["steps"] or None
            )

    def say(self, words: str, done: int) -> None:
        """A line about one recipe, which makes it ``done`` of all."""
        self._console.out(f"{done}/{self._total}  {words}", highlight=False)


@contextlib.contextmanager
def shown_batch(console: Console, total: int) -> Iterator[Shown]:
    """The display of a batch of ``total`` recipes."""
    if not console.is_terminal:
        yield Shown(console, None, total)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield Shown(console, bars, total)
