"""Settings of a style in the list: what is done to its picture before it is painted in. The rows
follow from the service's table of steps, and their values are a recipe's ``styles.N.prepare``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpy.props import FloatVectorProperty

from ..offer.fields import PREPARING, Step
from .row import FILE, Setting, as_typed, of_recipe

_SECTION = "style_prepare"
_WHOLE = (0.0, 0.0, 1.0, 1.0)
_EDGES = ("Left", "Top", "Right", "Bottom")


@dataclass(frozen=True)
class Crop(Setting):
    """The four edges, which a recipe writes as one text."""

    def properties(self) -> dict[str, Any]:
        """Four numbers."""
        tip = "Edges of what is kept of the picture, from 0 at its left and top to 1"
        bounds: Any = {"size": 4, "default": _WHOLE, "min": 0.0, "max": 1.0, "precision": 3}
        return {self.name: FloatVectorProperty(name=self.title, description=tip, **bounds)}

    def in_recipe(self, choices: Any) -> Any:
        """As in 0.25,0,1,0.5."""
        edges = tuple(getattr(choices, self.name))
        return None if edges == _WHOLE else ",".join(_plain(edge) for edge in edges)

    def put(self, settings: Any, value: Any) -> None:
        """Of such a text, or of nothing. Raises ValueError."""
        setattr(settings, self.name, tuple(map(float, value.split(","))) if value else _WHOLE)

    def draw_in(self, column: Any, settings: Any) -> None:
        """A line for each edge."""
        edges = column.column(align=True)
        for index, edge in enumerate(_EDGES):
            text = f"{self.title} {edge}" if not index else edge
            edges.prop(settings, self.name, index=index, text=text, slider=True)


def _plain(edge: float) -> str:
    return f"{edge:.4f}".rstrip("0").rstrip(".")


def _row(step: Step) -> Setting:
    about = f"prepare_{step.name}", _SECTION, f"styles.prepare.{step.name}"
    if step.name == "crop":
        return of_recipe(*about, kind=Crop)
    if step.type == "picture":
        return of_recipe(*about, more=FILE)
    if step.type == "string":
        return of_recipe(*about)
    low, high = step.usual
    return of_recipe(*about, usual=high, slider=True, more={"soft_min": low})


ROWS = tuple(map(_row, PREPARING))
PICTURES = tuple(step.name for step in PREPARING if step.type == "picture")


def read(style: Any) -> dict[str, Any]:
    """The steps that do something to a style of the list, as a recipe has them."""
    found = {_step(row): as_typed(row.in_recipe(style)) for row in ROWS}
    return {step.name: value for step in PREPARING if (value := found[step.name]) != step.default}


def put(style: Any, steps: Mapping[str, Any]) -> None:
    """Do these steps, and no others. Raises TypeError or ValueError for values that cannot be."""
    if unknown := steps.keys() - {step.name for step in PREPARING}:
        raise ValueError(f"there is no step '{min(unknown)}'")
    for row in ROWS:
        row.put(style, steps.get(_step(row), row.default))


def _step(row: Setting) -> str:
    return row.field.rpartition(".")[2]
