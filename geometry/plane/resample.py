"""Pictures of the plane at any size: band-limited resampling on the torus of a chart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.plane.chart import PlaneChart, on_grid, picture_periods, pixels_to_period
from geometry.spaces import Array


def resample(values: Array, chart: PlaneChart, shape: tuple[int, int]) -> Array:
    """The picture (H, W, 3) of one period from texels (rows, columns, 3).

    Band-limited: every discrete frequency is read as its shortest Euclidean representative, so the
    interpolant has the very symmetry of the texels; frequencies that the picture cannot hold are
    left out in a disc, which has every symmetry too. Texels are copied where the grids agree.
    """
    if on_grid(chart, shape):
        return values
    spectrum = _spectrum(values, chart)
    frequency, share, entry = _shortest_frequencies(chart)
    to_period = pixels_to_period(chart, shape)
    pixel = np.linalg.norm(chart.basis @ to_period[:2, :2], axis=0)
    length = np.linalg.norm(frequency @ np.linalg.inv(chart.basis), axis=1)
    held = length < 0.5 / pixel.max()
    frequency, share, entry = frequency[held], share[held], entry[held]
    # from the first texel's centre to the first pixel's, in periods
    first = np.linalg.solve(chart.texels, [chart.offset, chart.offset])
    start = (to_period @ (0.5, 0.5, 1.0))[:2] - first
    phase = np.exp(2j * np.pi * (frequency @ start))
    height, width = shape
    target = frequency @ chart.span
    out = np.zeros((height, width, values.shape[2]), complex)
    np.add.at(
        out,
        (target[:, 1] % height, target[:, 0] % width),
        spectrum[entry] * (share * phase)[:, None],
    )
    down = np.fft.ifft(out, axis=0) * height
    down *= _twist(height, width, -picture_periods(chart, shape)[0, 1])
    return np.fft.ifft(down, axis=1).real * width


def _spectrum(values: Array, chart: PlaneChart) -> NDArray[np.complex128]:
    """(rows · columns, 3): amplitudes of the waves exp 2πi(k₁u + k₂v) in period coordinates from
    the first texel on, for k₁ as in np.fft.fftfreq and k₂ = 0 … rows − 1, k₂ slowest."""
    across = np.fft.fft(values, axis=1) * _twist(chart.rows, chart.columns, chart.skew)
    return np.fft.fft(across, axis=0).reshape(-1, values.shape[2]) / (chart.rows * chart.columns)


def _twist(height: int, width: int, shift: int) -> NDArray[np.complex128]:
    """(height, width, 1): the phases between the frequencies of a torus whose copies above are
    shifted and those of its rows."""
    turns = np.outer(np.arange(height), np.fft.fftfreq(width)) * shift / height
    return np.exp(2j * np.pi * turns)[:, :, None]


def _shortest_frequencies(
    chart: PlaneChart,
) -> tuple[NDArray[np.int64], Array, NDArray[np.int64]]:
    """The shortest representatives of all discrete frequencies: (n, 2) in waves per period, their
    shares (n,) (a tie is split evenly), and (n,) which row of the spectrum each belongs to."""
    k2, k1 = np.divmod(np.arange(chart.rows * chart.columns), chart.columns)
    k1 = np.where(2 * k1 >= chart.columns, k1 - chart.columns, k1)
    k2 = k2 - chart.rows * np.rint((k2 - k1 * chart.skew / chart.columns) / chart.rows).astype(int)
    aliases = np.array([(s, t) for s in (-1, 0, 1) for t in (-1, 0, 1)]) @ chart.texels.astype(int)
    candidates = np.stack([k1, k2], axis=1)[:, None, :] + aliases
    length = np.linalg.norm(candidates @ np.linalg.inv(chart.basis), axis=2)
    shortest = length <= length.min(axis=1, keepdims=True) * (1 + 1e-9)
    share = shortest / shortest.sum(axis=1, keepdims=True)
    entry, which = np.nonzero(shortest)
    return candidates[entry, which], share[entry, which], entry
