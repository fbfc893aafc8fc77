"""Symmetric textures of the plane on the lattice chart, exact to the bit.

A chart is a grid of texels over one period, in coordinates along the two period translations, and
the group permutes its texels. The kaleidoscope is plain superposition over the group (weights 1,
N = √|G|) at one texel per orbit, and every other texel copies its representative through the
colour action. Euclidean coordinates are the picture's up to a rotation that brings the first period
to the right, and y is down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from geometry.groups import Colouring, Elements, Group, elements, invert_colour
from geometry.sampling import SamplingMap, from_taps, linear_taps, outer_taps
from geometry.spaces import Array


@dataclass(frozen=True, eq=False)
class PlaneChart:
    """basis: (2, 2), the colour-free period translations as columns, Euclidean, in units of the
    primitive translation; rows, columns: texels along the second and the first of them; offset:
    of a texel in its cell. Texel (i, j) sits at basis @ ((j + offset)/columns, (i + offset)/rows).
    elements: the group modulo the periods, in period coordinates."""

    basis: Array
    rows: int
    columns: int
    offset: float
    elements: Elements

    @property
    def rectangle(self) -> NDArray[np.int64]:
        """(2, 2): the smallest rectangular period, as columns of whole multiples of the basis."""
        u, v = self.basis.T
        ratio = Fraction(-float(u @ v) / float(u @ u)).limit_denominator(64)
        return np.array([[1, ratio.numerator], [0, ratio.denominator]])

    @property
    def rectangle_size(self) -> tuple[float, float]:
        """Euclidean width and height of that rectangle."""
        sides = np.linalg.norm(self.basis @ self.rectangle, axis=0)
        return float(sides[0]), float(sides[1])


def plane_chart(group: Group, colouring: Colouring, width: int) -> PlaneChart:
    """The chart for a picture of one rectangular period, ``width`` pixels wide.

    A rectangular period gets one texel per pixel where the group's shifts allow it. A lattice
    without one (the hexagonal) gets ¾ as many texels per side, so that all it can hold fits
    under the picture's Nyquist frequency and the resampling to pixels loses nothing.
    """
    assert group.lattice is not None and colouring.supercell is not None
    supercell = np.array(colouring.supercell, float)
    basis = group.lattice.basis @ supercell
    found = elements(group, colouring)
    to_period = np.eye(3)
    to_period[:2, :2] = np.linalg.inv(supercell)
    in_period = Elements(to_period @ found.matrices @ np.linalg.inv(to_period), found.colours)
    shifts = in_period.matrices[:, :2, 2]
    divisor = math.lcm(2, *(Fraction(x).limit_denominator(96).denominator for x in shifts.ravel()))
    lengths = np.linalg.norm(basis, axis=0)
    skew = abs(basis[:, 0] @ basis[:, 1]) > 1e-9
    wanted = width * (0.75 if skew else 1.0)
    columns = divisor * max(1, math.ceil(wanted / divisor - 1e-9))
    rows = divisor * max(1, round(columns * lengths[1] / lengths[0] / divisor))
    return PlaneChart(basis, rows, columns, group.lattice.texel_offset, in_period)


def kaleidoscope(chart: PlaneChart) -> tuple[SamplingMap, SamplingMap]:
    """The two factors of the plane kaleidoscope.

    ``average``: canvas → one texel per orbit, F(r) = Σ_g c(g)⁻¹ K(g·r) / √|G|.
    ``unfold``: orbit → all texels, F(p) = c(g)⁻¹ F(g·p) for a g that takes p to its
    representative: one entry per row, weight 1, so the symmetry of what it makes is exact.
    """
    images = _permutations(chart)
    representative = images.min(axis=0)
    orbit, row_of = np.unique(representative, return_inverse=True)
    unfold_colours, palette = _palette(invert_colour(chart.elements))
    count = len(chart.elements)
    average = from_taps(
        images.shape[1],
        images[:, orbit].T,
        np.full((len(orbit), count), 1 / math.sqrt(count)),
        np.broadcast_to(unfold_colours, (len(orbit), count)),
        palette,
    )
    unfold = from_taps(
        len(orbit),
        row_of[:, None],
        np.ones((images.shape[1], 1)),
        unfold_colours[images.argmin(axis=0)][:, None],
        palette,
    )
    return average, unfold


def _palette(
    colours: tuple[tuple[int, int, int], ...],
) -> tuple[NDArray[np.int8], tuple[tuple[int, int, int], ...]]:
    palette = tuple(dict.fromkeys(colours))
    return np.array([palette.index(c) for c in colours], np.int8), palette


def _permutations(chart: PlaneChart) -> NDArray[np.int64]:
    """Where each element takes each texel: (elements, texels) row-major texel numbers."""
    size = np.array([chart.columns, chart.rows])
    i, j = np.divmod(np.arange(chart.rows * chart.columns), chart.columns)
    points = (np.stack([j, i], axis=1) + chart.offset) / size
    out = np.empty((len(chart.elements), len(points)), np.int64)
    for k, matrix in enumerate(chart.elements.matrices):
        moved = (points @ matrix[:2, :2].T + matrix[:2, 2]) * size - chart.offset
        texel = np.rint(moved)
        assert np.abs(moved - texel).max() < 1e-6, "the group does not permute the texels"
        column, row = texel.astype(np.int64).T
        out[k] = row % chart.rows * chart.columns + column % chart.columns
    return out


def picture_shape(chart: PlaneChart, width: int) -> tuple[int, int]:
    """(height, width) of the picture of one rectangular period. For an even width the height is
    even too, so that a centred lattice's translation by half of both is a whole number of pixels.
    """
    across, down = chart.rectangle_size
    step = 1 if width % 2 else 2
    return max(step, step * round(width * down / across / step)), width


def on_grid(chart: PlaneChart, shape: tuple[int, int]) -> bool:
    """Whether a picture of ``shape`` has exactly one pixel per texel."""
    return shape == (chart.rows, chart.columns) and np.array_equal(chart.rectangle, np.eye(2))


def pixels_to_period(chart: PlaneChart, shape: tuple[int, int]) -> Array:
    """(3, 3): pixel coordinates of the picture (x right, y down, centres at +½) → period
    coordinates. Pixel corner (0, 0) is the origin for texel offset ½ and half a pixel away from
    it for texels on nodes, so that pixel and texel centres agree wherever their grids do."""
    height, width = shape
    shift = chart.offset - 0.5
    centre = np.array([[1, 0, shift], [0, 1, shift], [0, 0, 1.0]])
    scale = np.diag([1 / width, 1 / height, 1.0])
    rectangle = np.eye(3)
    rectangle[:2, :2] = chart.rectangle
    return rectangle @ scale @ centre


def window_map(
    chart: PlaneChart,
    shape: tuple[int, int],
    window: tuple[int, int],
    corner: tuple[float, float] = (0.0, 0.0),
    turn: float = 0.0,
    zoom: float = 1.0,
) -> SamplingMap:
    """Texture → pixels of a window of the infinite picture, one period of which has ``shape``.

    The window has (height, width) pixels, starts at pixel ``corner`` (row, column), is turned by
    ``turn`` radians about its middle and shows things ``zoom`` times as large. Bilinear taps
    (the paint is smooth at their scale); a single tap where pixels and texels agree."""
    rows, columns = np.divmod(np.arange(window[0] * window[1]), window[1])
    middle = np.array(window[::-1]) / 2
    c, s = math.cos(turn) / zoom, math.sin(turn) / zoom
    local = (np.stack([columns, rows], axis=1) + 0.5 - middle) @ np.array([[c, s], [-s, c]])
    pixel = np.column_stack([local + middle + np.array(corner[::-1]), np.ones(len(rows))])
    x, y = (pixel @ pixels_to_period(chart, shape).T)[:, :2].T
    across, down = x * chart.columns - chart.offset, y * chart.rows - chart.offset
    texel = np.rint([across, down])
    if np.abs(texel - [across, down]).max() < 1e-6:
        j, i = texel.astype(np.int64)
        taps = (i % chart.rows * chart.columns + j % chart.columns)[:, None]
        return from_taps(chart.rows * chart.columns, taps, np.ones(taps.shape))
    j, wj = linear_taps(across)
    i, wi = linear_taps(down)
    indices, weights = outer_taps((i % chart.rows, wi), (j % chart.columns, wj), chart.columns)
    return from_taps(chart.rows * chart.columns, indices, weights)


def resample(values: Array, chart: PlaneChart, shape: tuple[int, int]) -> Array:
    """The picture (H, W, 3) of one rectangular period from texels (rows, columns, 3).

    Band-limited: every discrete frequency is read as its shortest Euclidean representative, so the
    interpolant has the very symmetry of the texels; frequencies that the picture cannot hold are
    left out in a disc, which has every symmetry too. Texels are copied where the grids agree.
    """
    if on_grid(chart, shape):
        return values
    height, width = shape
    size = np.array([chart.columns, chart.rows])
    to_dual = np.linalg.inv(chart.basis)
    k2, k1 = np.divmod(np.arange(chart.rows * chart.columns), chart.columns)
    shifts = np.array([(s, t) for s in (-1, 0, 1) for t in (-1, 0, 1)])
    candidates = np.stack([k1, k2], axis=1)[:, None, :] + shifts * size
    length = np.linalg.norm(candidates @ to_dual, axis=2)
    shortest = length <= length.min(axis=1, keepdims=True) * (1 + 1e-9)
    share = shortest / shortest.sum(axis=1, keepdims=True)  # a tie is split evenly
    across, down = chart.rectangle_size
    limit = min(width / across, height / down) / 2
    entry, which = np.nonzero(shortest & (length < limit))
    frequency = candidates[entry, which]
    spectrum = np.fft.fft2(values, axes=(0, 1)).reshape(-1, values.shape[2]) / len(k1)
    start = pixels_to_period(chart, shape) @ np.array([0.5, 0.5, 1])  # the first pixel's centre
    phase = np.exp(2j * np.pi * (frequency @ start[:2] - frequency @ (chart.offset / size)))
    target = frequency @ chart.rectangle
    out = np.zeros((height, width, values.shape[2]), complex)
    np.add.at(
        out,
        (target[:, 1] % height, target[:, 0] % width),
        spectrum[entry] * (share[entry, which] * phase)[:, None],
    )
    return np.fft.ifft2(out, axes=(0, 1)).real * height * width


def picture_generators(
    group: Group, chart: PlaneChart, supercell: Array, shape: tuple[int, int]
) -> list[Array]:
    """The group's generators as (3, 3) matrices in the picture's pixel coordinates."""
    to_lattice = np.eye(3)
    to_lattice[:2, :2] = supercell
    change = to_lattice @ pixels_to_period(chart, shape)
    return [np.linalg.inv(change) @ g.matrix @ change for g in group.generators]
