"""From a recipe, and what it reads or comes with, to its scene: what is painted and seen, resolved
and checked. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from service.inputs.body import Body
from service.inputs.buffers import body_of, buffer_picture
from service.pictures.base_colour import read_given
from service.recipe.recipe import Recipe
from service.spaces import SPACES
from service.spaces.space import Scene


def check_symmetry(recipe: Recipe) -> None:
    """Whether there is the recipe's group for its target, and the group has its colour rule. Raises
    InputError as :func:`make_scene`."""
    find_colouring(find_group(recipe.group, SPACES[recipe.target].groups), recipe.colouring)


def make_scene(recipe: Recipe, body: Body | None = None) -> Scene:
    """The scene of a recipe; ``body``: of the target "mesh", what is painted.

    Raises InputError: "missing-mesh", "unknown-group", "wrong-space", "unknown-colouring",
    "impossible-colouring", "bad-folds", "bad-cell", "bad-torus-map", "bad-value",
    "too-large".
    """
    return SPACES[recipe.target].scene(recipe, body)


def given_base(recipe: Recipe) -> NDArray[np.uint8] | None:
    """The picture that a recipe names as what was before, (H, W, 4) uint8 of any size, a single
    texel for a flat colour; None if it names none. Raises InputError: "missing-file", "bad-image",
    "bad-value"."""
    return None if recipe.base is None else read_given(recipe.base)


def read_scene(recipe: Recipe) -> Scene:
    """The scene of a recipe that paints no mesh, with what it reads from files. Raises InputError
    as :func:`make_scene`, :meth:`Scene.on_base`, :func:`given_base`."""
    return make_scene(recipe).on_base(recipe, given_base(recipe))


def wire_scene(
    recipe: Recipe, cameras: Sequence[Mapping[str, Any]], buffers: Mapping[str, NDArray]
) -> Scene:
    """The scene of a submitted job. Raises InputError for bad meshes, cameras and symmetries."""
    space = SPACES[recipe.target]
    if not space.needs_body:
        base = buffer_picture(buffers, "base", 4) if "base" in space.fields else None
        return make_scene(recipe).on_base(recipe, base)
    return make_scene(recipe, body_of(cameras, buffers))
