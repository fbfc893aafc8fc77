"""The options of the painting commands. Help, bounds and defaults are read from the fields of
:class:`service.recipe.Recipe`; an option that is not given is not in the recipe either."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from service.recipe import Recipe


def _field_option(field: str, *flags: str, metavar: str | None = None, more: str = "") -> Any:
    info = Recipe.model_fields[field]
    has_default = not info.is_required() and info.default is not None
    default = f"Default: {_shown(info.default)}." if has_default else ""
    text = " ".join(filter(None, [info.description, more, _bounds(field), default]))
    choices = [str(c) for c in typing.get_args(info.annotation) if isinstance(c, str)]
    if choices:
        metavar = "|".join(choices)
    return typer.Option(*flags, help=text, show_default=False, metavar=metavar)


def _bounds(field: str) -> str:
    """'64 to 8192.', from the field's own constraints; empty unless it is bounded on both sides."""
    found: dict[str, Any] = {}
    for rule in Recipe.model_fields[field].metadata:
        for side in ("ge", "le", "lt"):
            if (bound := getattr(rule, side, None)) is not None:
                found[side] = bound
    if "lt" in found:
        found["le"] = found["lt"] - 1  # only whole numbers are bounded so
    return f"{found['ge']} to {found['le']}." if {"ge", "le"} <= found.keys() else ""


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return ", ".join(part.source for part in default)
    return str(default)


_SEE_GROUPS = "See 'service groups'."
_OR_IMAGES = "Or images, as in 'r=gbr s=brg'."
_BLEND = (
    "An exemplar or a file; several are blended by weight, as in "
    "--style 2:woodcut_waves --style 1:photo.jpg."
)
Group = Annotated[str, _field_option("group", "--group", "-g", metavar="NAME", more=_SEE_GROUPS)]
Colouring = Annotated[
    str | None, _field_option("colouring", "--colouring", "-c", metavar="NAME", more=_OR_IMAGES)
]
Styles = Annotated[
    list[str] | None,
    _field_option("styles", "--style", "-s", metavar="[WEIGHT:]STYLE", more=_BLEND),
]
Size = Annotated[int | None, _field_option("size", "--size", metavar="PIXELS")]
Seed = Annotated[int | None, _field_option("seed", "--seed", metavar="N")]
QualityPreset = Annotated[str | None, _field_option("quality", "--quality", "-q")]
Steps = Annotated[int | None, _field_option("steps", "--steps", metavar="N")]
Network = Annotated[str | None, _field_option("network", "--network")]
StyleScale = Annotated[
    float | None, _field_option("style_scale", "--style-scale", metavar="FACTOR")
]
Views = Annotated[int | None, _field_option("views", "--views", metavar="N")]
Weights = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", help="The network's weights, from a file."),
]


def read_style(text: str) -> dict[str, Any]:
    """'[WEIGHT:]STYLE' as a recipe's style. Only a number before the first colon is a weight, so
    that paths need no quoting; a file that is really named '2:x.png' is './2:x.png'."""
    match = re.fullmatch(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?):(.*)", text, re.DOTALL)
    if match is None:
        return {"source": text}
    return {"source": match[2], "weight": float(match[1])}


def recipe_data(target: str, given: Mapping[str, Any], styles: Sequence[str] | None) -> dict:
    """The recipe's data from the options that were given (not None)."""
    data = {"target": target, **{key: value for key, value in given.items() if value is not None}}
    if styles:
        data["styles"] = [read_style(style) for style in styles]
    return data
