"""Sampling maps: what geometry hands to torch. A map is a sparse matrix in CSR form whose rows
are the places to be coloured (texels of a texture, pixels of a view) and whose columns are the
places that carry paint (texels of a canvas, of a texture, of a mip pyramid).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geometry.symmetry.colour import IDENTITY, ColourElement, compose
from geometry.symmetry.colour_frame import RGB, ColourFrame

_SPARSELY = 64  # columns for one that is read: then a list of those is sorted, else all are ticked
Texels = NDArray[np.floating] | NDArray[np.uint8]
Read = Callable[[NDArray[np.integer]], Texels]  # numbers of texels (n,) → what they hold (n, C)
_Point = TypeVar("_Point", bound=np.generic)


@dataclass(frozen=True, eq=False)
class SamplingMap:
    """A sparse (rows × columns) matrix of real weights, CSR.

    indptr: (rows + 1,) int64; indices: (nnz,) int32 column numbers; weights: (nnz,) float64.
    colours: (nnz,) int8 or None. Entry k reads column ``indices[k]`` through the colour element
    ``palette[colours[k]]`` (a signed permutation, see :mod:`geometry.symmetry.colour`); None means
    that every entry reads the paint as it is.
    """

    columns: int
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float64]
    colours: NDArray[np.int8] | None = None
    palette: tuple[ColourElement, ...] = (IDENTITY,)

    @property
    def rows(self) -> int:
        """How many places are coloured."""
        return len(self.indptr) - 1

    @property
    def row_weight(self) -> float:
        """The sum of a row's absolute weights, the mean of all rows: how far what the map shows
        moves when all that it reads moves by 1."""
        return float(np.abs(self.weights).sum() / self.rows)

    @property
    def matrix(self) -> sparse.csr_matrix:
        """The weights as SciPy has them, (rows × columns), whatever colours do."""
        shape = (self.rows, self.columns)
        return sparse.csr_matrix((self.weights, self.indices, self.indptr), shape=shape)

    def narrowed(self) -> tuple[NDArray[np.int64], SamplingMap]:
        """The columns that are read, ascending, and the same map of these alone."""
        taken, indices = only_read(self.indices.astype(np.int64), self.columns)
        return taken, replace(self, columns=len(taken), indices=indices.astype(np.int32))

    def row_subset(self, rows: NDArray[np.integer]) -> SamplingMap:
        """The map with only the given ``rows`` (n,), in their order."""
        counts = np.diff(self.indptr)[rows]
        starts = np.concatenate([[0], counts.cumsum()])
        entries = np.arange(starts[-1]) + np.repeat(self.indptr[rows] - starts[:-1], counts)
        colours = None if self.colours is None else self.colours[entries]
        return SamplingMap(
            self.columns,
            starts,
            self.indices[entries],
            self.weights[entries],
            colours,
            self.palette,
        )

    def fixed(self, frame: ColourFrame) -> NDArray[np.float64] | None:
        """What is added to the rows, (rows, 3), where colours act in a frame that is not RGB; else
        None.

        Paint c deviates from m' = m / W, where m is the frame's mean and W what the weights of a
        row add up to, so that m' everywhere shows m. A row is m + Σ wₖ Qₖ (c − m'), and all of that
        but Σ wₖ Qₖ c does not depend on the paint."""
        if self.colours is None or frame.is_rgb:
            return None
        entries = np.diff(self.indptr)
        row = np.arange(self.rows).repeat(entries)
        shares = sparse.csr_matrix(
            (self.weights, (row, self.colours)), shape=(self.rows, len(self.palette))
        )
        total = np.asarray(shares.sum(axis=1)).ravel()
        mean = np.array(frame.mean)
        usual = float(np.median(total[entries > 0])) if entries.any() else 1.0
        moved = np.stack([frame.action(element)[0] @ mean for element in self.palette])
        return np.where((entries > 0)[:, None], mean - shares @ moved / usual, 0.0)

    def apply(self, paint: Texels, frame: ColourFrame = RGB) -> NDArray[np.float64]:
        """The logits (rows, 3) that paint (columns, 3) makes, colours acting in ``frame``: what the
        service's operators do on their device, for whoever has no torch at hand."""
        logits, fixed = self._moved(paint, frame), self.fixed(frame)
        return logits if fixed is None else logits + fixed

    def applied_to(self, read: Read) -> NDArray[np.float64]:
        """(rows, C): what :meth:`apply` makes, of values that no colours move and that are read
        where they count."""
        taken, few = self.narrowed()
        return few.matrix @ read(taken)

    def _moved(self, paint: Texels, frame: ColourFrame) -> NDArray[np.float64]:
        if self.colours is None:
            if len(self.indices) >= self.columns:
                return self.matrix @ paint
            taken, few = self.narrowed()  # SciPy makes float64 of all that it is given
            return few.matrix @ paint[taken]
        elements = [frame.action(element)[0] for element in self.palette]
        colours = self.colours.astype(int)
        in_all_colours = self.columns * len(elements)
        if max(self.rows * len(elements), len(self.indices)) < in_all_colours:
            row = np.arange(self.rows).repeat(np.diff(self.indptr)) + colours * self.rows
            shape = (self.rows * len(elements), self.columns)
            parts = sparse.csr_matrix((self.weights, (row, self.indices)), shape=shape) @ paint
            parts = parts.reshape(len(elements), self.rows, 3)
            return np.einsum("pri,pji->rj", parts, np.stack(elements))
        stack = np.concatenate([paint @ element.T for element in elements])
        indices = self.indices + colours * self.columns
        shape = (self.rows, len(stack))
        return sparse.csr_matrix((self.weights, indices, self.indptr), shape=shape) @ stack


def from_taps(
    columns: int,
    indices: NDArray[np.integer],
    weights: NDArray[np.float64],
    colours: NDArray[np.integer] | None = None,
    palette: tuple[ColourElement, ...] = (IDENTITY,),
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


def average_runs(taps: SamplingMap, starts: NDArray[np.integer]) -> SamplingMap:
    """The means of consecutive rows: row k of the result is that of rows starts[k] … starts[k + 1]
    − 1, sub-samples merged into a pixel; empty where there are none.

    Taps of one pixel on the same column through the same colour are added up, so that the result
    costs little more than one sub-sample would. Entries are sorted by column within a row.
    """
    palette = len(taps.palette)
    columns, count = taps.indices.astype(np.int64), taps.columns * palette
    if taps.colours is not None:
        columns = columns * palette + taps.colours
    read = None
    if len(columns) < count:  # a product holds numbers for each column
        read, columns = only_read(columns, count)
        count = len(read)
    matrix = sparse.csr_matrix((taps.weights, columns, taps.indptr), shape=(taps.rows, count))
    merged = (mean_of_rows(starts) @ matrix).sorted_indices()
    cell = merged.indices if read is None else read[merged.indices]
    if taps.colours is not None:
        cell, colour = np.divmod(cell, palette)
    return SamplingMap(
        taps.columns,
        merged.indptr.astype(np.int64),
        cell.astype(np.int32),
        merged.data,
        None if taps.colours is None else colour.astype(np.int8),
        taps.palette,
    )


def only_read(
    columns: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of ``count`` columns there are in ``columns`` (n,), ascending, and the number in these
    of each of them (n,)."""
    if count > _SPARSELY * len(columns):
        taken, numbers = np.unique(columns, return_inverse=True)
        return taken, numbers.astype(np.int64, copy=False)
    read = np.zeros(count, bool)
    read[columns] = True
    taken = np.flatnonzero(read)
    numbers = np.empty(count, np.int32)  # of which no more is touched than is read
    numbers[taken] = np.arange(len(taken))
    return taken, numbers[columns].astype(np.int64)


def mean_of_rows(starts: NDArray[np.integer]) -> sparse.csr_matrix:
    """The (pixels × samples) matrix that takes the mean of samples starts[k] … starts[k + 1] − 1 as
    pixel k, 0 where there are none."""
    counts = np.diff(starts)
    weights = np.repeat(1 / np.maximum(counts, 1), counts)
    return sparse.csr_matrix(
        (weights, np.arange(starts[-1]), starts), shape=(len(counts), int(starts[-1]))
    )


class Reads(NamedTuple):
    """What some points read of the charts: row (k,), the point's number, ascending; taps (k, t)
    texels and their shares (k, t); colours (k,), the colour's number in the palette."""

    row: NDArray[np.integer]
    taps: NDArray[np.int32]
    shares: NDArray[np.float64]
    colours: NDArray[np.int8]


def from_reads(
    columns: int,
    points: NDArray[_Point],
    chunk: int,
    read: Callable[[NDArray[_Point]], Reads],
    palette: tuple[ColourElement, ...],
) -> SamplingMap:
    """The map whose rows are ``points`` (n, …), places or numbers of places, which are read
    ``chunk`` at a time: what is worked on stays in the processor's cache."""
    counts, indices, weights, used = [], [], [], []
    for start in range(0, max(1, len(points)), chunk):
        some = points[start : start + chunk]
        found = read(some)
        taps = found.taps.shape[1]
        counts.append(taps * np.bincount(found.row, minlength=len(some)))
        indices.append(found.taps.ravel())
        weights.append(found.shares.ravel())
        used.append(found.colours.repeat(taps))
    return SamplingMap(
        columns,
        np.concatenate([[0], *counts]).cumsum(),
        np.concatenate(indices),
        np.concatenate(weights),
        np.concatenate(used),
        palette,
    )


def superposed(
    maps: Sequence[SamplingMap], weights: Sequence[float], colours: Sequence[ColourElement]
) -> SamplingMap:
    """Σ_k weights[k] · colours[k] · maps[k]: maps with the same rows and columns, laid over each
    other, each through a further colour element."""
    elements = [[compose(c, p) for p in m.palette] for m, c in zip(maps, colours, strict=True)]
    palette = tuple(dict.fromkeys(element for some in elements for element in some))
    numbers = [np.array([palette.index(element) for element in some]) for some in elements]
    counts = np.stack([np.diff(m.indptr) for m in maps])
    row = np.concatenate([np.repeat(np.arange(maps[0].rows), count) for count in counts])
    order = np.argsort(row, kind="stable")
    colour = [
        n[np.zeros(len(m.indices), int) if m.colours is None else m.colours]
        for n, m in zip(numbers, maps, strict=True)
    ]
    return SamplingMap(
        maps[0].columns,
        np.concatenate([[0], counts.sum(axis=0).cumsum()]),
        np.concatenate([m.indices for m in maps])[order],
        np.concatenate([w * m.weights for w, m in zip(weights, maps, strict=True)])[order],
        np.concatenate(colour).astype(np.int8)[order],
        palette,
    )


def composed(outer: SamplingMap, inner: SamplingMap) -> SamplingMap:
    """outer · inner: what ``outer`` makes of the places that ``inner`` makes. Only ``outer`` may
    read through colours."""
    palette = len(outer.palette) if outer.colours is not None else 1
    columns = outer.indices.astype(np.int64)
    if outer.colours is not None:
        columns = columns + outer.colours.astype(np.int64) * outer.columns
    first = sparse.csr_matrix(
        (outer.weights, columns, outer.indptr), shape=(outer.rows, outer.columns * palette)
    )
    second = sparse.csr_matrix(
        (inner.weights, inner.indices, inner.indptr), shape=(inner.rows, inner.columns)
    )
    product = (first @ sparse.block_diag([second] * palette, "csr")).sorted_indices()
    colour, column = np.divmod(product.indices, inner.columns)
    return SamplingMap(
        inner.columns,
        product.indptr.astype(np.int64),
        column.astype(np.int32),
        product.data,
        None if outer.colours is None else colour.astype(np.int8),
        outer.palette,
    )
