"""Sampling maps: what geometry hands to torch. A map is a sparse matrix in CSR form whose rows
are the places to be coloured (texels of a texture, pixels of a view) and whose columns are the
places that carry paint (texels of a canvas, of a texture, of a mip pyramid).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True, eq=False)
class SamplingMap:
    """A sparse (rows × columns) matrix of real weights, CSR.

    indptr: (rows + 1,) int64; indices: (nnz,) int32 column numbers; weights: (nnz,) float64.
    colours: (nnz,) int8 or None. Entry k reads column ``indices[k]`` through the colour element
    ``palette[colours[k]]`` (a signed permutation, see :mod:`geometry.colour`); None means that
    every entry reads the paint as it is.
    """

    columns: int
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float64]
    colours: NDArray[np.int8] | None = None
    palette: tuple[tuple[int, int, int], ...] = ((1, 2, 3),)

    @property
    def rows(self) -> int:
        """How many places are coloured."""
        return len(self.indptr) - 1


def from_taps(
    columns: int,
    indices: NDArray[np.integer],
    weights: NDArray[np.float64],
    colours: NDArray[np.integer] | None = None,
    palette: tuple[tuple[int, int, int], ...] = ((1, 2, 3),),
) -> SamplingMap:
    """A map whose every row has the same number of taps: indices, weights, colours (rows, taps)."""
    rows, taps = indices.shape
    return SamplingMap(
        columns,
        np.arange(rows + 1, dtype=np.int64) * taps,
        indices.astype(np.int32).ravel(),
        weights.astype(np.float64).ravel(),
        None if colours is None else colours.astype(np.int8).ravel(),
        palette,
    )


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


def average_groups(taps: SamplingMap, size: int) -> SamplingMap:
    """The mean of every ``size`` consecutive rows: see :func:`average_runs`."""
    assert taps.rows % size == 0, "rows do not come in groups"
    return average_runs(taps, np.arange(0, taps.rows + 1, size))


def average_runs(taps: SamplingMap, starts: NDArray[np.int64]) -> SamplingMap:
    """The means of the rows ``starts[k]`` to ``starts[k + 1]``: sub-samples merged into pixels. A
    run without rows makes an empty row.

    Taps of one pixel on the same column through the same colour are added up, so that the result
    costs little more than one sub-sample would. Entries are sorted by column within a row.
    """
    palette = len(taps.palette)
    columns = taps.indices.astype(np.int64)
    if taps.colours is not None:
        columns = columns * palette + taps.colours
    matrix = sparse.csr_matrix(
        (taps.weights, columns, taps.indptr), shape=(taps.rows, taps.columns * palette)
    )
    sizes = np.diff(starts)
    average = sparse.csr_matrix(
        (np.repeat(1 / np.maximum(sizes, 1), sizes), np.arange(taps.rows), starts),
        shape=(len(sizes), taps.rows),
    )
    merged = (average @ matrix).sorted_indices()
    cell = merged.indices
    if taps.colours is not None:
        cell, colour = np.divmod(merged.indices, palette)
    return SamplingMap(
        taps.columns,
        merged.indptr.astype(np.int64),
        cell.astype(np.int32),
        merged.data,
        None if taps.colours is None else colour.astype(np.int8),
        taps.palette,
    )
