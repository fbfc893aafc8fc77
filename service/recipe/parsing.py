"""A recipe from JSON data, or one line on what is wrong with it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from geometry.errors import InputError, unknown_name
from service.recipe.about import About, DescribedRecipe
from service.recipe.parts import Dream, Finishing, Objective, Part, Preparing, Style
from service.recipe.recipe import MAX_STYLES, Recipe

MAX_KEYS = 128  # of one object: far more than there are fields


def parse_recipe(data: Any) -> Recipe:
    """A recipe from JSON data. What the data say of it (:class:`service.recipe.about.About`) is
    checked and left out.

    Raises InputError with the field at fault; an unknown key is answered with the nearest known.
    Takes no time worth mentioning for whatever a megabyte of JSON may hold.
    """
    return _parse(data).recipe()


def parse_about(data: Any) -> About | None:
    """What a recipe's JSON data say of it. Raises InputError as :func:`parse_recipe` does."""
    return _parse(data).about


def _parse(data: Any) -> DescribedRecipe:
    _check_counts(data)
    try:
        return DescribedRecipe.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"]]
        field = ".".join(place) or "recipe"
        if first["type"] == "extra_forbidden":
            models: dict[str, type[Part]] = {
                "about": About,
                "objective": Objective,
                "finishing": Finishing,
                "styles": Style,
                "dreams": Dream,
            }
            model = Preparing if "prepare" in place[:-1] else models.get(place[0], DescribedRecipe)
            raise unknown_name("unknown-field", "recipe", place[-1], model.model_fields) from None
        if isinstance(refused := first.get("ctx", {}).get("error"), InputError):
            raise refused from None
        message = in_plain_words(first["msg"].removeprefix("Value error, "))
        raise InputError("bad-value", field, f"{message}.", _given(first)) from None


# pydantic's words, for whom a value is an input: in the order in which they are looked for
_WORDS = {
    "Input should be a valid integer": "Must be a whole number",
    "Input should be a valid number": "Must be a number",
    "Input should be a valid string": "Must be text",
    "Input should be": "Must be",
    "Field required": "Is missing",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "Must be a whole number, unable to parse string as an integer": "Must be a whole number",
    "Must be a number, unable to parse string as a number": "Must be a number",
}


def in_plain_words(message: str) -> str:
    """A message of pydantic's as people say it."""
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return message


def _check_counts(data: Any, field: str = "", depth: int = 3) -> None:
    # Before anything is made of it: each of too many entries would become an error of its own.
    if not isinstance(data, dict | list | tuple):
        return
    most, what = (MAX_KEYS, "keys") if isinstance(data, dict) else (MAX_STYLES, "entries")
    if len(data) > most:
        raise InputError("bad-value", field or "recipe", f"At most {most} {what}, not {len(data)}.")
    if depth:
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            _check_counts(value, f"{field}.{key}" if field else str(key), depth - 1)


def _given(error: Any) -> str:
    return "" if error["type"] in ("missing", "value_error") else f"Given: {error['input']!r:.80}."
