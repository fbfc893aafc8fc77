"""Where a delivered picture's symmetry lies, in the picture's own coordinates: what a checker needs
besides the pixels, and what :mod:`service.reporting.quality` measures by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometry import plane
from geometry.colour import ColourElement
from geometry.spaces import Array
from service.scene import Scene

Projection = Literal["tiling", "equirectangular", "uv"]
_PROJECTIONS: dict[str, Projection] = {
    "tile": "tiling",
    "sphere": "equirectangular",
    "mesh": "uv",
}


@dataclass(frozen=True, eq=False)
class PictureGenerator:
    """One generator g: the colour at g·p is ``colour`` applied to the colour at p. matrix: (3, 3),
    see :class:`Frame` for its coordinates."""

    name: str
    title: str
    matrix: Array
    colour: ColourElement


@dataclass(frozen=True, eq=False)
class PictureLattice:
    """Translations ``a`` and ``b`` (2,), in pixels, that leave the picture unchanged, colours
    included, and generate all that do so by the group; origin: (2,) pixel coordinates of the
    group's origin."""

    a: Array
    b: Array
    origin: Array


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture's symmetry. Matrices act on (x, y, 1) in pixels, x right, y down, pixel centres at
    +½, for a "tiling"; on unit vectors, z up, for "equirectangular"; on the object's own
    coordinates for "uv". lattice: of a tiling only."""

    projection: Projection
    generators: tuple[PictureGenerator, ...]
    lattice: PictureLattice | None = None


def picture_frame(scene: Scene, width: int, shape: tuple[int, int]) -> Frame:
    """The frame of a picture of ``shape`` (height, width), painted at a recipe's size ``width``."""
    group, colouring = scene.group, scene.colouring
    matrices = [g.matrix for g in group.generators]
    lattice = None
    if scene.target == "tile":
        chart = plane.plane_chart(group, colouring, width)
        supercell = np.array(colouring.supercell, float)
        matrices = plane.picture_generators(group, chart, supercell, shape)
        to_pixels = np.linalg.inv(plane.pixels_to_period(chart, shape))
        lattice = PictureLattice(to_pixels[:2, 0], to_pixels[:2, 1], to_pixels[:2, 2])
    generators = tuple(
        PictureGenerator(g.letter, g.title, matrix, colouring.images[g.letter])
        for g, matrix in zip(group.generators, matrices, strict=True)
    )
    return Frame(_PROJECTIONS[scene.target], generators, lattice)


def pixel_centres(shape: tuple[int, int]) -> NDArray[np.float64]:
    """(height·width, 3): (x, y, 1) of every pixel's centre, row-major."""
    y, x = np.indices(shape, float).reshape(2, -1) + 0.5
    return np.column_stack([x, y, np.ones(len(x))])
