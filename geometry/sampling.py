"""Sampling maps: what geometry hands to torch. A map is a sparse matrix in CSR form whose rows
are the places to be coloured (texels of a texture, pixels of a view) and whose columns are the
places that carry paint (texels of a canvas, of a texture, of a mip pyramid).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
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
        return len(self.indptr) - 1
