"""Steering: parts of a recipe that change while it is painted.

A painting is its recipe as submitted, its scene and its styles, and a list of adjustments: "after
so many steps these fields are other ones". The same list gives the same picture, whether it grew
while somebody watched or was there from the start. No torch in here.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from geometry.catalogue import find_colouring
from geometry.errors import InputError, excerpt
from service.inputs.styles import StylePicture
from service.recipe.changes import set_value, single_values
from service.recipe.fields import LIGHT
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import check_symmetry, make_scene
from service.spaces import SPACES
from service.spaces.space import Scene

ADJUSTABLE = (
    "objective",
    "styles",
    "dreams",
    "colouring",
    "style_scale",
    "learning_rate",
    "views",
    "quality",
    "steps",
)
# Of these, those that decide what views show and what terms make of them:
_SEEN_IN_VIEWS = ("styles", "dreams", "colouring", "style_scale", "views", "quality")
MAX_ADJUSTMENTS = 1000  # of one painting: they all go into its receipt
MAX_CHANGES = 64  # values in one of them

Steering = Sequence["Adjustment"]
S = TypeVar("S", bound=Scene)


@dataclass(frozen=True)
class Adjustment:
    """After ``step`` steps, before the next one, these fields of the recipe have other values, as
    in JSON."""

    step: int
    changes: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"step": self.step, "changes": dict(self.changes)}


def adjusted(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """A recipe with changes such as {"objective.style": 2} or {"objective": {"style": 2}}, checked
    as one that is submitted, and that a painting can go on with.

    Raises InputError: "not-adjustable"; "unknown-field", "bad-value" and "too-large" as
    :func:`service.recipe.parsing.parse_recipe`; of a new colouring what a scene raises.
    """
    data = recipe.model_dump(mode="json")
    values = list(itertools.islice(single_values(changes), MAX_CHANGES + 1))
    if len(values) > MAX_CHANGES:
        raise InputError("too-large", "changes", f"More than {MAX_CHANGES} values.")
    for key, value in values:
        field = key.partition(".")[0]
        if field in Recipe.model_fields and field not in ADJUSTABLE:
            raise _not_adjustable(field, f"'{field}' cannot be changed once a job is submitted.")
        set_value(data, key, value, key[:80])
    new = parse_recipe(data)
    one, two = ([(s.source, s.prepare) for s in x.styles] for x in (new, recipe))
    if one != two:
        raise _not_adjustable("styles", "Styles stay the same; only their weights can be changed.")
    if [dream.target for dream in new.dreams] != [dream.target for dream in recipe.dreams]:
        raise _not_adjustable("dreams", "Dreams stay the same; only their weights can be changed.")
    if new.colouring != recipe.colouring and recipe.colours == "inks":
        raise _not_adjustable("colouring", "With inks the colour rule stays.")
    if new.colouring != recipe.colouring and recipe.style_colours == LIGHT:
        raise _not_adjustable("colouring", "Of light and dark alone the colour rule stays.")
    if new.colouring != recipe.colouring:
        _check_colouring(recipe, new)
    return new


def difference(before: Recipe, after: Recipe) -> dict[str, Any]:
    """The fields of ``after`` that are other ones, as in JSON."""
    old, new = (recipe.model_dump(mode="json") for recipe in (before, after))
    return {field: value for field, value in new.items() if value != old[field]}


def steered(recipe: Recipe, changes: Iterable[Mapping[str, Any]]) -> Recipe:
    """A recipe after one or more sets of changes of whole fields, made by :func:`difference`."""
    data = recipe.model_dump(mode="json")
    for fields in changes:
        data |= fields
    return parse_recipe(data)


def changes_views(before: Recipe, after: Recipe) -> bool:
    """Whether a change is of what views show and of what terms make of them, so that both have to
    be made anew."""
    return any(getattr(before, field) != getattr(after, field) for field in _SEEN_IN_VIEWS)


def readjusted(
    styles: Sequence[StylePicture], scene: S, before: Recipe, after: Recipe
) -> tuple[Sequence[StylePicture], S]:
    """Style pictures and scene of a recipe that has changed."""
    if after.styles != before.styles:
        styles = reweighted(styles, after)
    if after.colouring != before.colouring:
        scene = recoloured(scene, after)
    return styles, scene


def recoloured(scene: S, recipe: Recipe) -> S:
    """A scene with the colour rule of a recipe."""
    return dataclasses.replace(scene, colouring=find_colouring(scene.group, recipe.colouring))


def reweighted(styles: Sequence[StylePicture], recipe: Recipe) -> list[StylePicture]:
    """Style pictures with the weights of a recipe."""
    return [
        dataclasses.replace(picture, weight=style.weight)
        for picture, style in zip(styles, recipe.styles, strict=True)
    ]


def parse_steering(recipe: Recipe, data: Any) -> tuple[Adjustment, ...]:
    """The adjustments of ``recipe`` from JSON data, in order, checked one after the other. Raises
    InputError as :func:`adjusted` does."""
    if not isinstance(data, list) or len(data) > MAX_ADJUSTMENTS:
        raise InputError(
            "bad-value", "steering", f"Not a list of at most {MAX_ADJUSTMENTS} adjustments."
        )
    found: list[Adjustment] = []
    for number, entry in enumerate(data):
        step, changes = (
            (entry.get("step"), entry.get("changes")) if isinstance(entry, dict) else (None, None)
        )
        least = found[-1].step if found else 0
        if type(step) is not int or step < least or not isinstance(changes, dict):
            raise InputError(
                "bad-value",
                f"steering.{number}",
                "Not an adjustment.",
                "It has a step, in rising order, and changes.",
            )
        new = adjusted(recipe, changes)
        found.append(Adjustment(step, difference(recipe, new)))
        recipe = new
    return tuple(found)


def _check_colouring(before: Recipe, after: Recipe) -> None:
    # What is painted is not at hand here, nor is it asked.
    if SPACES[after.target].needs_body:
        check_symmetry(after)
    elif not make_scene(before).same_canvas(make_scene(after), after.size):
        raise _not_adjustable(
            "colouring", f"The colours of '{excerpt(after.colouring)}' repeat after another period."
        )


def _not_adjustable(field: str, message: str) -> InputError:
    can = ", ".join(ADJUSTABLE)
    return InputError("not-adjustable", field, message, f"What can be changed: {can}.")
