"""How a painting's progress is shown: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from service.painting.progress import Step
from service.recipe.parts import Objective

LINE_SECONDS = 10.0  # between plain lines

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

        def show(now: Step) -> None:
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
    loss = sum(getattr(objective, name, 1.0) * value for name, value in now.loss.items())
    speed = now.megapixels / max(now.seconds, 1e-9)
    figures = f"step {now.step}/{now.steps}  loss {loss:.4g}  {speed:.3g} Mpx·it/s"
    if not math.isfinite(now.seconds_left):
        return figures
    left = round(now.seconds_left)
    return f"{figures}  {left // 60}:{left % 60:02d} left"
