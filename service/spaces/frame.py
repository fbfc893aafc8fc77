"""Where a picture's symmetry lies, in the picture's own coordinates: what a checker needs besides
the pixels, and what :mod:`service.reporting.quality` measures by."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array, affine
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.colour_frame import RGB, ColourFrame, Pixels

Picture = Pixels  # (H, W, 3) sRGB, top row first
MARGIN = 16  # pixels around a picture, for the spline: it forgets at a factor 0.27 each
_EDGE = 3  # pixels at an open border that are not compared: the spline does not see beyond it


class Layout(ABC):
    """A picture of ``shape`` (H, W) of a space: where in it every pixel lies, and which pixel shows
    a given place. Positions are (row, column), pixel centres at whole numbers.

    joins: the borders of the picture that meet, by the axis across them (0: the lowest row meets
    the first), and how many pixels aside. on_grid: whether the symmetry may take pixels to pixels
    everywhere."""

    shape: tuple[int, int]
    joins: Mapping[int, int] = MappingProxyType({})
    on_grid = False

    @abstractmethod
    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """The places (n, 3) of pixels, numbered row-major (n,), and how much each counts (n,)."""

    @abstractmethod
    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Where places (n, 3) are seen: (n, 2), and whether they are seen well enough to compare
        (n,)."""

    def framed(self, picture: Picture) -> Picture:
        """The picture with MARGIN more pixels on every side, as its space goes on there; unless
        that is known, as its border is."""
        return np.pad(picture, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")

    def within(self, place: Array, shape: tuple[int, int] | None = None) -> NDArray[np.bool_]:
        """Whether positions (n, 2) are inside of the picture, or of one of ``shape``, and clear of
        its border."""
        low, high = _EDGE, np.array(shape or self.shape) - 1 - _EDGE
        return ((place >= low) & (place <= high)).all(axis=1)


@dataclass(frozen=True, eq=False)
class PictureGenerator:
    """One generator g: the colour at g·p is ``colour`` applied to the colour at p. matrix: (3, 3),
    see :class:`Frame` for its coordinates."""

    name: str
    title: str
    matrix: Array
    colour: ColourElement


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture's symmetry, the part that is exact. Matrices act

    - of a "tiling", a "frieze" and a "rosette" on (x, y, 1) in pixels, x right, y down, pixel
      centres at +½;
    - of a sphere's "equirectangular", "cube" and "octahedral" pictures on unit vectors, z up;
    - of the "hyperbolic" plane on (x, y, t), x² + y² − t² = −1;
    - of a "spiral" on (log |z|, arg z, 1), of a "tunnel" on (|z|, arg z, 1);
    - of a mesh's texture ("uv") on the object's own coordinates.

    layout: where the pixels lie in that space, None for meshes; fields: the same for the receipt;
    colours: what the generators' colours act on.
    """

    projection: str
    generators: tuple[PictureGenerator, ...]
    layout: Layout | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    colours: ColourFrame = RGB


def moved_frame(frame: Frame, corner: tuple[int, int]) -> Frame:
    """The frame of a piece of a tiling that begins at pixel ``corner`` (x, y) of the picture."""
    if corner == (0, 0):
        return frame
    there, back = (affine(np.eye(2), (s * corner[0], s * corner[1])) for s in (-1, 1))
    generators = tuple(
        dataclasses.replace(g, matrix=there @ g.matrix @ back) for g in frame.generators
    )
    lattice = dict(frame.fields["lattice"])
    lattice["origin"] = (np.array(lattice["origin"]) - corner).tolist()
    return dataclasses.replace(frame, generators=generators, fields={"lattice": lattice})
