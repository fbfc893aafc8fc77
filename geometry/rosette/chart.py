"""Charts of rosettes: a wedge of the unit disc, one fundamental domain, and a little around it.

A group of turns and mirrors about a point acts on directions as it does about an axis of the
sphere, and the weights are those of its lunes (:mod:`geometry.sphere.lune_charts`): a point reads
its wedge, and near the wedge's sides two. The disc is flat, so that the chart is a piece of it, to
scale: of C1 all of it, as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.sphere.copies import Copies
from geometry.sphere.lune_charts import OVERLAP, LuneChart, lune_chart
from geometry.symmetry.colour import act, inverse
from geometry.symmetry.groups import Elements

_PIXELS = 1 << 20  # of a picture at a time
_AIR = 4  # texels around what is read: lunes mix over two, and taps read one more


@dataclass(frozen=True, eq=False)
class RosetteChart:
    """One chart of a wedge. Rows go outward along its middle, which points up unless mirrors say
    where it lies; columns go counterclockwise.

    lunes: of the same group about an axis, which share the directions; shape: (1, rows, columns);
    texel: length, the disc's radius being 1; origin: (along, across) of texel (0, 0), from the
    centre of the disc."""

    lunes: LuneChart
    shape: tuple[int, int, int]
    texel: float
    origin: tuple[float, float]

    @property
    def elements(self) -> Elements:
        """Of the group, with their colours."""
        return self.lunes.elements

    @property
    def texels(self) -> int:
        """How many texels the chart has: the columns of a fold."""
        return math.prod(self.shape)

    def copies(self, points: Array) -> Copies:
        """The copies of the paint that points (n, 3), (x, y, 1), see."""
        x, y, _ = points.T
        ring = np.hypot(x, y)
        row, element, weight, east, _ = self.lunes.shares(np.arctan2(y, x), ring, np.ones(len(x)))
        along = ring[row] * np.cos(east)
        across = self.lunes.mirrored[element] * ring[row] * np.sin(east)
        position = (np.stack([along, across], axis=1) - self.origin) / self.texel
        return Copies(row, element, weight, np.zeros(len(row), np.int64), position)


def rosette_chart(elements: Elements, texel: float, reach: float) -> RosetteChart:
    """The chart of a group of turns and mirrors about (0, 0, 1), with texels ``texel`` long, for
    points no farther than ``reach`` from there."""
    lunes = lune_chart(elements, texel, math.pi / 2)
    half = min(math.pi, (0.5 + OVERLAP) * lunes.spacing)
    air = _AIR * texel
    low = min(0.0, math.cos(half)) * reach - air
    side = (math.sin(half) if half < math.pi / 2 else 1.0) * reach + air
    rows = math.ceil((reach + air - low) / texel) + 1
    columns = math.ceil(2 * side / texel) + 1
    return RosetteChart(lunes, (1, rows, columns), texel, (low, -side))


def one_of_each(picture: NDArray[np.uint8], elements: Elements) -> NDArray[np.uint8]:
    """A square picture (H, H, 3) with x right, y up from its middle, in which pixels that the
    ``elements`` take to pixels agree to the bit: of each orbit one stands for all. Colours act on
    red, green and blue."""
    side, out = len(picture), picture.copy()
    x = 2 * np.arange(side) - side + 1
    # a few rows at a time: the list of all pixels would be many times as large as the picture
    height = max(1, _PIXELS // side)
    for top in range(0, side, height):
        rows = np.arange(top, min(top + height, side))[:, None]
        y, own = side - 1 - 2 * rows, rows * side + np.arange(side)
        best, chosen = own.copy(), np.zeros(own.shape, np.int16)
        for number, matrix in enumerate(elements.matrices):
            (a, b), (c, d) = whole = np.rint(matrix[:2, :2]).astype(np.int64)
            if not np.allclose(whole, matrix[:2, :2], atol=1e-9):
                continue
            column, row = (a * x + b * y + side - 1) // 2, (side - 1 - c * x - d * y) // 2
            image = row * side + column
            better = image < best
            best[better], chosen[better] = image[better], number
        for number in np.unique(chosen[best != own]):
            here = chosen == number
            seen = picture.reshape(-1, 3)[best[here]]
            out[top : top + height][here] = act(inverse(elements.colours[number]), seen)
    return out
