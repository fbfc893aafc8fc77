"""The painting of a sphere, to be read in any direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from geometry.sphere.pictures import CUBE, Projection
from service.spaces.frame import MARGIN
from service.spaces.sphere import SphereLayout


class Ball:
    """A picture (H, W, 3) uint8 of the whole sphere, read bilinearly."""

    def __init__(self, projection: Projection, picture: NDArray[np.uint8]) -> None:
        self._projection = projection
        self._shape = (picture.shape[0], picture.shape[1])
        self._framed = SphereLayout(projection, self._shape).framed(picture)

    @property
    def fineness(self) -> float:
        """Texels per radian, where they are coarsest."""
        return float(1 / np.sqrt(self._projection.area(self._shape).max()))

    def colours(self, directions: Array) -> Array:
        """Colours (n, 3), 0..255, of directions (n, 3) of any length."""
        points = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        place = np.stack(self._projection.positions(points, self._shape)) - 0.5
        if self._projection is CUBE:  # what is beside a face in the picture is not so on the sphere
            side = self._shape[0] // 2
            start = np.floor((place + 0.5) / side) * side
            place = np.clip(place, start, start + side - 1)
        channels = [
            ndimage.map_coordinates(self._framed[..., k], place + MARGIN, float, order=1)
            for k in range(3)
        ]
        return np.stack(channels, axis=1)
