"""Grounds: where a picture's pixels lie on a surface, so that its heights are smoothed, sloped and
shaded on the surface, not in the picture. At its seams a surface just goes on.

At every pixel there are two unit vectors of the surface: *right*, in which the picture's columns
grow, and *up*, at a right angle to it, to the side on which its rows shrink. A tangent-space normal
map is in these (glTF 2.0, § 3.9.3; MikkTSpace). All lengths are in millimetres.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import InputError
from geometry.spaces import Array

DIRECTIONS = 12  # of a ring: as symmetric as the square and the hexagonal lattice
# Two nodes of Gauss-Laguerre: u = r²/2σ² of a normal distribution in the plane, and their weights.
_NODES = ((2 - 2**0.5, (2 + 2**0.5) / 4), (2 + 2**0.5, (2 - 2**0.5) / 4))

_MOST_PIXELS = 1 << 29  # of a picture and what is looked at around it


class Slopes(NamedTuple):
    """height: (H, W) smoothed; right, up: (H, W) by how much it rises per millimetre."""

    height: Array
    right: Array
    up: Array


class Ground(ABC):
    """A picture of ``shape`` (H, W) on a surface. step: millimetres between pixels, where they are
    farthest apart. seen: (H, W) bool, the pixels that show something of the surface; None: all."""

    shape: tuple[int, int]
    step: float
    seen: NDArray[np.bool_] | None = None

    @abstractmethod
    def moved(self, heights: Array, right: float, up: float) -> Array:
        """(H, W): the heights (H, W) at the places that are so many millimetres away."""

    def completed(self, heights: Array) -> Array:
        """(H, W): the heights, with what pixels beyond the surface need for :meth:`moved`."""
        return heights

    def slopes(self, heights: Array, sigma: float) -> Slopes:
        """The heights, blurred by a Gaussian of ``sigma`` millimetres, and their slopes.

        Both are means over a normally distributed step x: E h(p + x), and of its gradient
        E x·h(p + x)/σ². They are taken over rings, which have no preferred direction."""
        heights = self.completed(heights)
        blurred, right, up = (np.zeros(self.shape) for _ in range(3))
        for node, weight in _NODES:
            radius = sigma * (2 * node) ** 0.5
            for x, y in directions(DIRECTIONS) * radius:
                there = self.moved(heights, x, y) * (weight / DIRECTIONS)
                blurred += there
                right += there * (x / sigma**2)
                up += there * (y / sigma**2)
        return Slopes(self.completed(blurred), right, up)


def directions(count: int) -> Array:
    """(count, 2): unit vectors all around, mirror images of each other in both axes."""
    angle = (np.arange(count) + 0.5) * (2 * np.pi / count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


class Flat(Ground):
    """A flat picture ``width`` millimetres wide. wraps: whether it goes on to the right and left,
    and above and below; skew: by how many pixels the copies above and below lie aside, see
    :class:`service.printing.flat.Tile`. Where it does not wrap, it goes on as its border is."""

    def __init__(
        self,
        shape: tuple[int, int],
        width: float,
        wraps: tuple[bool, bool] = (True, True),
        skew: int = 0,
        seen: NDArray[np.bool_] | None = None,
    ) -> None:
        self.shape, self.step, self.seen = shape, width / shape[1], seen
        self._wraps, self._skew = wraps, skew
        self._last: tuple[Array, int, Array] | None = None

    def moved(self, heights: Array, right: float, up: float) -> Array:
        """See Ground; between pixels bilinearly."""
        x, y = right / self.step, -up / self.step
        left, top = int(np.floor(x)), int(np.floor(y))
        a, b = x - left, y - top
        margin = max(abs(left), abs(top), abs(left + 1), abs(top + 1))
        framed = self._framed_once(heights, margin)
        offset = (len(framed) - self.shape[0]) // 2

        def part(row: int, column: int) -> Array:
            rows = slice(offset + row, offset + row + self.shape[0])
            return framed[rows, offset + column : offset + column + self.shape[1]]

        above = (1 - a) * part(top, left) + a * part(top, left + 1)
        below = (1 - a) * part(top + 1, left) + a * part(top + 1, left + 1)
        return (1 - b) * above + b * below

    def slopes(self, heights: Array, sigma: float) -> Slopes:
        """See Ground: the Gaussian and its derivatives, exactly."""
        pixels = sigma / self.step
        margin = int(np.ceil(4 * pixels)) + 1
        framed = self.framed(heights, margin)

        def filtered(rows: int, columns: int) -> Array:
            whole = ndimage.gaussian_filter(framed, pixels, order=(rows, columns))
            return whole[margin : margin + self.shape[0], margin : margin + self.shape[1]]

        right, down = filtered(0, 1) / self.step, filtered(1, 0) / self.step
        return Slopes(filtered(0, 0), right, -down)

    def framed(self, picture: NDArray, margin: int) -> NDArray:
        """A picture (H, W, …) with ``margin`` pixels more on every side. Raises
        InputError("too-large") for so many that they would not fit into memory."""
        height, width = self.shape
        if (height + 2 * margin) * (width + 2 * margin) > _MOST_PIXELS:
            raise InputError(
                "too-large",
                "maps",
                f"They would look {margin} pixels over the edge of {width} × {height} pixels.",
                "Choose a smaller --smooth or --reach.",
            )
        rows, columns = (np.arange(-margin, n + margin) for n in self.shape)
        across, down = self._wraps
        copy = rows // height if down else np.zeros_like(rows)
        row = rows - copy * height if down else rows.clip(0, height - 1)
        column = columns[None, :] - copy[:, None] * self._skew
        column = column % width if across else column.clip(0, width - 1)
        return picture[row[:, None], column]

    def home(
        self, x: Array, y: Array, edge: float
    ) -> tuple[tuple[Array, Array], NDArray[np.bool_]]:
        """Where places (n,), columns and rows, lie in the picture itself; and whether they do, and
        are ``edge`` pixels clear of borders at which it does not go on."""
        (height, width), (across, down) = self.shape, self._wraps
        inside = np.ones(len(x), bool)
        if down:
            copy = np.floor((y + 0.5) / height)
            y, x = y - copy * height, x - copy * self._skew
        else:
            inside &= (y >= edge) & (y <= height - 1 - edge)
        if across:
            x = (x + 0.5) % width - 0.5
        else:
            inside &= (x >= edge) & (x <= width - 1 - edge)
        return (x, y), inside

    def _framed_once(self, heights: Array, margin: int) -> Array:
        """Of one picture that is moved many times the frame is kept, while it is wide enough."""
        if self._last is None or self._last[0] is not heights or self._last[1] < margin:
            self._last = heights, margin, self.framed(heights, margin)
        return self._last[2]
