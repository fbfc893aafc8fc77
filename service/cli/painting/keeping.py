"""A run's report, written while it is painted from the command line."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console

from service.cli.painting.extras import Extras
from service.cli.painting.runs import Run
from service.recipe.recipe import Recipe
from service.runs.diary import Diary
from service.runs.folders import writer
from service.runs.record import RECIPE, REPORT, new_record


def diary_of(recipe: Recipe, extras: Extras) -> AbstractContextManager[Diary | None]:
    """What writes a run's report while it is painted; nothing where there is no run. Its folder is
    there, and gets the recipe at once."""
    run, weights = extras.run, extras.weights
    if run is None:
        return contextlib.nullcontext()
    from service.gallery.report import report_page

    fields = recipe.model_dump(mode="json")
    # a receipt knows how its painting was steered
    again = run.picture(".json").name if extras.steering else RECIPE
    words = ["service", "run", again]
    words += [] if weights is None else ["--weights", str(weights.absolute())]
    write = writer(run.folder)
    given = {key: value for key, value in fields.items() if value is not None}
    write(RECIPE, (json.dumps(given, indent=1, ensure_ascii=False) + "\n").encode())
    record = new_record(
        run.name, fields, title=run.title, about=run.about, command=shlex.join(words)
    )
    return Diary(record, recipe, write, report_page)


def end_diary(
    diary: Diary | None, run: Run | None, files: Sequence[Path], console: Console
) -> None:
    """The painting is delivered: ``files``, the picture first, then the receipt."""
    if diary is None or run is None:
        return
    here = [path.name for path in files if path.parent == run.folder and path.exists()]
    diary.end("finished", picture=here[0], receipt=here[1], files=here)
    if diary.problem:
        console.out(f"note: the report is not whole: {diary.problem}.", highlight=False)
    else:
        console.out(f"report: {run.folder / REPORT}", highlight=False)
