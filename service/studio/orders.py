"""From what the page's form says to a recipe that can be submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name
from service.inputs.styles import exemplars
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
    buffers = _pictures([style.source for style in recipe.styles], "styles", uploads)
    if recipe.colours_of is not None:
        buffers |= _pictures([recipe.colours_of], "style_colours", uploads)
    if recipe.motif is not None:
        buffers |= _pictures([recipe.motif], "motif", uploads)
    for matched in (recipe.pictures_matched, *(s.pictures_matched for s in recipe.styles)):
        buffers |= _pictures(list(matched.values()), "match", uploads)
    return Order(recipe, buffers)


def _pictures(sources: Sequence[str], field: str, uploads: Uploads) -> dict[str, NDArray[np.uint8]]:
    """The buffers of those that are none of the exemplars: files of this machine are not read."""
    for source in sources:
        if not source.startswith(PREFIX) and source not in exemplars():
            raise unknown_name("unknown-style", field, source, exemplars())
    return dict(uploads.buffers(sources, field))


def portable(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe, as JSON, for 'service run': pictures that were dropped on the page are named as
    their files were."""

    def plain(source: Any) -> Any:
        is_buffer = isinstance(source, str) and source.startswith(PREFIX)
        return file_name(source) if is_buffer else source

    styles = [{**style, "source": plain(style["source"])} for style in recipe["styles"]]
    others = {field: plain(recipe.get(field)) for field in ("style_colours", "motif")}
    return {**recipe, "styles": styles, **others}
