"""From what the page's form says to a recipe that can be submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import check_symmetry
from service.spaces import SPACES
from service.studio.uploads import PREFIX, Uploads, file_name


@dataclass(frozen=True, eq=False)
class Order:
    """A recipe and the pictures that it names."""

    recipe: Recipe
    buffers: Mapping[str, NDArray[np.uint8]]


def read_order(data: Any, uploads: Uploads) -> Order:
    """The order of a recipe from JSON data, checked as far as that is quick. Raises InputError as
    :func:`service.recipe.parsing.parse_recipe`, "unknown-style" for a picture that is not here."""
    recipe = parse_recipe(data)
    if SPACES[recipe.target].needs_body:
        raise InputError(
            "bad-value",
            "target",
            "The studio paints no meshes.",
            "Paint them from Blender, or with 'service mesh'.",
        )
    if recipe.base is not None:
        raise InputError(
            "bad-value",
            "base",
            "The studio takes no base colour.",
            "Paint over one with 'service run'.",
        )
    check_symmetry(recipe)
    buffers = dict(uploads.buffers([style.source for style in recipe.styles]))
    if recipe.colours_of is not None:
        buffers |= uploads.buffers([recipe.colours_of], "style_colours")
    return Order(recipe, buffers)


def portable(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe, as JSON, for 'service run': pictures that were dropped on the page are named as
    their files were."""

    def plain(source: Any) -> Any:
        is_buffer = isinstance(source, str) and source.startswith(PREFIX)
        return file_name(source) if is_buffer else source

    styles = [{**style, "source": plain(style["source"])} for style in recipe["styles"]]
    return {**recipe, "styles": styles, "style_colours": plain(recipe["style_colours"])}
