"""A scene: what is painted and seen, resolved from a recipe and checked. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.cameras import Camera
from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError
from geometry.groups import Colouring, Elements, Group, elements
from geometry.mesh import Mesh
from service.recipe import Recipe

SPACE_OF_TARGET = {"tile": "plane", "sphere": "sphere", "mesh": "sphere"}


@dataclass(frozen=True, eq=False)
class Scene:
    """The target with its symmetry. mesh and cameras: only for the target "mesh"; without cameras
    it is seen from all around. A group of the sphere acts on a mesh about its frame's origin: a
    surface point is painted by its direction from there."""

    target: str
    group: Group
    colouring: Colouring
    elements: Elements
    mesh: Mesh | None = None
    cameras: tuple[Camera, ...] = ()


@dataclass(frozen=True, eq=False)
class StylePicture:
    """One loaded style. pixels: (H, W, 3) uint8 sRGB; sha256: of the pixels, for the receipt."""

    source: str
    weight: float
    pixels: NDArray[np.uint8]
    sha256: str


def make_scene(recipe: Recipe, mesh: Mesh | None = None, cameras: tuple[Camera, ...] = ()) -> Scene:
    """The scene of a recipe.

    Raises InputError: "missing-mesh", "unknown-group", "wrong-space", "unknown-colouring",
    "impossible-colouring".
    """
    if recipe.target == "mesh" and mesh is None:
        raise InputError(
            "missing-mesh", "target", "A mesh recipe needs a mesh.", "Paint it from Blender."
        )
    group = find_group(recipe.group, SPACE_OF_TARGET[recipe.target])
    colouring = find_colouring(group, recipe.colouring)
    return Scene(recipe.target, group, colouring, elements(group, colouring), mesh, cameras)
