"""From a recipe to its scene: what is painted and seen, resolved and checked. Pure data."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from service.model import Model
from service.recipe import Recipe
from service.spaces import SPACES
from service.spaces.space import Scene


@dataclass(frozen=True, eq=False)
class StylePicture:
    """One loaded style. pixels: (H, W, 3) uint8 sRGB; sha256: of the pixels, for the receipt.
    colours: the picture whose colours it is to take, if there is one."""

    source: str
    weight: float
    pixels: NDArray[np.uint8]
    sha256: str
    colours: StylePicture | None = None

    @classmethod
    def of(
        cls,
        source: str,
        pixels: NDArray[np.uint8],
        weight: float = 1.0,
        colours: StylePicture | None = None,
    ) -> Self:
        """A picture as it was loaded."""
        return cls(source, weight, pixels, _sha256(pixels), colours)

    def with_pixels(self, pixels: NDArray[np.uint8]) -> Self:
        """The style as another picture."""
        return dataclasses.replace(self, pixels=pixels, sha256=_sha256(pixels), colours=None)


def _sha256(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


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
