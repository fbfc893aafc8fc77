"""Where a delivered picture's symmetry lies, in the picture's own coordinates: what a checker needs
besides the pixels, and what :mod:`service.reporting.quality` measures by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometry.colour import ColourElement
from geometry.plane_chart import (
    picture_generators,
    picture_lattice,
    picture_periods,
    plane_chart,
)
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
    group's origin; shift: how many pixels to the right the picture's copy below lies (not 0 for
    bricks only)."""

    a: Array
    b: Array
    origin: Array
    shift: int


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
    lattice = None
    found = [(g, colouring.images[g.letter]) for g in group.generators]
    if scene.target == "tile":
        chart = plane_chart(group, colouring, width)
        found = picture_generators(chart, shape)
        shift = int(picture_periods(chart, shape)[0, 1])
        lattice = PictureLattice(*picture_lattice(chart, shape), shift)
    generators = tuple(PictureGenerator(g.letter, g.title, g.matrix, c) for g, c in found)
    return Frame(_PROJECTIONS[scene.target], generators, lattice)


def pixel_centres(shape: tuple[int, int]) -> NDArray[np.float64]:
    """(height·width, 3): (x, y, 1) of every pixel's centre, row-major."""
    y, x = np.indices(shape, float).reshape(2, -1) + 0.5
    return np.column_stack([x, y, np.ones(len(x))])
