"""What all charts of a finite group share: the copies of the paint that a point sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geometry.maps.taps import bilinear_taps
from geometry.spaces import Array
from geometry.symmetry.groups import Elements


@dataclass(frozen=True, eq=False)
class Copies:
    """Which places of the charts contribute to points, (k,) each, sorted by point.

    row: the point's number; element: the g that brings it to the chart; weight: its share, of sum 1
    over a point; chart: its number; position: (k, 2), row and column there in texels, a texel's
    centre being a whole number."""

    row: NDArray[np.int64]
    element: NDArray[np.int64]
    weight: Array
    chart: NDArray[np.int64]
    position: Array


class Chart(Protocol):
    """One or more charts, in which a finite group has a domain."""

    @property
    def elements(self) -> Elements:
        """Of the group, with their colours."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(charts, rows, columns)."""

    @property
    def texels(self) -> int:
        """How many there are: the columns of a fold."""

    def copies(self, points: Array) -> Copies:
        """The copies of the paint that points (n, 3) see."""


def normalised(row: NDArray[np.int64], weight: Array) -> Array:
    """Weights (k,) divided by their sum over each point."""
    return weight / np.bincount(row, weight).take(row)


def chart_taps(copies: Copies, shape: tuple[int, int, int]) -> tuple[NDArray[np.int32], Array]:
    """Bilinear taps (k, 4) of charts of ``shape`` (charts, rows, columns), row-major, and their
    shares of the copy's weight."""
    _, rows, columns = shape
    taps, shares = bilinear_taps(copies.position, copies.weight, columns)
    return taps + (copies.chart.astype(np.int32) * np.int32(rows * columns))[:, None], shares
