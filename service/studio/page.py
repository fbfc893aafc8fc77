"""The page itself: templates filled with the form and the offer."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

import service
from geometry.catalogue import colourings, find_group
from geometry.errors import InputError
from service.describe import colouring_row, group_row, offered_groups
from service.inputs.styles import exemplars
from service.recipe.parsing import parse_recipe
from service.spaces import SPACES, with_pictures
from service.studio.form import main_controls, sections

_COLOURINGS = 64  # of a group, the simplest ones


@functools.cache
def page() -> str:
    """The studio."""
    spaces = with_pictures()
    groups: dict[str, list[dict[str, Any]]] = {space.target: [] for space in spaces.values()}
    for group in offered_groups():
        if group.space.name in spaces:
            groups[spaces[group.space.name].target].append(group_row(group))
    return _template("studio.html").render(
        version=service.__version__,
        spaces=[(space.target, space.title) for space in spaces.values()],
        groups=groups,
        exemplars=exemplars(),
        presets=presets(),
        main=main_controls(),
        sections=sections(),
    )


@functools.cache
def door() -> str:
    """The way in: takes the token from the address."""
    return _template("enter.html").render()


def colouring_rows(target: str, group: str) -> list[dict[str, Any]]:
    """The simplest colour rules of a group. Raises InputError for none of this target."""
    space = next((space for space in with_pictures().values() if space.target == target), None)
    if space is None:
        raise InputError("bad-value", "target", "There is no such space.")
    found = find_group(group, space.groups)
    return [colouring_row(found, rule) for rule in colourings(found)[:_COLOURINGS]]


@dataclass(frozen=True)
class Preset:
    """A recipe of the catalogue that the form can show; picture: a JPEG of it."""

    name: str
    title: str
    recipe: dict[str, Any]
    picture: Path


@functools.cache
def presets() -> tuple[Preset, ...]:
    """The recipes of the catalogue that the form can show and of which there is a picture."""
    folder = Path(str(files("recipes")))
    found = []
    for file in sorted(folder.glob("*.json")):
        data = json.loads(file.read_text(encoding="utf-8"))
        about = data.pop("about", {})
        recipe = parse_recipe(data)
        styles = {style.source for style in recipe.styles}
        picture = folder / "pictures" / f"{file.stem}.jpg"
        needs_files = SPACES[recipe.target].needs_body or recipe.base
        if needs_files or not styles <= set(exemplars()) or not picture.is_file():
            continue
        title = about.get("title") or file.stem.replace("_", " ").capitalize()
        found.append(Preset(file.stem, title, data, picture))
    return tuple(found)


def preset_picture(name: str) -> Path:
    """The picture of a preset. Raises InputError("unknown-recipe")."""
    found = next((preset.picture for preset in presets() if preset.name == name), None)
    if found is None:
        raise InputError("unknown-recipe", "recipe", "There is no such recipe.")
    return found


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.studio"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> Any:
    return _environment().get_template(name)
