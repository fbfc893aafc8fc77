"""What ``--set`` can set: every value of a recipe by its key."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from service.cli.recipe_options import bounds_of, choices_of
from service.cli.terminal import cell
from service.recipe.recipe import Recipe


def list_settings(as_json: bool, console: Console) -> None:
    """Print keys, defaults and what values may be."""
    if as_json:
        print(json.dumps(rows(), indent=1))
        return
    table = Table("key", "default", "may be", "what it is")
    for row in rows():
        table.add_row(*("" if value is None else cell(value) for value in row.values()))
    console.print(table)


def rows() -> list[dict[str, Any]]:
    """All keys of a recipe, each with its ``default``, allowed ``values`` and ``help``."""
    return list(_rows(Recipe))


def _rows(model: type[BaseModel], before: str = "") -> Iterator[dict[str, Any]]:
    """The fields of a model, and of the models in it: N stands for a number in a list."""
    for name, info in model.model_fields.items():
        key = before + name
        inner = typing.get_args(info.annotation) or (info.annotation,)
        models = [x for x in inner if isinstance(x, type) and issubclass(x, BaseModel)]
        if models:
            listed = models[0] is not info.annotation
            yield from _rows(models[0], f"{key}.N." if listed else f"{key}.")
            continue
        values = "|".join(choices_of(info)) or bounds_of(info).rstrip(".")
        default = None if info.is_required() else info.default
        yield {"key": key, "default": default, "values": values, "help": info.description}
