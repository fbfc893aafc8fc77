"""Taps: the texels that a place between texels reads, and their shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cubic_taps(t: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Four taps of the Catmull-Rom spline (Keys, 1981, a = −½) at positions ``t`` (n,) in texels.

    Returns integer texel numbers (n, 4), not wrapped or clamped, and weights (n, 4) of sum 1.
    """
    base = np.floor(t)
    f = (t - base)[:, None]
    d = np.abs(f - np.array([-1.0, 0.0, 1.0, 2.0]))
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return base.astype(np.int64)[:, None] + np.arange(-1, 3), np.where(d <= 1, near, far)


def linear_taps(t: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Two taps of linear interpolation at positions ``t`` (n,) in texels, as in cubic_taps."""
    base = np.floor(t)
    f = t - base
    return base.astype(np.int64)[:, None] + np.arange(2), np.stack([1 - f, f], axis=1)


def outer_taps(
    rows: tuple[NDArray[np.int64], NDArray[np.float64]],
    columns: tuple[NDArray[np.int64], NDArray[np.float64]],
    width: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Taps of a picture of ``width`` texels, row-major, from taps along its two axes.

    Both arguments are (numbers (n, k), weights (n, k)); the result is (n, k²) each.
    """
    (i, wi), (j, wj) = rows, columns
    shape = (len(i), i.shape[1] * j.shape[1])
    return (
        (i[:, :, None] * width + j[:, None, :]).reshape(shape),
        (wi[:, :, None] * wj[:, None, :]).reshape(shape),
    )


def bilinear_taps(
    positions: NDArray[np.float64], weights: NDArray[np.float64], width: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Four taps of a picture of ``width`` texels, row-major, at positions (n, 2), row and column in
    texels: texel numbers (n, 4), and their shares (n, 4) of weights (n,)."""
    corner = np.floor(positions)
    down, across = (positions - corner).T
    i, j = corner.T.astype(np.int32)
    taps = (i * np.int32(width) + j)[:, None] + np.array([0, 1, width, width + 1], np.int32)
    shares = np.empty(taps.shape)
    lower = weights * down
    upper = weights - lower
    np.multiply(upper, across, out=shares[:, 1])
    np.subtract(upper, shares[:, 1], out=shares[:, 0])
    np.multiply(lower, across, out=shares[:, 3])
    np.subtract(lower, shares[:, 3], out=shares[:, 2])
    return taps, shares
