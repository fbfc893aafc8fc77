"""The form, as data: a control for every field of the recipe that can be set without a file.
Titles, bounds, help and the spaces that a field is for come from the recipe's schema and the table
of terms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.describe import finishing_rows
from service.fields_file import field_rows
from service.painting.steering import ADJUSTABLE
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.spaces import with_pictures
from service.spaces.space import MOTIF
from service.terms import TERMS

# They have controls of their own, or are pictures and meshes from files.
OWN_CONTROLS = ("target", "group", "colouring", "styles", "dreams")
FROM_FILES = ("base", "start", *MOTIF)
NOT_OF_JOBS = ("bits",)
MAIN = ("size", "quality", "style_scale", "seed")  # in sight; all others are folded away
FOLDED = {
    "Balance": ("objective",),
    "Finishing": ("finishing",),
    "Shape": ("projection", "model", "radius", "zoom", "twist", "aspect", "angle", "cut", "repeat"),
    "Symmetry and colours": (
        "folds",
        "chirality",
        "torus_map",
        "colours",
        "inks",
        "style_colours",
        "metamorphosis",
    ),
}
REST = "Method"
_KINDS = {"integer": "number", "number": "number", "boolean": "switch"}


@dataclass(frozen=True)
class Control:
    """One field of the form. key: as in "objective.style"; kind: "choice", "switch", "number" or
    "text"; choices: value → title; usual: where a slider ends, None for no slider; step: of a
    number; targets: the spaces that it is for; adjustable: whether it may change while a job is
    painted."""

    key: str
    title: str
    description: str
    kind: str
    default: Any
    choices: Mapping[str, str]
    least: float | None
    most: float | None
    usual: float | None
    step: str
    targets: tuple[str, ...]
    adjustable: bool


@dataclass(frozen=True)
class Section:
    """Controls that are folded away together."""

    title: str
    controls: tuple[Control, ...]


def main_controls() -> tuple[Control, ...]:
    """Those that are always in sight."""
    found = _controls()
    return tuple(found[key] for key in MAIN)


def sections() -> tuple[Section, ...]:
    """All others, in the order of the page. A field that no section names is in the last one."""
    left = {key: control for key, control in _controls().items() if key not in MAIN}
    made = []
    for title, roots in FOLDED.items():
        keys = [key for root in roots for key in left if key.partition(".")[0] == root]
        made.append(Section(title, tuple(left.pop(key) for key in keys)))
    return (*made, Section(REST, tuple(left.values())))


def _controls() -> dict[str, Control]:
    return {control.key: control for control in (*_of_fields(), *_of_terms(), *_of_steps())}


def _of_fields() -> Iterator[Control]:
    shown = [space.target for space in with_pictures().values()]
    schema = Recipe.model_json_schema()["properties"]
    for key, row in field_rows().items():
        root = key.partition(".")[0]
        targets = tuple(target for target in shown if target in (row["targets"] or shown))
        if root in (*OWN_CONTROLS, *FROM_FILES, *NOT_OF_JOBS) or not targets:
            continue
        choices = _choices(key, schema[key])
        yield Control(
            key,
            row["title"],
            row["description"],
            "choice" if choices else _KINDS.get(row["type"], "text"),
            row["default"],
            choices,
            row["least"],
            row["most"],
            4.0 if key == "style_scale" else None,
            "1" if row["type"] == "integer" else "0.1" if key == "style_scale" else "any",
            targets,
            row["adjustable"],
        )


def _of_terms() -> Iterator[Control]:
    shown = [space.target for space in with_pictures().values()]
    for term in TERMS.values():
        targets = tuple(target for target in shown if term.is_for(target))
        if not term.needs_base and targets:
            yield Control(
                f"objective.{term.name}",
                term.title,
                term.description,
                "number",
                term.default,
                {},
                term.least,
                term.most,
                term.usual,
                f"{_fine(term.usual):g}",
                targets,
                "objective" in ADJUSTABLE,
            )


def _of_steps() -> Iterator[Control]:
    shown = [space.target for space in with_pictures().values()]
    for row in finishing_rows():
        if row["type"] == "picture":
            continue
        number = row["type"] == "number"
        least, most = row["usual"]
        yield Control(
            f"finishing.{row['name']}",
            row["title"],
            row["description"],
            "number" if number else "text",
            row["default"],
            {},
            row["least"],
            row["most"],
            most if row["least"] == least else None,
            f"{_fine(most):g}" if number else "any",
            tuple(target for target in shown if target in (row["targets"] or shown)),
            False,
        )


def _fine(usual: float) -> float:
    """The step of a slider that ends there: a power of ten, some hundred of them."""
    return float(10.0 ** math.floor(math.log10(usual / 40)))


def _choices(key: str, field: Mapping[str, Any]) -> dict[str, str]:
    kinds = field.get("anyOf", [field])
    names = next((kind["enum"] for kind in kinds if "enum" in kind), ())
    if key == "quality":
        return {name: QUALITIES[name].title for name in names}
    return {name: name for name in names}
