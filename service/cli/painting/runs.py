"""Runs from the command line: which folder is a painting's own, and its report while it grows."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from geometry.errors import InputError
from geometry.printable import printable
from service.cli.recipe_file import read_about
from service.painting.steering import Steering
from service.recipe.recipe import Recipe
from service.runs.diary import Diary, new_record
from service.runs.folders import new_run_folder, runs_of, writer
from service.runs.record import RECIPE, RECORD, REPORT, read_record

_MOST = 4000  # characters of what a recipe says of itself


@dataclass(frozen=True)
class Run:
    """A painting with a folder of its own. name: the same for all runs of a recipe; title, about:
    what the recipe's file says of it."""

    folder: Path
    name: str
    title: str = ""
    about: str = ""

    def picture(self, suffix: str = ".png") -> Path:
        """Where its picture lies: any page can link to it, whatever the recipe is called."""
        return self.folder / f"{self.folder.parent.name}{suffix}"


def run_beside(picture: Path) -> Run:
    """The run of a picture that would lie at ``picture``."""
    name = _shown(picture.stem)
    return Run(new_run_folder(runs_of(picture.stem, picture.parent)), name)


def run_of(recipe: Path) -> Run:
    """The run of a recipe's file. One that lies in a run's folder is run again: the new folder is
    beside that one. Raises InputError as :func:`service.cli.recipe_file.read_about` does."""
    if recipe.name == RECIPE and (recipe.parent / RECORD).is_file():
        with contextlib.suppress(InputError):
            old = read_record(recipe.parent / RECORD)
            folder = new_run_folder(recipe.absolute().parent.parent)
            return Run(folder, old.name, old.title, old.about)
    about = read_about(recipe)
    title, text = ("", "") if about is None else (about.title, about.text)
    name = _shown(recipe.stem)
    return Run(new_run_folder(runs_of(recipe.stem)), name, _shown(title), _shown(text, _MOST))


def _shown(words: object, most: int = 250) -> str:
    """Text of anybody's, as a record takes it: one line of at most ``most`` characters."""
    return printable(" ".join(str(words).split()))[:most]


def diary_of(
    run: Run | None, recipe: Recipe, steering: Steering, weights: Path | None
) -> AbstractContextManager[Diary | None]:
    """What writes a run's report while it is painted; nothing where there is no run. Its folder is
    there, and gets the recipe at once."""
    if run is None:
        return contextlib.nullcontext()
    from service.gallery.report import report_page

    fields = recipe.model_dump(mode="json")
    again = run.picture(".json").name if steering else RECIPE  # a receipt knows how it was steered
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
