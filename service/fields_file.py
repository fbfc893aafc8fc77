"""Writes what the recipe says of its fields as JSON, for Blender: its properties are made before
there is a service to ask.

    python -m service.fields_file blender_addon/offer/fields.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.describe import finishing_rows, preparing_rows, term_rows
from service.painting.steering import ADJUSTABLE
from service.recipe.implied import DREAM_OBJECTIVE, DREAM_RATE
from service.recipe.recipe import Recipe
from service.spaces import SPACES, targets_of_fields


def fields_file() -> str:
    """What is in the file. ``fields``: of the recipe, by name, and of the entries of its lists, as
    ``styles.weight``; bounds are null where there are none, and of a list how many entries it may
    have. ``terms``: as ``describe`` has them. ``finishing``, ``preparing``: their steps,
    likewise. ``pure``: the defaults of dreams without styles."""
    pure = {f"objective.{name}": weight for name, weight in DREAM_OBJECTIVE.items()}
    fields = field_rows()
    fields["size"]["most"] = SPACES["mesh"].largest  # which Blender paints
    data = {
        "fields": fields,
        "terms": term_rows(),
        "finishing": finishing_rows(),
        "preparing": preparing_rows(),
        "pure": pure | {"learning_rate": DREAM_RATE},
    }
    return json.dumps(data, indent=2) + "\n"


def field_rows() -> dict[str, dict[str, Any]]:
    """The rows of ``fields``."""
    return dict(_fields())


def _fields() -> Iterator[tuple[str, dict[str, Any]]]:
    schema = Recipe.model_json_schema()
    for name, field in schema["properties"].items():
        if name in ("objective", "finishing"):  # their fields are terms and steps
            continue
        yield name, _row(name, field)
        if "items" in field:
            entry = schema["$defs"][field["items"]["$ref"].rpartition("/")[2]]
            for part, inner in entry["properties"].items():
                if "$ref" in inner:  # what is done to a style picture
                    continue
                yield f"{name}.{part}", _row(name, inner)


def _row(root: str, field: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", [field]) if kind.get("type") != "null"]
    bounds = {key: value for kind in (field, *kinds) for key, value in kind.items()}
    most = bounds.get("maximum", bounds.get("maxItems"))
    if "exclusiveMaximum" in bounds:  # only whole numbers are bounded so
        most = bounds["exclusiveMaximum"] - 1
    return {
        "title": field["title"],
        "description": field["description"],
        "default": field.get("default"),
        "least": bounds.get("minimum", bounds.get("exclusiveMinimum")),
        "most": most,
        "targets": targets_of_fields().get(root, []),
        "adjustable": root in ADJUSTABLE,
        "type": bounds["type"],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(fields_file(), encoding="utf-8")
