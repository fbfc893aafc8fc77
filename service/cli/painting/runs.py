"""Runs from the command line: which folder is a painting's own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from geometry.errors import InputError
from geometry.printable import printable
from service.cli.recipe_file import read_about
from service.runs.folders import new_run_folder, runs_of
from service.runs.record import RECIPE, RECORD, read_record

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
    beside that one. What is wrong with the file is told by who reads the recipe."""
    if recipe.name == RECIPE and (recipe.parent / RECORD).is_file():
        with contextlib.suppress(InputError):
            old = read_record(recipe.parent / RECORD)
            folder = new_run_folder(recipe.absolute().parent.parent)
            return Run(folder, old.name, old.title, old.about)
    about = None
    with contextlib.suppress(InputError):
        about = read_about(recipe)
    title, text = ("", "") if about is None else (about.title, about.text)
    name = _shown(recipe.stem)
    return Run(new_run_folder(runs_of(recipe.stem)), name, _shown(title), _shown(text, _MOST))


def _shown(words: object, most: int = 250) -> str:
    """Text of anybody's, as a record takes it: one line of at most ``most`` characters."""
    return printable(" ".join(str(words).split()))[:most]
