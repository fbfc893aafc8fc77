"""Charts of friezes: the texels of a strip, one period long, that a frieze group permutes.

A strip lies in the middle of a torus of texels that is taller than it. The group acts on the torus
as it does on the strip, so the kaleidoscope of the plane (:mod:`geometry.plane.kaleidoscope`) is
exact on it. What is above and below is painted and not delivered: it keeps the two edges of the
strip apart, which on a torus of its height would be neighbours, and lets them end in the middle of
a pattern.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.plane.chart import PlaneChart, plane_chart
from geometry.spaces import Array, affine
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.groups import Colouring, Generator, Group

PAINTED, APART = 1.25, 3.0  # heights of a torus, in those of its strip


@dataclass(frozen=True, eq=False)
class FriezeChart:
    """torus: of texels; shape: (rows, columns) of the strip, which is in its middle."""

    torus: PlaneChart
    shape: tuple[int, int]

    @property
    def top(self) -> int:
        """The torus' row that is the strip's first."""
        return (self.torus.rows - self.shape[0]) // 2

    @property
    def texels(self) -> NDArray[np.int64]:
        """(rows · columns,): the torus' numbers of the strip's texels, row by row."""
        rows, columns = self.shape
        return np.arange(self.top * columns, (self.top + rows) * columns)


def frieze_chart(
    group: Group, colouring: Colouring, width: int, height: float = PAINTED
) -> FriezeChart:
    """The chart of one period of the colours, ``width`` texels long or, where the group needs a
    multiple of some number, a few less. The group's lattice has the height of the strip over its
    translation (:func:`geometry.plane.lattices.shaped`). height: of the torus, in those of the
    strip: with APART, the nearest image of a place is in the strip itself."""
    assert group.lattice is not None and colouring.supercell is not None
    aspect = float(group.lattice.basis[1, 1])
    lattice = dataclasses.replace(group.lattice, basis=np.diag([1.0, aspect * height]))
    tall = dataclasses.replace(group, lattice=lattice)
    step = plane_chart(tall, colouring, 1).columns  # the narrowest there is
    columns = max(step, width // step * step)
    torus = plane_chart(tall, colouring, columns)
    cells = abs(colouring.supercell[0][0])
    # even, as the torus is wherever something turns the strip over
    rows = min(max(2, round(aspect * columns / cells / 2) * 2), torus.rows)
    return FriezeChart(torus, (rows, columns))


def picture_generators(
    chart: FriezeChart,
) -> list[tuple[Generator, ColourElement]]:
    """The generators with their colours, as (3, 3) matrices in the strip's pixels: x right, y down,
    from its upper left corner."""
    rows, columns = chart.shape
    to_pixels: Array = affine(np.diag([columns, chart.torus.rows]), (0.0, rows / 2))
    return [
        (dataclasses.replace(g, matrix=to_pixels @ g.matrix @ np.linalg.inv(to_pixels)), colour)
        for g, colour in chart.torus.generators
    ]
