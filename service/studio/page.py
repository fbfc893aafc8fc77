"""The page itself: templates filled with the form and the offer."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
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


@functools.cache
def presets() -> dict[str, dict[str, Any]]:
    """The example recipes that the form can show, by their titles."""
    found = {}
    for file in sorted(files("recipes").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".json"):
            continue
        data = json.loads(file.read_text(encoding="utf-8"))
        about = data.pop("about", {})
        recipe = parse_recipe(data)
        styles = {style.source for style in recipe.styles}
        if SPACES[recipe.target].needs_body or recipe.base or not styles <= set(exemplars()):
            continue
        found[about.get("title") or file.name[:-5].replace("_", " ").capitalize()] = data
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
