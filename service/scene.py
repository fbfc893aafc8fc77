"""From a recipe to its scene: what is painted and seen, resolved and checked. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from service.model import Model
from service.recipe import Recipe
from service.spaces import SPACES
from service.spaces.space import Scene


@dataclass(frozen=True, eq=False)
class StylePicture:
    """One loaded style. pixels: (H, W, 3) uint8 sRGB; sha256: of the pixels, for the receipt."""

    source: str
    weight: float
    pixels: NDArray[np.uint8]
    sha256: str


def check_symmetry(recipe: Recipe) -> None:
    """Whether there is the recipe's group for its target, and the group has its colour rule. Raises
    InputError as :func:`make_scene`."""
    find_colouring(find_group(recipe.group, SPACES[recipe.target].groups), recipe.colouring)


def make_scene(recipe: Recipe, body: Model | None = None) -> Scene:
    """The scene of a recipe; ``body``: of the target "mesh", what is painted.

    Raises InputError: "missing-mesh", "unknown-group", "wrong-space", "unknown-colouring",
    "impossible-colouring", "bad-folds", "bad-cell", "bad-torus-map", "bad-value",
    "too-large".
    """
    return SPACES[recipe.target].scene(recipe, body)
