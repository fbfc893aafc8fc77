"""One cell of a group on a torus, with soft edges: where a picture goes that should be seen whole.

Superposition (:mod:`geometry.plane.kaleidoscope`, :mod:`geometry.spiral.chart`) adds up all
copies of all of the paint. Where the paint is a picture K once, around a seed s in general
position, with weights

    w(p) = exp(−|p − s|²/2σ²) / Σ_g exp(−|g·p − s|²/2σ²)

over all g of the group, its copies lie beside each other, as in a kaleidoscope: a partition of
unity whose parts are the Dirichlet cells of the images of s, with edges about 4σ²/d wide between
images at a distance d.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.frieze.chart import FriezeChart
from geometry.maps.taps import bilinear_taps
from geometry.plane.chart import PlaneChart
from geometry.spaces import Array, affine
from geometry.spiral.chart import SpiralChart, upright_basis
from geometry.symmetry.colour_frame import RGB, ColourFrame

# (rows, columns) and a number → values (rows, columns, 3): what is laid on a chart of that shape
Paper = Callable[[tuple[int, int], int], Array]

_CANDIDATES = 256
_SOFT = 0.03  # σ²/d², d the distance from the seed to the nearest of its images
_LEAST = 1 / 512  # of the largest weight of an orbit: smaller ones are left out
_AROUND = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)])


@dataclass(frozen=True, eq=False)
class Torus:
    """A torus of texels and a group that permutes them. basis: (2, 2), the periods as columns, in
    lengths of a texel, x right and y down as in a picture; texels: (2, 2), periods → texels across
    and down; offset: of a texel in its cell; shape: (rows, columns); matrices: (k, 3, 3), the group
    modulo the periods, acting on multiples of them; metric: (2, 2), from those lengths to lengths
    that the group keeps too and in which its cells are as round as can be; strip: the first row
    that is seen and the one after the last, where that is not all of them."""

    basis: Array
    texels: Array
    offset: float
    shape: tuple[int, int]
    matrices: Array
    metric: Array
    strip: tuple[int, int] | None = None


class Cell(NamedTuple):
    """What of the torus' texels a cell covers: texels (n,), row-major numbers, some of them more
    than once; places (n, 2), (x, y) in lengths of a texel from the upper left corner of the box of
    ``shape`` (height, width) that encloses all that is mostly the cell's; weights (n,), of sum 1
    over all copies of the cell at a texel; corner (2,), where that corner lies, in the same lengths
    from the origin of the periods."""

    texels: NDArray[np.int64]
    places: Array
    shape: tuple[int, int]
    weights: Array
    corner: Array


def plane_torus(chart: PlaneChart) -> Torus:
    """The torus of a wallpaper group's chart."""
    return Torus(
        chart.basis * chart.columns,
        chart.texels,
        chart.offset,
        (chart.rows, chart.columns),
        chart.elements.matrices,
        np.eye(2),
    )


def spiral_torus(chart: SpiralChart) -> Torus:
    """The torus of a spiral's chart, up being outward and right clockwise."""
    change = affine(np.linalg.inv(chart.period) @ chart.basis, np.zeros(2))
    upright = np.array([[0.0, -1.0], [-1.0, 0.0]])
    return Torus(
        upright @ chart.period * chart.density,
        np.diag([chart.columns, chart.rows]).astype(float),
        0.5,
        (chart.rows, chart.columns),
        change @ chart.elements.matrices @ np.linalg.inv(change),
        np.linalg.inv(upright @ upright_basis(chart.basis) * chart.density),
    )


def frieze_torus(chart: FriezeChart) -> Torus:
    """The torus of a frieze's chart, of which its strip is seen."""
    strip = (chart.top, chart.top + chart.shape[0])
    return dataclasses.replace(plane_torus(chart.torus), strip=strip)


def soft_cell(torus: Torus, orbit: NDArray[np.integer]) -> Cell:
    """The cell around a seed that is as far from all of its images as can be; orbit: (texels,),
    the number of each texel's orbit."""
    seed, distance = _seed(torus)
    rows, columns = torus.shape
    texels = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    period = (texels + torus.offset) @ np.linalg.inv(torus.texels).T - seed
    period -= np.rint(period)
    places = period @ torus.basis.T
    round_places = places @ torus.metric.T / (math.sqrt(2 * _SOFT) * distance)
    steps = _AROUND @ torus.basis.T
    round_steps = steps @ torus.metric.T / (math.sqrt(2 * _SOFT) * distance)
    # |p − s|²/2σ² of the copies of every texel under the periods
    square = np.stack([((round_places + step) ** 2).sum(axis=1) for step in round_steps])
    if torus.strip is not None:
        square[:, (texels[:, 1] < torus.strip[0]) | (texels[:, 1] >= torus.strip[1])] = np.inf
    nearest = np.full(orbit.max() + 1, np.inf)
    np.minimum.at(nearest, orbit, square.min(axis=0))
    copy, texel = np.nonzero(square < nearest[orbit] - math.log(_LEAST))
    weights = np.exp(nearest[orbit[texel]] - square[copy, texel])  # by the orbit's largest
    often = len(torus.matrices) / np.bincount(orbit)  # an element may fix a texel
    weights /= (np.bincount(orbit[texel], weights, len(often)) * often)[orbit[texel]]
    found = places[texel] + steps[copy]
    low, high = (edge(found[weights > 0.5], axis=0) for edge in (np.min, np.max))
    width, height = np.ceil(high - low).astype(int) + 1
    corner = torus.basis @ seed + low
    return Cell(texel, found - low, (int(height), int(width)), weights, corner)


def blank(torus: Torus, frame: ColourFrame) -> Array:
    """(3,): the paint that everywhere shows the mean of a colour frame, which its rules keep."""
    shown: Array = np.array(frame.mean) / len(torus.matrices) ** 0.5
    return shown


def in_one_cell(
    torus: Torus, orbit: NDArray[np.integer], paper: Paper, frame: ColourFrame = RGB
) -> Array:
    """(texels, 3): a paper laid on the soft cell, so that superposition shows it whole in every
    copy; orbit: see :func:`soft_cell`. frame: what the colours of the group act on."""
    cell = soft_cell(torus, orbit)
    height, width = cell.shape
    values = paper(cell.shape, 0).reshape(-1, 3) - frame.mean
    places = np.clip(cell.places[:, ::-1], 0, np.array([height, width]) - 1.001)
    taps, shares = bilinear_taps(places, cell.weights * len(torus.matrices) ** 0.5, width)
    seen = (shares[..., None] * values[taps]).sum(axis=1)
    out = np.tile(blank(torus, frame), (len(orbit), 1))
    np.add.at(out, cell.texels, seen)
    return out


def _seed(torus: Torus) -> tuple[Array, float]:
    """The best of many points spread over a period, in periods, and how far the nearest of
    its images is by the metric."""
    golden = np.array([0.7548776662, 0.5698402910])  # Roberts' R₂: even in two dimensions
    seeds = np.arange(1, _CANDIDATES + 1)[:, None] * golden % 1
    if torus.strip is not None:
        first, last = np.array(torus.strip) / torus.shape[0]
        seeds[:, 1] = first + (last - first) * seeds[:, 1]
    images = np.einsum("kij,nj->nki", torus.matrices[:, :2, :2], seeds) + torus.matrices[:, :2, 2]
    steps = images - seeds[:, None]
    steps = (steps - np.rint(steps))[:, :, None] + _AROUND
    to_round = torus.metric @ torus.basis
    length = np.linalg.norm(steps @ to_round.T, axis=3).reshape(len(seeds), -1)
    length[length < 1e-6 * np.abs(to_round).max()] = np.inf  # the identity
    nearest = length.min(axis=1)
    best = int(nearest.argmax())
    return seeds[best], float(nearest[best])
