"""The symmetry of a chart in whole numbers: where it takes any texel, without a list of them all.

The kaleidoscope of a chart (:mod:`geometry.plane.kaleidoscope`) lists every texel several times. Of
a chart of tens of millions that is more memory than the painting takes; here a part of it is worked
out at a time, and the whole never exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.plane.chart import PlaneChart
from geometry.plane.kaleidoscope import tying
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, inverse


@dataclass(frozen=True)
class Motion:
    """Takes the texel in row i and column j, anywhere in the plane, to row c·j + d·i + y and column
    a·j + b·i + x. linear: ((a, b), (c, d)); start: (x, y)."""

    linear: tuple[tuple[int, int], tuple[int, int]]
    start: tuple[int, int]

    @classmethod
    def of(cls, chart: PlaneChart, matrix: Array) -> Motion:
        """That of an isometry in period coordinates, which permutes the texels."""
        to_texels = chart.texels
        linear = to_texels @ matrix[:2, :2] @ np.linalg.inv(to_texels)
        start = to_texels @ matrix[:2, 2] + (linear - np.eye(2)) @ (chart.offset, chart.offset)
        (a, b), (c, d) = np.rint(linear).astype(int).tolist()
        x, y = np.rint(start).astype(int).tolist()
        return cls(((a, b), (c, d)), (x, y))

    def __call__(
        self, row: NDArray[np.int64], column: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the images; arguments are broadcast."""
        ((a, b), (c, d)), (x, y) = self.linear, self.start
        return c * column + d * row + y, a * column + b * row + x


@dataclass(frozen=True)
class Copy:
    """One of those that are superposed: paint is read where ``motion`` leads, through ``colour``,
    and counts ``weight``."""

    motion: Motion
    colour: ColourElement
    weight: float


def copies(chart: PlaneChart) -> list[Copy]:
    """What the chart's kaleidoscope adds up: F(p) = Σ weight · colour · K(motion(p))."""
    return [
        Copy(Motion.of(chart, matrix), inverse(colour), float(weight))
        for matrix, colour, weight in zip(
            chart.copies.matrices, chart.copies.colours, chart.weights, strict=True
        )
    ]


def slide(chart: PlaneChart, row: NDArray[np.int64]) -> Array:
    """By how many texels the canvas's rows lie to the left of the chart's, which a brick shifts
    little by little. ``row``: anywhere in the plane."""
    shift: Array = chart.skew * (row + chart.offset) / chart.rows
    return shift


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a chart. first: (rows, columns), the first texel of each orbit; and by the
    number ``which``, (rows, columns), in ``colours``, what is made of its colour."""

    first: NDArray[np.int64]
    which: NDArray[np.integer]
    colours: tuple[ColourElement, ...]


class Orbits:
    """The orbits of a chart's texels, some rows at a time: all texels of an orbit show the colour
    of its first one."""

    def __init__(self, chart: PlaneChart) -> None:
        self._chart = chart
        self._motions = [Motion.of(chart, matrix) for matrix in chart.elements.matrices]
        self._colours = tuple(inverse(colour) for colour in chart.elements.colours)

    def rows(self, start: int, stop: int) -> Rows:
        """Those from ``start`` to before ``stop``."""
        row = np.arange(start, stop)[:, None]
        column = np.arange(self._chart.columns)[None]
        first = row * self._chart.columns + column
        which = np.zeros(first.shape, np.int16)
        itself = self._colours.index((1, 2, 3))
        which[:] = itself
        for k, motion in enumerate(self._motions):
            there = self._chart.number(*motion(row, column))
            sooner = there < first
            np.copyto(first, there, where=sooner)
            which[sooner] = k
        return Rows(first, which, self._colours)

    def tied(self, texels: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.bool_], ColourElement]]:
        """Which of the ``texels`` (n,), first ones of their orbits, lie on a mirror or a centre,
        and the choice of channels that makes a colour one which everything keeps that keeps them.
        """
        row, column = np.divmod(texels, self._chart.columns)
        fixed = np.stack([self._chart.number(*m(row, column)) == texels for m in self._motions])
        which, ties = tying(self._chart, fixed)
        for k, tie in enumerate(ties[1:], start=1):
            yield which == k, tie
