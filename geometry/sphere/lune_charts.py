"""Charts of the sphere for groups with many turns about one axis: a lune between two meridians.

In longitude and latitude such a group is one of the seven frieze groups, and its domain a
rectangle: a lune, from pole to pole or from the equator to the pole. The weight of the paint is a
product of two windows, one over longitude and one over latitude. It is 1 inside the rectangle and 0
beyond a strip along its sides, and the strips get narrower with the lune: down to the poles no more
than two lunes mix. Only where a lune is no wider than a few texels, which hold no detail across it,
the window over longitude widens to the same few texels and at the pole to all lunes alike. That
makes F continuous there even if a turn about the axis changes colours.

On the chart a point has y = latitude and x = p·e, e pointing east in the middle of the lune: near
the sinusoidal projection (Snyder, 1987, §30), of true scale along the middle and at the poles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.sphere.copies import Copies, normalised
from geometry.symmetry.groups import Elements

OVERLAP = 0.125  # half the width of the strip between two lunes, in lunes
_BLUR = 2.0  # texels to either side over which lunes mix at least


@dataclass(frozen=True, eq=False)
class LuneChart:
    """One chart of a lune.

    shape: (1, rows, columns); texel: width in radians; spacing: width of a lune in longitude,
    radians; lowest: latitude of the first row; sides: (1, lunes) or (2, lunes), the elements that
    bring each lune to the chart, from west to east, on the second side those that swap the poles
    (a lune is then its northern half); first: (sides,), longitude of the middle of the first lune;
    mirrored: (elements,), −1 for those that swap east and west, else 1."""

    elements: Elements
    shape: tuple[int, int, int]
    texel: float
    spacing: float
    lowest: float
    sides: NDArray[np.int64]
    first: Array
    mirrored: Array

    @property
    def texels(self) -> int:
        """How many texels the chart has: the columns of a fold."""
        return math.prod(self.shape)

    def copies(self, points: Array) -> Copies:
        """The copies of the paint that unit vectors (n, 3) see."""
        x, y, z = points.T
        ring = np.hypot(x, y)
        row, element, weight, east, north = self.shares(np.arctan2(y, x), ring, np.arctan2(z, ring))
        across = self.mirrored[element] * ring[row] * np.sin(east) / self.texel
        position = np.stack(
            [(north - self.lowest) / self.texel, across + (self.shape[2] - 1) / 2], axis=1
        )
        return Copies(row, element, weight, np.zeros(len(row), np.int64), position)

    def shares(
        self, longitude: Array, ring: Array, latitude: Array
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Array, Array, Array]:
        """Which elements bring points (n,) to the lune, ring being their distance from the axis:
        the points' numbers (k,), sorted, the elements', the weights of sum 1 over a point, and the
        longitudes east of the lune's middle and the latitudes to which they bring them.

        A point need not be on the unit sphere: latitude can be any height that is about
        ±1 at the ends and changes its sign where the poles are swapped."""
        strip = self._strip(ring)
        halves, lunes = self.sides.shape
        southern_end = 0.0 if halves == 2 else math.inf
        found = []
        for side, first, sign in zip(self.sides, self.first, (1, -1), strict=False):
            north = sign * latitude
            share = _window(-north, southern_end, self._strip(1.0))
            # of a lune's window from its middle, in lunes
            reach = np.where(share > 0, 0.5 + strip / self.spacing, 0)
            for count, where in _by_reach(reach, lunes):
                lune = (longitude[where] - first) / self.spacing
                start = np.floor(lune + count % 2 / 2)
                steps = np.arange(count) - (count - 1) // 2
                east = ((lune - start)[:, None] - steps) * self.spacing
                window = _window(np.abs(east), self.spacing / 2, strip[where, None])
                entry = np.flatnonzero(window)
                near, step = np.divmod(entry, count)
                row = where[near]
                element = side[(start[near].astype(np.int64) + steps[step]) % lunes]
                weight = window.take(entry) * share[row]
                found.append((row, element, weight, east.take(entry), north[row]))
        row, element, weight, east, north = map(np.concatenate, zip(*found, strict=True))
        order = np.argsort(row, kind="stable")
        row = row[order]
        weight = normalised(row, weight[order])
        return row, element[order], weight, east[order], north[order]

    def _strip(self, ring: Array | float) -> Array:
        """Half the width, in longitude, of the strip over which lunes mix at distance ``ring``
        from the axis."""
        return OVERLAP * self.spacing + _BLUR * self.texel / np.maximum(ring, 1e-300)


def lune_chart(elements: Elements, texel_angle: float, middle: float = 0.0) -> LuneChart:
    """The chart of a group that keeps the z axis, with texels ``texel_angle`` radians wide.
    middle: longitude of the chart's middle, where no upright mirror says where that is."""
    lunes = turns_about_axis(elements)
    spacing = 2 * math.pi / lunes
    matrices = elements.matrices
    mirrored = np.sign(np.linalg.det(matrices[:, :2, :2]))
    shift = np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])  # longitude φ goes to ±φ + shift
    keeps = matrices[:, 2, 2] > 0
    upright = np.flatnonzero(keeps & (mirrored < 0))  # a mirror at half its shift is a lune's side
    if len(upright):
        middle = (shift[upright[0]] + spacing) / 2
    longitude = mirrored * (middle - shift)  # of what comes to the chart's middle
    from_west = np.mod(longitude / spacing + 1e-6, lunes)
    sides, first = [], []
    for half in (keeps, ~keeps)[: len(elements) // lunes]:
        members = np.flatnonzero(half)
        sides.append(members[np.argsort(from_west[members])])
        first.append(longitude[sides[-1][0]])
    strip = OVERLAP * spacing + _BLUR * texel_angle
    lowest = -strip if len(sides) == 2 else -math.pi / 2
    rows = math.ceil((math.pi / 2 - lowest) / texel_angle) + 4
    half_width = math.sin((0.5 + OVERLAP) * spacing) + _BLUR * texel_angle
    columns = math.ceil(2 * half_width / texel_angle) + 4
    return LuneChart(
        elements,
        (1, rows, columns),
        texel_angle,
        spacing,
        lowest - 1.5 * texel_angle,
        np.stack(sides),
        np.array(first),
        mirrored,
    )


def turns_about_axis(elements: Elements) -> int:
    """How many elements keep the north pole; 0 if some move it elsewhere than to the south."""
    z = elements.matrices[:, 2, 2]
    return int((z > 0).sum()) if np.allclose(np.abs(z), 1) else 0


def _window(distance: Array, edge: float, strip: Array | float) -> Array:
    """1 where ``distance`` is short of the edge by the strip or more, 0 that far beyond it."""
    x = np.clip((distance - edge + strip) / (2 * strip), 0, 1)
    return (1 - x * x) ** 2


def _by_reach(reach: Array, lunes: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """How many lunes around a point are enough for windows of ``reach`` (n,) lunes, 2, 4, 8, ...
    or all, and the points' numbers, class by class. A reach of 0 is in no class."""
    count, fewer = 2, 0
    while fewer < lunes:
        count = min(count, lunes)
        enough = reach <= (count / 2 if count < lunes else math.inf)
        yield count, np.flatnonzero((reach > fewer / 2) & enough)
        count, fewer = 2 * count, count
