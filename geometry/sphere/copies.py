"""What all charts of the sphere share: the copies of the paint that a point sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.maps.taps import bilinear_taps
from geometry.spaces import Array


@dataclass(frozen=True, eq=False)
class Copies:
    """Which places of the charts contribute to points of the sphere, (k,) each, sorted by point.

    row: the point's number; element: the g that brings it to the chart; weight: its share, of sum 1
    over a point; chart: its number; position: (k, 2), row and column there in texels, a texel's
    centre being a whole number."""

    row: NDArray[np.int64]
    element: NDArray[np.int64]
    weight: Array
    chart: NDArray[np.int64]
    position: Array


def normalised(row: NDArray[np.int64], weight: Array) -> Array:
    """Weights (k,) divided by their sum over each point."""
    return weight / np.bincount(row, weight).take(row)


def chart_taps(copies: Copies, shape: tuple[int, int, int]) -> tuple[NDArray[np.int32], Array]:
    """Bilinear taps (k, 4) of charts of ``shape`` (charts, rows, columns), row-major, and their
    shares of the copy's weight."""
    _, rows, columns = shape
    taps, shares = bilinear_taps(copies.position, copies.weight, columns)
    return taps + (copies.chart.astype(np.int32) * np.int32(rows * columns))[:, None], shares
