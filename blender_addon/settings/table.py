"""The table: every setting of an object, in the panel's order, which is also the order in which
values are put back: others follow when a group or ``use_styles`` changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import make_dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from . import dream, painting, style, surface, symmetry
from .list_setting import ListSetting
from .row import Setting, as_typed

SETTINGS: tuple[Setting, ...] = (
    *surface.TARGET,
    *symmetry.ROWS,
    *surface.VIEWS,
    *style.ROWS,
    *dream.ROWS,
    *painting.OBJECTIVE,
    *painting.QUALITY,
    *painting.FINISH,
    *surface.BEFORE,
    *surface.MATERIAL,
)
BY_NAME = {row.name: row for row in SETTINGS}
PAINTED = tuple(row for row in SETTINGS if row.painted)
LISTS = tuple(row for row in SETTINGS if isinstance(row, ListSetting))

if TYPE_CHECKING:
    Choices: TypeAlias = Any
else:
    # What a painting depends on, as chosen: by name the value of every setting in PAINTED. Of an
    # axis or a centre it may be three numbers, in the object's own frame, scale applied.
    Choices = make_dataclass("Choices", [row.name for row in PAINTED], frozen=True)


def choices_of(settings: Any) -> Choices:
    """The choices in an object's settings."""
    return Choices(**{row.name: row.read(settings) for row in PAINTED})


def fields_of(choices: Choices, rows: Iterable[Setting]) -> dict[str, Any]:
    """The fields of the recipe that ``rows`` stand for, as "size" and "objective.style". Lists are
    not among them."""
    values = {row.field: row.in_recipe(choices) for row in rows if row.field}
    return {field: as_typed(value) for field, value in values.items() if value is not None}


def recipe_of(choices: Choices) -> dict[str, Any]:
    """A recipe's fields, but for its lists."""
    recipe: dict[str, Any] = {}
    for field, value in fields_of(choices, PAINTED).items():
        place, _, name = field.rpartition(".")
        (recipe.setdefault(place, {}) if place else recipe)[name] = value
    return recipe
