"""Gaussian means of values on charts: of a torus of texels by Fourier's series, exactly; of charts
that end by convolution, as wide in texels as the surface asks for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array

# Between charts whose Gaussians are this many times as wide, those of texels are interpolated.
_STEP = math.sqrt(2)


def torus_filtered(
    values: Array, periods: Array, skew: int, response: Callable[[Array], Array]
) -> Array:
    """What a filter makes of values (rows, columns, channels) on a torus of texels.

    periods: (2, 2), its two periods as columns, in any unit of length; a copy above is shifted by
    ``skew`` texels. response(frequency): the factor of waves, by their frequencies, in waves per
    unit. That depends on their lengths alone, so the filter is isotropic, and commutes with every
    isometry that permutes the texels. A frequency is read as the shortest of its aliases.
    """
    rows, columns, channels = values.shape
    turns = np.outer(np.arange(rows), np.fft.fftfreq(columns)) * skew / rows
    twist = np.exp(2j * np.pi * turns)
    factor = response(_frequencies(rows, columns, skew, periods))

    def filtered(channel: Array) -> Array:
        spectrum = np.fft.fft(np.fft.fft(channel, axis=1) * twist, axis=0)
        found: Array = np.fft.ifft(np.fft.ifft(spectrum * factor, axis=0) / twist, axis=1).real
        return found

    # one after the other: a spectrum takes four times as much memory as a picture's logits
    return np.stack([filtered(values[..., k]) for k in range(channels)], axis=2)


def _frequencies(rows: int, columns: int, skew: int, periods: Array) -> Array:
    """(rows, columns), lengths of the waves' frequencies, in waves per unit."""
    across = np.rint(np.fft.fftfreq(columns) * columns)[None, :]
    down = np.arange(rows)[:, None] + 0.0
    # near to the shortest one already, however much the torus is sheared
    down = down - rows * np.rint((down - across * skew / columns) / rows)
    inverse = np.linalg.inv(periods)
    shortest = np.full((rows, columns), np.inf)
    for s in (-1, 0, 1):
        for t in (-1, 0, 1):
            # texels: (columns, 0) and (skew, rows) are the periods
            one, two = across + s * columns, down + s * skew + t * rows
            x = one * inverse[0, 0] + two * inverse[1, 0]
            y = one * inverse[0, 1] + two * inverse[1, 1]
            np.minimum(shortest, np.hypot(x, y), out=shortest)
    return shortest


def charts_smoothed(values: Array, deviation: float | Array) -> Array:
    """Gaussian means of values (charts, rows, columns, channels), each chart by itself; beyond its
    border it goes on as it is there. deviation: in texels, of all, or of each, (charts, rows,
    columns)."""
    if isinstance(deviation, float):
        return _smoothed(values, deviation)
    low, high = float(deviation.min()), float(deviation.max())
    if high <= 0:
        return values
    low = max(low, 1e-3, high / 64)
    steps = max(1, math.ceil(math.log(high / low) / math.log(_STEP)))
    widths = [low * (high / low) ** (k / steps) for k in range(steps + 1)]
    place = np.log(np.clip(deviation, low, high) / low) / max(math.log(high / low), 1e-12) * steps
    below = np.minimum(place.astype(np.int64), steps - 1) if high > low else np.zeros_like(place)
    out = np.zeros_like(values)
    for k, width in enumerate(widths):
        share = _tent(place, below, k)
        if share.any():
            out += share[..., None] * _smoothed(values, width)
    return out


def _tent(place: Array, below: NDArray, number: int) -> Array:
    part = np.clip(place - below, 0, 1)
    share: Array = np.where(below == number, 1 - part, np.where(below == number - 1, part, 0.0))
    return share


def _smoothed(values: Array, deviation: float) -> Array:
    found: Array = ndimage.gaussian_filter(
        values, (0, deviation, deviation, 0), mode="nearest", truncate=4.0
    )
    return found
