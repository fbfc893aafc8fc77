"""Charts of the plane: texels over one period that a wallpaper group permutes, and the pictures
that show them.

A chart is a torus of texels. On a hexagonal lattice they are the nodes of a sheared grid. On every
other lattice they are square, and pixels of the delivered picture: a right-angled or centred period
is a rectangle, an oblique one a brick, whose copies above are shifted by a whole number of texels.
Euclidean coordinates are the picture's, y down: mirror lattices lie along its sides, the others are
turned so that the first period points to the right.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.plane.lattices import HEXAGONAL
from geometry.plane.superposition import superposition
from geometry.plane.torus import TorusMap, torus_period
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.folds import Folds
from geometry.symmetry.groups import Colouring, Elements, Generator, Group, Lattice, short_basis


@dataclass(frozen=True, eq=False)
class PlaneChart:
    """basis: (2, 2), the periods as columns, Euclidean, in units of the first one. rows, columns,
    skew: the texels' torus repeats by (columns, 0) and by (skew, rows), in texels across and down.
    offset: of a texel in its cell: texel (i, j) sits at (j + offset, i + offset) of those.

    In period coordinates (multiples of the periods) are: cell, (2, 2), two shortest translations
    without colour, as columns; elements: the exact symmetry modulo the periods; generators: of it,
    with their colours; copies and weights: what is superposed, see
    :class:`geometry.plane.superposition.Superposition`.
    span: (2, 2), the periods of the delivered picture as whole multiples of the basis' columns.
    """

    basis: Array
    rows: int
    columns: int
    skew: int
    offset: float
    span: NDArray[np.int64]
    cell: Array
    elements: Elements
    generators: tuple[tuple[Generator, ColourElement], ...]
    copies: Elements
    weights: Array

    @property
    def texels(self) -> Array:
        """(2, 2): period coordinates → texels across and down."""
        return np.array([[self.columns, self.skew], [0.0, self.rows]])

    def number(self, row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row-major numbers of texels anywhere in the plane; arguments are broadcast."""
        around = row // self.rows
        within = (column - around * self.skew) % self.columns
        return (row - around * self.rows) * self.columns + within


@functools.lru_cache(maxsize=16)  # all that ask for one shall have the same
def plane_chart(
    group: Group,
    colouring: Colouring,
    width: int,
    torus_map: TorusMap | None = None,
    folds: Folds | None = None,
) -> PlaneChart:
    """The chart for a picture of one period, ``width`` pixels wide.

    The lattice is snapped to whole texels, one per pixel where the group's shifts divide the width,
    else a few more. The hexagonal lattice, which has no square texels, gets ¾ as many per side, so
    that all it can hold fits under the picture's Nyquist frequency and the resampling to pixels
    loses nothing. Raises InputError: "bad-torus-map", "bad-folds".
    """
    lattice = group.lattice
    assert lattice is not None and colouring.supercell is not None
    supercell = np.array(colouring.supercell)
    period = supercell if torus_map is None else torus_period(torus_map, group, supercell)
    period = _upright_period(lattice, period)
    made = superposition(group, colouring, period, folds)
    to_period = np.eye(3)
    to_period[:2, :2] = np.linalg.inv(made.period)
    copies, exact = (_changed(to_period, found) for found in (made.copies, made.elements))
    across, down = _divisors(copies, round(abs(np.linalg.det(made.period))))
    u, v = (lattice.basis @ made.period).T
    slope = float(u @ v) / float(u @ u)
    if lattice.name == HEXAGONAL.name:
        step = math.lcm(2, across, down)
        rows = columns = step * max(1, math.ceil(0.75 * width / step - 1e-9))
        skew, span, basis = 0, np.array([[1, 1], [0, 2]]), HEXAGONAL.basis
    else:
        columns = across * max(1, math.ceil(width / across - 1e-9))
        height = abs(float(np.linalg.det(lattice.basis @ made.period))) / float(u @ u)
        rows = down * max(1, round(columns * height / down))
        skew = down * round(columns * slope / down)
        span = np.eye(2, dtype=np.int64)
        basis = np.array([[columns, skew], [0, rows]]) / columns
    return PlaneChart(
        basis,
        rows,
        columns,
        skew,
        lattice.texel_offset,
        span,
        np.linalg.solve(made.period, made.cell),
        exact,
        tuple((_moved(to_period, g), colour) for g, colour in made.generators),
        copies,
        made.weights,
    )


def _upright_period(lattice: Lattice, period: NDArray[np.int64]) -> NDArray[np.int64]:
    """A period, columns in lattice coordinates, of the same lattice or, where that is a centred
    rectangle, of its rectangle. The first column points along the mirrors' first axis, where there
    are mirror axes, else it is as short as can be."""
    u, v = short_basis(period[:, 0], period[:, 1], lattice.basis)
    if lattice.name == HEXAGONAL.name:
        return np.stack([u, v], axis=1)
    if lattice.name in ("rectangular", "rhombic"):
        near = [(m * u + n * v) for m in range(-2, 3) for n in range(-2, 3)]
        level = [w for w in near if abs(lattice.basis[1] @ w) < 1e-9 < lattice.basis[0] @ w]
        first = min(level, key=lambda w: float(lattice.basis[0] @ w))
        rest = [w for w in near if _area(first, w) == _area(u, v)]
        u, v = first, min(rest, key=lambda w: abs(float(lattice.basis[0] @ w)))
    across, aside = lattice.basis @ u, lattice.basis @ v
    slope = float(across @ aside) / float(across @ across)
    v = v - round(slope - 1e-9) * u
    if abs(slope - round(slope - 1e-9) - 0.5) < 1e-9:
        v = 2 * v - u
    return np.stack([u, v], axis=1)


def _area(u: NDArray[np.int64], v: NDArray[np.int64]) -> int:
    return int(u[0] * v[1] - u[1] * v[0])


def _changed(change: Array, found: Elements) -> Elements:
    return Elements(change @ found.matrices @ np.linalg.inv(change), found.colours)


def _moved(change: Array, g: Generator) -> Generator:
    return Generator(g.letter, g.title, change @ g.matrix @ np.linalg.inv(change))


def _divisors(copies: Elements, cells: int) -> tuple[int, int]:
    """What the numbers of texels across and down must be multiples of, for periods of so many
    primitive cells: all shifts are then whole texels, and mirrors across an axis and centres of
    half turns, which lie at half a shift, are between texels."""
    common = 4 * cells  # shifts are whole or half primitive translations
    turned_back = copies.matrices[:, (0, 1), (0, 1)] < -0.5
    halves = np.where(turned_back, 0.5, 0.0)  # the same mirror a period on lies half a period on
    parts = copies.matrices[:, :2, 2] * (1 - halves)
    whole = np.rint(np.concatenate([parts, halves]) * common).astype(int)
    across, down = (common // math.gcd(common, *axis) for axis in whole.T.tolist())
    return across, down


def picture_shape(chart: PlaneChart, width: int) -> tuple[int, int]:
    """(height, width) of the picture of one period. Where the height is not the chart's own, it is
    even for an even width, so that a translation by half of both is a whole number of pixels."""
    if width == chart.columns and np.array_equal(chart.span, np.eye(2)):
        return chart.rows, width
    (across, _), (_, down) = chart.basis @ chart.span
    step = 1 if width % 2 else 2
    return max(step, step * round(width * down / across / step)), width


def picture_periods(chart: PlaneChart, shape: tuple[int, int]) -> NDArray[np.int64]:
    """(2, 2): the two periods of a picture of ``shape`` as columns, in pixels (x right, y down):
    (width, 0), and (shift, height) with a shift of 0 for all but bricks."""
    height, width = shape
    (across, aside), _ = chart.basis @ chart.span
    return np.array([[width, round(width * aside / across)], [0, height]])


def on_grid(chart: PlaneChart, shape: tuple[int, int]) -> bool:
    """Whether a picture of ``shape`` has exactly one pixel per texel."""
    return shape == (chart.rows, chart.columns) and np.array_equal(chart.span, np.eye(2))


def pixels_to_period(chart: PlaneChart, shape: tuple[int, int]) -> Array:
    """(3, 3): pixel coordinates of the picture (x right, y down, centres at +½) → period
    coordinates. Pixel corner (0, 0) is the origin for texel offset ½ and half a pixel away from
    it for texels on nodes, so that pixel and texel centres agree wherever their grids do."""
    shift = chart.offset - 0.5
    out = np.eye(3)
    out[:2, :2] = chart.span @ np.linalg.inv(picture_periods(chart, shape))
    return out @ np.array([[1, 0, shift], [0, 1, shift], [0, 0, 1.0]])


def picture_generators(
    chart: PlaneChart, shape: tuple[int, int]
) -> list[tuple[Generator, ColourElement]]:
    """Generators of the picture's exact symmetry with their colours, as (3, 3) matrices in its
    pixel coordinates."""
    to_pixels = np.linalg.inv(pixels_to_period(chart, shape))
    return [(_moved(to_pixels, g), colour) for g, colour in chart.generators]


def picture_lattice(chart: PlaneChart, shape: tuple[int, int]) -> tuple[Array, Array, Array]:
    """(a, b, origin): the translations without colour that generate all others, and the place of
    the group's origin, (2,) in pixels each."""
    to_pixels = np.linalg.inv(pixels_to_period(chart, shape))
    a, b = (to_pixels[:2, :2] @ chart.cell).T
    return a, b, to_pixels[:2, 2]
