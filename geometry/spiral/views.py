"""Pictures and windows of a spiral, read from the mip pyramid of its texture.

Texels grow with the radius, so a pixel near the middle covers many of them: it reads the level
whose texels are as large as the pixel, or a mix of two. Nearer to the middle a pixel covers whole
periods, more than the coarsest level's texels: there wider and wider tents average that level, up
to the mean of the whole texture, which is what the infinitely many repetitions look like.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.maps.pyramid import pyramid_offsets, pyramid_shapes
from geometry.maps.sampling import SamplingMap, average_runs
from geometry.maps.taps import outer_taps
from geometry.spaces import Array
from geometry.spiral.chart import MIDDLE, SpiralChart

_BAND = 1 << 18  # sub-pixels at a time: bounds the memory
_READ = 1 << 15  # the same where they are read at once: they stay in the processor's cache
_BLUR = (0.1, 0.25)  # radii between which windows begin to count


def sample(points: Array, footprint: float, chart: SpiralChart, phase: float = 0.0) -> SamplingMap:
    """Packed pyramid (:mod:`geometry.maps.pyramid`) of the texture → its colours at z (n, 2).

    footprint: side of the square around a point that is averaged, in the points' unit. phase: the
    spiral is shown as x moves it, so many times; any number, with 1 the generator itself.
    """
    parts = list(_taps(points, footprint, chart, phase))
    taps = np.zeros(len(points), np.int64)
    for part in parts:
        taps[part.points] += part.texels.shape[1]
    starts = np.concatenate([[0], taps.cumsum()])
    texels, weights = np.empty(starts[-1], np.int32), np.empty(starts[-1])
    free = starts[:-1].copy()
    for part in parts:
        count = part.texels.shape[1]
        places = free[part.points, None] + np.arange(count)
        texels[places], weights[places] = part.texels, part.weights
        free[part.points] += count
    columns = pyramid_offsets((chart.rows, chart.columns))[-1]
    return SamplingMap(columns, starts, texels, weights)


class _Taps(NamedTuple):
    """What some points read of one level: points (n,), their numbers; texels (n, k) of the packed
    pyramid, and their weights (n, k)."""

    points: NDArray[np.int64]
    texels: NDArray[np.int64]
    weights: Array


def _taps(points: Array, footprint: float, chart: SpiralChart, phase: float) -> Iterator[_Taps]:
    """Of all levels that are read; see :func:`sample`."""
    shapes = pyramid_shapes((chart.rows, chart.columns))
    offsets = pyramid_offsets((chart.rows, chart.columns))
    last = chart.levels - 1
    polar = chart.shape.polar(points) - phase * chart.basis[:, 0]
    across, down = np.linalg.solve(chart.period, polar.T) * [[chart.columns], [chart.rows]]
    # A tunnel's pixels cover more of the angle than of the radius near the middle, and less far
    # out: the larger counts for both.
    angular = 1 / np.maximum(np.hypot(points[:, 0], points[:, 1]), MIDDLE)
    stretch = angular if chart.shape.kind == "zoom" else np.maximum(angular, 1)
    whole = last + math.ceil(math.log2(max(shapes[last])))  # the level of the texture's mean
    level = np.clip(np.log2(footprint * stretch * chart.density), 0, whole)
    for number in range(int(level.min()), math.ceil(level.max()) + 1):
        share = 1 - np.abs(level - number)
        rows = np.flatnonzero(share > 0)
        stored = min(number, last)
        height, width = shapes[stored]
        taps, weights = outer_taps(
            _tent(down[rows] / 2**stored - 0.5, 2 ** (number - stored), height),
            _tent(across[rows] / 2**stored - 0.5, 2 ** (number - stored), width),
            width,
        )
        yield _Taps(rows, taps + offsets[stored], weights * share[rows, None])


def picture_colours(
    pyramid: NDArray[np.floating],
    chart: SpiralChart,
    shape: tuple[int, int],
    rows: range,
    subsamples: int = 2,
) -> NDArray[np.floating]:
    """What :func:`picture_map` makes of a pyramid (texels, C) in some rows, (pixels, C), in its
    precision: where it is wanted once, without the map, in a third of the time."""
    centres, to_points = _grid(shape, rows), 2 / shape[1]
    within = _grid((subsamples, subsamples)) / subsamples
    out = np.empty((len(centres), pyramid.shape[1]), pyramid.dtype)
    size = _READ // len(within)
    for start in range(0, len(centres), size):
        points = ((centres[start : start + size, None] + within) * to_points).reshape(-1, 2)
        seen = np.zeros((len(points), pyramid.shape[1]), pyramid.dtype)
        for part in _taps(points, to_points / subsamples, chart, 0.0):
            weights = part.weights.astype(pyramid.dtype)
            seen[part.points] += np.einsum("nk,nkc->nc", weights, pyramid[part.texels])
        out[start : start + size] = seen.reshape(-1, len(within), seen.shape[1]).mean(axis=1)
    return out


def picture_map(
    chart: SpiralChart,
    shape: tuple[int, int],
    phase: float = 0.0,
    subsamples: int = 2,
    rows: range | None = None,
) -> SamplingMap:
    """Pyramid → pixels (H·W) of the picture of ``shape`` (height, width), or of some of its rows,
    row-major, each the mean of ``subsamples``² points. Raising ``phase`` zooms into the spiral,
    without end: at ``chart.loop`` the picture is that of phase 0 again."""
    return _pixels(_grid(shape, rows), np.eye(2) * 2 / shape[1], chart, phase, subsamples)


def window_map(
    chart: SpiralChart,
    window: int,
    random: np.random.Generator,
    subsamples: int = 2,
    moved: tuple[float, float] | None = None,
) -> tuple[SamplingMap, Array]:
    """Pyramid → pixels of a square view of ``window`` pixels a side, and how much each of them
    counts (window²,), 0 to 1.

    A window is cut out of the picture, at its magnification, anywhere; before that the spiral is
    turned by any angle and zoomed by any phase, so that all texels are seen equally much. The
    middle, where there is more blur than paint, does not count. moved: the turn and the phase, 0 to
    1, if they shall be these.
    """
    free = max(0, chart.width - window) / 2
    centres = _grid((window, window)) + random.uniform(-free, free, 2)
    share = (random.random(), random.random()) if moved is None else moved
    turn, phase = 2 * math.pi * share[0], chart.loop * share[1]
    c, s = math.cos(turn), math.sin(turn)
    to_points = np.array([[c, -s], [s, c]]) * 2 / chart.width
    radius = np.hypot(*(to_points @ centres.T))
    clear = np.clip((radius - _BLUR[0]) / (_BLUR[1] - _BLUR[0]), 0, 1)
    return _pixels(centres, to_points, chart, phase, subsamples), clear * clear * (3 - 2 * clear)


def _pixels(
    centres: Array, to_points: Array, chart: SpiralChart, phase: float, subsamples: int
) -> SamplingMap:
    """The means of subsamples² points around every one of ``centres`` (n, 2), in pixels, which the
    similarity ``to_points`` (2, 2) takes to points z."""
    within = _grid((subsamples, subsamples)) / subsamples
    footprint = math.sqrt(np.linalg.det(to_points)) / subsamples
    size = max(1, _BAND // len(within))
    bands = []
    for start in range(0, len(centres), size):
        points = (centres[start : start + size, None] + within).reshape(-1, 2) @ to_points.T
        starts = np.arange(0, len(points) + 1, len(within))
        bands.append(average_runs(sample(points, footprint, chart, phase), starts))
    counts = np.concatenate([np.diff(band.indptr) for band in bands])
    return SamplingMap(
        bands[0].columns,
        np.concatenate([[0], counts.cumsum()]),
        np.concatenate([band.indices for band in bands]),
        np.concatenate([band.weights for band in bands]),
    )


def _grid(shape: tuple[int, int], rows: range | None = None) -> Array:
    """(H·W, 2): the centres of a picture's pixels, or of some of its rows', from its middle, x
    right and y up, row-major."""
    rows = range(shape[0]) if rows is None else rows
    y, x = (k.ravel() + 0.5 for k in np.meshgrid(rows, range(shape[1]), indexing="ij"))
    return np.column_stack([x - shape[1] / 2, shape[0] / 2 - y])


def _tent(t: Array, reach: int, size: int) -> tuple[NDArray[np.int64], Array]:
    """Taps of a tent of half-width ``reach`` texels on a ring of ``size`` texels, at positions t
    (n,): bilinear for reach 1, and the mean of the ring once the tent covers it twice."""
    if reach >= size:
        numbers = np.broadcast_to(np.arange(size), (len(t), size))
        return numbers, np.full(numbers.shape, 1 / size)
    base = np.floor(t)
    steps = np.arange(1 - reach, reach + 1)
    weights = (1 - np.abs((t - base)[:, None] - steps) / reach) / reach
    return (base.astype(np.int64)[:, None] + steps) % size, weights
