"""A sphere's painting as a ground: its pixels in one of the projections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from geometry.sphere.pictures import CUBE, Projection, Shape
from service.maps.ground import Ground
from service.spaces.frame import MARGIN
from service.spaces.sphere import SphereLayout

_NUDGE = 1e-3  # pixels: how far the middle of a pixel is moved to see where 'right' and 'up' are
_CHUNK = 1 << 18  # pixels that are moved at a time: what is worked on stays in the cache


class SphereGround(Ground):
    """A sphere of ``diameter`` millimetres. Steps follow great circles."""

    def __init__(self, projection: Projection, shape: Shape, diameter: float) -> None:
        self.projection, self.shape = projection, shape
        self._radius = diameter / 2
        self._layout = SphereLayout(projection, shape)
        self.step = self._radius * float(np.sqrt(projection.area(shape).max()))
        row, column = (n.ravel() + 0.5 for n in np.indices(shape))
        self.out = projection.to_sphere(row, column, shape)
        along = projection.to_sphere(row, column + _NUDGE, shape) - self.out
        above = projection.to_sphere(row - _NUDGE, column, shape) - self.out
        self.right = _unit(along - _dot(along, self.out) * self.out)
        above -= _dot(above, self.out) * self.out
        self.up = _unit(above - _dot(above, self.right) * self.right)

    def moved(self, heights: Array, right: float, up: float) -> Array:
        """See Ground."""
        distance = np.hypot(right, up)
        angle = distance / self._radius
        framed = self.framed(heights)
        there = np.empty(heights.size)
        for start in range(0, heights.size, _CHUNK):
            some = slice(start, start + _CHUNK)
            way = self.right[some] * (right / distance) + self.up[some] * (up / distance)
            points = np.cos(angle) * self.out[some] + np.sin(angle) * way
            there[some] = self.read(framed, points)
        return there.reshape(self.shape)

    def framed(self, field: Array) -> Array:
        """A field (H, W) as :meth:`read` wants it: with MARGIN pixels more on every side."""
        layers: NDArray = field[..., None]
        framed: NDArray = self._layout.framed(layers)
        return framed[..., 0]

    def read(self, framed: Array, points: Array, order: int = 1) -> Array:
        """(n,): a framed field at points (n, 3) of the unit sphere: bilinearly, or by splines of
        another order, whose coefficients ``framed`` has."""
        place = np.stack(self.projection.positions(points, self.shape)) - 0.5
        if self.projection is CUBE:  # what is beside a face in the picture is not so on the sphere
            side = self.shape[0] // 2
            start = np.floor((place + 0.5) / side) * side
            place = np.clip(place, start, start + side - 1)
        return ndimage.map_coordinates(framed, place + MARGIN, float, order=order, prefilter=False)


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("nk,nk->n", a, b)[:, None]


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
