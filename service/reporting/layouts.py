"""Layouts: where in its space every pixel of a picture lies, and which pixel shows a given place.
What is measured on pictures (:mod:`service.reporting.quality`) knows no more of them than this.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geometry.hyperbolic_models import Model
from geometry.hyperbolic_views import pixel_length, placement
from geometry.spaces import Array
from geometry.sphere_pictures import CUBE, EQUIRECTANGULAR, OCTAHEDRAL, Projection
from geometry.spiral import SpiralChart

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB, top row first
MARGIN = 16  # pixels around a picture, for the spline: it forgets at a factor 0.27 each
_LARGEST = 1.25  # a hyperbolic pixel that is compared, relative to those in the middle
_EDGE = 3  # pixels at an open border that are not compared: the spline does not see beyond it


class Layout(Protocol):
    """A picture of ``shape`` (H, W) of a space. Positions are (row, column), pixel centres at
    whole numbers."""

    shape: tuple[int, int]

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """The places (n, 3) of pixels, numbered row-major (n,), and how much each counts (n,)."""

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Where places (n, 3) are seen: (n, 2), and whether they are seen well enough to compare
        (n,)."""

    def framed(self, picture: Picture) -> Picture:
        """The picture with MARGIN more pixels on every side, as its space goes on there."""


class TileLayout:
    """One period of a tiling of the plane; places are (x, y, 1) in pixels, x right, y down, centres
    at +½. Above and below, the picture goes on shifted by ``skew`` pixels, as bricks do."""

    def __init__(self, shape: tuple[int, int], skew: int) -> None:
        self.shape, self.skew = shape, skew

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        ones = np.ones(len(pixels))
        return np.column_stack([column + 0.5, row + 0.5, ones]), ones

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        height, width = self.shape
        x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
        course = np.floor(y / height)
        place = np.column_stack([y - course * height, (x - course * self.skew) % width])
        return place, np.ones(len(points), bool)

    def framed(self, picture: Picture) -> Picture:
        """See Layout."""
        height, width = self.shape
        rows = np.arange(-MARGIN, height + MARGIN)
        columns = np.arange(-MARGIN, width + MARGIN)
        course = rows // height
        return picture[
            (rows % height)[:, None], (columns[None, :] - (course * self.skew)[:, None]) % width
        ]


class SphereLayout:
    """A projection of the sphere; places are unit vectors, z up."""

    def __init__(self, projection: Projection, shape: tuple[int, int]) -> None:
        self.shape, self._projection = shape, projection
        self._area = projection.area(shape)

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        points = self._projection.to_sphere(row + 0.5, column + 0.5, self.shape)
        return points, self._area[pixels]

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout. Cube and octahedral pictures are compared away from the edges at which their
        neighbours in the picture are none on the sphere."""
        place = np.stack(self._projection.positions(points, self.shape), axis=1) - 0.5
        if self._projection is CUBE:
            side = self.shape[0] // 2
            return place, _within(place % side, (side, side))
        if self._projection is OCTAHEDRAL:
            return place, _within(place, self.shape)
        return place, np.ones(len(place), bool)

    def framed(self, picture: Picture) -> Picture:
        """See Layout. Beyond a pole of an equirectangular picture the meridian comes down on the
        other side."""
        if self._projection is not EQUIRECTANGULAR:
            return _with_border(picture)
        half = picture.shape[1] // 2
        over = np.roll(picture[:MARGIN], half, axis=1)[::-1]
        under = np.roll(picture[-MARGIN:], half, axis=1)[::-1]
        tall = np.concatenate([over, picture, under])
        return np.pad(tall, ((0, 0), (MARGIN, MARGIN), (0, 0)), mode="wrap")


class HyperbolicLayout:
    """A model of the hyperbolic plane; places are on the hyperboloid. Only pixels not much larger
    than those in the middle are compared, and by their size: there the grid resolves the paint."""

    def __init__(self, model: Model, shape: tuple[int, int]) -> None:
        self.shape, self._model = shape, model
        self._scale, self._centre = placement(model, shape)
        self._largest = _LARGEST * pixel_length(model, shape)

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        place = np.column_stack([column, row]) + 0.5 - self._centre
        xy = place * (1, -1) / self._scale
        points, inside = self._model.to_space(xy)
        size = np.full(len(xy), np.inf)
        size[inside] = self._model.footprint(xy[inside]) / self._scale
        return points, np.where(size < self._largest, size**2, 0.0)

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        xy = self._model.from_space(points)
        place = xy * (1, -1) * self._scale + self._centre - 0.5
        clear = self._model.footprint(xy) / self._scale < self._largest
        return place[:, ::-1], clear & _within(place[:, ::-1], self.shape)

    def framed(self, picture: Picture) -> Picture:
        """See Layout."""
        return _with_border(picture)


class SpiralLayout:
    """A spiral around the picture's middle; places are (log |z|, arg z, 1), of a tunnel
    (|z|, arg z, 1)."""

    def __init__(self, chart: SpiralChart, shape: tuple[int, int]) -> None:
        self.shape, self._chart = shape, chart

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        height, width = self.shape
        row, column = np.divmod(pixels, width)
        z = np.column_stack([column + 0.5 - width / 2, height / 2 - row - 0.5]) * (2 / width)
        polar = self._chart.shape.polar(z)
        return np.column_stack([polar, np.ones(len(z))]), self._resolved(np.hypot(*z.T))

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        height, width = self.shape
        x, y = self._chart.shape.points(points[:, :2]).T * (width / 2)
        place = np.column_stack([height / 2 - y, x + width / 2]) - 0.5
        seen = self._resolved(np.hypot(x, y) * (2 / width)) > 0
        return np.nan_to_num(place), seen & _within(place, self.shape)

    def _resolved(self, radius: Array) -> Array:
        """Towards the middle texels are smaller than pixels. Only the outer half is compared, and
        as much more as a generous zoom needs for two places to compare."""
        return (radius > np.clip(0.97 / self._chart.shape.zoom, 0.35, 0.5)).astype(float)

    def framed(self, picture: Picture) -> Picture:
        """See Layout."""
        return _with_border(picture)


def _with_border(picture: Picture) -> Picture:
    return np.pad(picture, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")


def _within(place: Array, shape: tuple[int, int]) -> NDArray[np.bool_]:
    low, high = _EDGE, np.array(shape) - 1 - _EDGE
    return ((place >= low) & (place <= high)).all(axis=1)
