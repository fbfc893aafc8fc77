"""Any picture as a window onto a pattern, for measures that compare pixels: a place outside of it
is looked for at its images under the pattern's translations."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from service.spaces.frame import Layout

_LOSS = 3  # pixels at the border that are not compared: the spline does not see beyond it
# The nine cells around, the middle one first.
_AROUND = sorted(itertools.product((-1, 0, 1), repeat=2), key=lambda step: step != (0, 0))


class WindowLayout(Layout):
    """Places are (x, y, 1) in pixels, x right, y down, centres at +½. seen: (H, W), the pixels that
    show the pattern; cell: (2, 2), its translations as columns, or None where a place is looked for
    at itself only."""

    def __init__(self, seen: NDArray[np.bool_], cell: Array | None = None) -> None:
        self.shape = seen.shape[0], seen.shape[1]
        self._seen, self._cell = seen, cell
        self._clear = ndimage.binary_erosion(seen, iterations=_LOSS)

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        places = np.column_stack([column + 0.5, row + 0.5, np.ones(len(pixels))])
        return places, self._seen[row, column].astype(float)

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout. Of several images the one is taken that is nearest to the middle."""
        places = points[:, :2].copy()
        if self._cell is None:
            return self._at(places)
        middle = np.array(self.shape[::-1]) / 2
        places -= np.rint((places - middle) @ np.linalg.inv(self._cell).T) @ self._cell.T
        found, usable = self._at(places)
        for step in _AROUND[1:]:
            if usable.all():
                break
            other, there = self._at(places[~usable] + self._cell @ step)
            left = np.flatnonzero(~usable)[there]
            found[left], usable[left] = other[there], True
        return found, usable

    def _at(self, places: Array) -> tuple[Array, NDArray[np.bool_]]:
        position = places[:, ::-1] - 0.5
        near = np.rint(position).astype(int)
        usable = ((near >= 0) & (near < self.shape)).all(axis=1)
        usable[usable] = self._clear[tuple(near[usable].T)]
        return position, usable
