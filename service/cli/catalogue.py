"""The recipes that come with Orbitex, by name."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from geometry.errors import InputError, excerpt
from service.cli.recipe_file import read_about, read_recipe
from service.recipe.about import About
from service.recipe.recipe import Recipe
from service.spaces import SPACES

DREAMS = "dreams"  # a chapter of their own, on whatever is painted


@dataclass(frozen=True)
class Entry:
    """A recipe of the catalogue. picture: a JPEG of it, None if there is none yet; seconds: that
    painting takes, of the processor of the catalogue's machine."""

    name: str
    file: Path
    about: About
    recipe: Recipe
    picture: Path | None
    seconds: float | None

    @property
    def chapter(self) -> str:
        """One of :func:`chapters`."""
        return DREAMS if self.recipe.dreams else self.recipe.target


def chapters() -> tuple[str, ...]:
    """The parts of the catalogue, in its order: what is painted, then dreams."""
    return (*SPACES, DREAMS)


def catalogue() -> list[Entry]:
    """All recipes, chapter by chapter, by name."""
    times = _figures().get("seconds", {})
    found = [_entry(name, file, times.get(name)) for name, file in recipe_files().items()]
    return sorted(found, key=lambda entry: (chapters().index(entry.chapter), entry.name))


def machine() -> str:
    """What the times of the catalogue are of."""
    return str(_figures().get("machine", ""))


def recipe_files() -> dict[str, Path]:
    """The files of the catalogue by name. Their names are letters, digits and underscores."""
    return {file.stem: file for file in sorted(_folder().glob("*.json"))}


def find_recipe(given: Path) -> Path:
    """The file that is meant: one of the catalogue where there is none and only a name is given.
    Raises InputError("unknown-recipe") for a name that is not known. That there is no such file is
    told by who reads it."""
    if given.exists() or given.name != str(given) or given.suffix:
        return given
    known = recipe_files()
    if given.name not in known:
        near = difflib.get_close_matches(given.name.lower(), known, n=3, cutoff=0.4)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise InputError(
            "unknown-recipe",
            "recipe",
            f"'{excerpt(given.name)}' is not known.",
            f"{meant}See 'service recipes', or name a file.",
        )
    return known[given.name]


def _folder() -> Path:
    return Path(str(files("recipes")))


def _figures() -> dict[str, Any]:
    file = _folder() / "pictures" / "figures.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _entry(name: str, file: Path, seconds: float | None) -> Entry:
    picture = _folder() / "pictures" / f"{name}.jpg"
    about = read_about(file) or About(title=name.replace("_", " ").capitalize(), text="")
    there = picture if picture.is_file() else None
    return Entry(name, file, about, read_recipe(file), there, seconds)
