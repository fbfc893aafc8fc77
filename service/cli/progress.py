"""How the progress of a painting, or of a batch of them, is shown: bars in a terminal, lines now
and then elsewhere."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
)

from geometry.printable import printable
from service.painting.progress import Step
from service.recipe.parts import Objective

LINE_SECONDS = 10.0  # between plain lines
BAR_SECONDS = 0.1  # between looks at the bar's figures, each of which a GPU has to stop for

Show = Callable[[Step], None]


@contextlib.contextmanager
def shown_progress(console: Console, objective: Objective) -> Iterator[Show]:
    """A function to call after every step."""
    if console.is_terminal:
        with _bar(console, objective) as show:
            yield show
    else:
        yield _lines(console, objective)


@contextlib.contextmanager
def _bar(console: Console, objective: Objective) -> Iterator[Show]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[figures]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("getting ready", total=None, figures="")

        shown_at = 0.0

        def show(now: Step) -> None:
            nonlocal shown_at
            if now.seconds - shown_at < BAR_SECONDS and now.step < now.steps:
                return
            shown_at = now.seconds
            # Filled by time, not by steps: the last stage's steps are much the dearest.
            bars.update(
                task,
                description=_stage(now),
                total=now.seconds + now.seconds_left if math.isfinite(now.seconds_left) else None,
                completed=now.seconds,
                figures=_figures(now, objective),
            )

        yield show


def _lines(console: Console, objective: Objective) -> Show:
    shown_stage, shown_at = -1, 0.0

    def show(now: Step) -> None:
        nonlocal shown_stage, shown_at
        due = now.seconds - shown_at >= LINE_SECONDS
        if now.stage != shown_stage or due or now.step == now.steps:
            shown_stage, shown_at = now.stage, now.seconds
            console.out(f"{_stage(now)}  {_figures(now, objective)}", highlight=False)

    return show


def _stage(now: Step) -> str:
    return f"stage {now.stage + 1}/{now.stages}"


def _figures(now: Step, objective: Objective) -> str:
    speed = now.megapixels / max(now.seconds, 1e-9)
    figures = f"step {now.step}/{now.steps}  loss {now.total(objective):.4g}  {speed:.3g} Mpx·it/s"
    if not math.isfinite(now.seconds_left):
        return figures
    left = round(now.seconds_left)
    return f"{figures}  {left // 60}:{left % 60:02d} left"


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
