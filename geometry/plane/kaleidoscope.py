"""Symmetric textures of the plane on the lattice chart, exact to the bit.

The group permutes the texels of a chart (see :mod:`geometry.plane.chart`). The kaleidoscope is
plain superposition over the group (weights 1, N = √|G|) at one texel per orbit, and every other
texel copies its representative through the colour action.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geometry.maps.sampling import SamplingMap, from_taps
from geometry.maps.taps import cubic_taps, linear_taps
from geometry.plane.chart import PlaneChart, pixels_to_period
from geometry.spaces import Array
from geometry.symmetry.colour import (
    IDENTITY,
    ColourElement,
    compose,
    generated,
    inverse,
    palette_of,
)
from geometry.symmetry.colour_frame import RGB, ColourFrame


def kaleidoscope(chart: PlaneChart) -> tuple[SamplingMap, SamplingMap]:
    """The two factors of the plane kaleidoscope.

    ``average``: canvas → one texel per orbit, F(r) = Σ_g w(g) c(g)⁻¹ K(g·r) over the chart's
    copies. The canvas has as many texels as the chart, row-major in period coordinates.
    ``unfold``: orbit → all texels, F(g·r) = c(g) F(r) over the chart's elements: one entry per row,
    weight 1, so the symmetry of what it makes is exact. On a mirror line or a rotation centre
    through a texel's middle, colours that the symmetry ties together are read from one channel.
    """
    count = chart.rows * chart.columns
    orbit, row_of = _orbits(chart)
    average = _average(chart, orbit)
    images = np.stack([_permuted(chart, m, orbit) for m in chart.elements.matrices])
    element = np.empty(count, np.int64)
    for k in range(len(images) - 1, -1, -1):  # the first element that leads there is kept
        element[images[k]] = k
    tied, ties = tying(chart, images == orbit)
    pair = element * len(ties) + tied[row_of]
    used = np.flatnonzero(np.bincount(pair))
    indices, palette = palette_of(
        tuple(compose(chart.elements.colours[k // len(ties)], ties[k % len(ties)]) for k in used)
    )
    colour = np.zeros(used[-1] + 1, np.int8)
    colour[used] = indices
    unfold = from_taps(
        len(orbit), row_of[:, None], np.ones((count, 1)), colour[pair][:, None], palette
    )
    return average, unfold


def one_of_each(
    chart: PlaneChart, colours: Array, shares: Array, frame: ColourFrame = RGB
) -> Array:
    """One colour per orbit of texels, (orbits, 3) in 0..1, as ``unfold`` copies them: the mean of
    the ``colours`` (texels, 3) of its texels, each brought back by the symmetry, by their shares
    (texels,), which must not all be 0. ``frame``: what the chart's colours act on."""
    orbit, _ = _orbits(chart)
    texels = [_permuted(chart, matrix, orbit) for matrix in chart.elements.matrices]
    images = np.stack(
        [
            frame.act(inverse(colour), colours[there])
            for colour, there in zip(chart.elements.colours, texels, strict=True)
        ]
    )
    weights = shares[np.stack(texels), None]
    return frame.mixed(images, lambda x: (weights * x).sum(axis=0) / weights.sum(axis=0))


def _orbits(chart: PlaneChart) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(orbits,) the first texel of each orbit, and (texels,) the orbit of each texel."""
    texels = np.arange(chart.rows * chart.columns)
    there = np.concatenate([_permuted(chart, g.matrix, texels) for g, _ in chart.generators])
    here = np.tile(texels, len(chart.generators))
    edges = sparse.coo_matrix((np.ones(len(here), bool), (here, there)), shape=(len(texels),) * 2)
    _, labels = sparse.csgraph.connected_components(edges, directed=False)
    _, first, orbit_of = np.unique(labels, return_index=True, return_inverse=True)
    return first, orbit_of


def _average(chart: PlaneChart, orbit: NDArray[np.int64]) -> SamplingMap:
    images = np.stack([_permuted(chart, m, orbit) for m in chart.copies.matrices], axis=1)
    taps, weights = _canvas_taps(chart, images)
    colours, palette = palette_of(tuple(inverse(c) for c in chart.copies.colours))
    return from_taps(
        chart.rows * chart.columns,
        taps.reshape(len(orbit), -1),
        (weights * chart.weights[:, None]).reshape(len(orbit), -1),
        np.broadcast_to(colours[:, None], taps.shape).reshape(len(orbit), -1),
        palette,
    )


def _canvas_taps(chart: PlaneChart, texels: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
    """What texels (...) read of the canvas, whose rows a brick shifts little by little:
    canvas texels and weights (..., taps)."""
    row, column = np.divmod(texels, chart.columns)
    if chart.skew == 0:
        return texels[..., None], np.ones((*texels.shape, 1))
    taps, weights = cubic_taps((column - _shift(chart, row)).ravel())
    taps = taps.reshape(*texels.shape, -1) % chart.columns
    return row[..., None] * chart.columns + taps, weights.reshape(taps.shape)


def _shift(chart: PlaneChart, row: NDArray[np.int64]) -> Array:
    """By how many texels rows of the canvas lie to the left of the chart's."""
    shift: Array = chart.skew * (row + chart.offset) / chart.rows
    return shift


def on_canvas(chart: PlaneChart, values: Array) -> Array:
    """The canvas (texels, channels) whose texels are about ``values`` (texels, channels): that of a
    brick is shifted back row by row, cubic."""
    if chart.skew == 0:
        return values
    row, column = np.divmod(np.arange(len(values)), chart.columns)
    taps, weights = cubic_taps(column + _shift(chart, row))
    found = values[row[:, None] * chart.columns + taps % chart.columns]
    canvas: Array = (weights[..., None] * found).sum(axis=1)
    return canvas


def tying(
    chart: PlaneChart, fixed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[tuple[int, int, int]]]:
    """For every orbit which of the listed channel selections makes a colour one that all elements
    keep that fix its texel; ``fixed``: (elements, orbits).

    A channel reads the first of those that it is tied to, with its sign. Where it is tied to its
    own inverse it must be mid grey, 127.5 in 8 bits, and may be off by the rounding.
    """
    which = np.zeros(fixed.shape[1], np.int64)
    ties: list[tuple[int, int, int]] = [IDENTITY]
    (special,) = np.nonzero(fixed.sum(axis=0) > 1)
    patterns, member = np.unique(fixed[:, special], axis=1, return_inverse=True)
    for k, pattern in enumerate(patterns.T):
        kept = generated(tuple(chart.elements.colours[e] for e in np.flatnonzero(pattern)))
        ties.append(_first_channels(kept))
        which[special[member.ravel() == k]] = len(ties) - 1
    return which, ties


def _first_channels(kept: tuple[ColourElement, ...]) -> tuple[int, int, int]:
    """Where each channel can be read, the same for all that a group of colours ties together."""
    r, g, b = (min((c[k] for c in kept), key=lambda s: (abs(s), s < 0)) for k in range(3))
    return r, g, b


def _permuted(chart: PlaneChart, matrix: Array, texels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The texels to which an isometry in period coordinates takes ``texels``."""
    row, column = np.divmod(texels, chart.columns)
    to_texels = chart.texels
    linear = to_texels @ matrix[:2, :2] @ np.linalg.inv(to_texels)
    start = to_texels @ matrix[:2, 2] + (linear - np.eye(2)) @ (chart.offset, chart.offset)
    whole, first = np.rint(linear), np.rint(start)
    size = max(chart.rows, chart.columns)
    drift = max(np.abs(linear - whole).max() * size, np.abs(start - first).max())
    assert drift < 1e-6, "the group does not permute the texels"
    (a, b), (c, d) = whole.astype(np.int64)
    x, y = first.astype(np.int64)
    return chart.number(c * column + d * row + y, a * column + b * row + x)


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
    to_texels = chart.texels @ pixels_to_period(chart, shape)[:2]
    across, down = to_texels @ pixel.T - chart.offset
    texel = np.rint([across, down])
    if np.abs(texel - [across, down]).max() < 1e-6:
        j, i = texel.astype(np.int64)
        taps = chart.number(i, j)[:, None]
        return from_taps(chart.rows * chart.columns, taps, np.ones(taps.shape))
    j, wj = linear_taps(across)
    i, wi = linear_taps(down)
    taps = chart.number(i[:, :, None], j[:, None, :]).reshape(len(i), -1)
    weights = (wi[:, :, None] * wj[:, None, :]).reshape(len(i), -1)
    return from_taps(chart.rows * chart.columns, taps, weights)
