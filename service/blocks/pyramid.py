"""A canvas's pyramid of levels that is read in boxes: what a box shows, and the gradient of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from geometry.maps.taps import cubic_taps
from service.blocks.boxes import Box, Held, Level, boxes
from service.surfaces.grids import ALIGNED, Phase

_STRIP = 128  # of those that are interpolated: small matrices, of which little is zero


class Line(NamedTuple):
    """What makes a part of a row of one grid from that of another: its texels from ``first`` on,
    times ``matrix`` (target, source); None where they are taken as they are."""

    first: int
    texels: int
    matrix: Tensor | None

    @property
    def end(self) -> int:
        """Behind its last texel."""
        return self.first + self.texels


class Pyramid:
    """levels: finest first, on a torus; phases: of their grids; size: (h, w) of the aligned grid
    that is read, that of a chart's texels. What is read is what
    :meth:`service.painting.canvas.Canvas.logits` makes of all of it, in the levels' channels."""

    def __init__(
        self, levels: Sequence[Level], phases: Sequence[Phase], size: tuple[int, int]
    ) -> None:
        self.levels, self.phases, self._size = levels, phases, size

    def read(self, box: Box) -> Tensor:
        """(3, h, w) of a box."""
        return self._read(-1, box)

    def spread(
        self, box: Box, gradient: Tensor, reach: Tensor, receive: Callable[[int, Box, Tensor], None]
    ) -> None:
        """Hand to ``receive``, of every level, its number, the box of it that was read, and
        (4, h, w): the gradient (3, h, w) of what was read, and how far it counts there, ``reach``
        (h, w)."""
        for k in range(-1, len(self.levels)):
            if k >= 0:
                receive(k, box, torch.cat([gradient, reach[None]]))
            if k == len(self.levels) - 1:
                return
            down, across = self._lines(k, box)
            box = Box(down.first, across.first, down.texels, across.texels)
            gradient = _transposed(gradient, down, across)
            reach = _shared(reach, down, across)

    def _read(self, k: int, box: Box) -> Tensor:
        own = self.levels[k].piece(box) if k >= 0 else None
        if k == len(self.levels) - 1:
            assert own is not None
            return own
        down, across = self._lines(k, box)
        below = self._read(k + 1, Box(down.first, across.first, down.texels, across.texels))
        total = _applied(below, down, across)
        return total if own is None else own + total

    def _lines(self, k: int, box: Box) -> tuple[Line, Line]:
        target = self._size if k < 0 else self.levels[k].size
        after = ALIGNED if k < 0 else self.phases[k]
        source, before = self.levels[k + 1].size, self.phases[k + 1]
        starts, counts = (box.top, box.left), (box.height, box.width)
        down, across = (
            cubic_line(starts[a], counts[a], source[a], target[a], before[a], after[a])
            for a in (0, 1)
        )
        return down, across


class Resized(NamedTuple):
    """A level brought to a grid of ``size`` with the phase ``after``, worked out where it is read:
    by means where that is coarser, whatever its phase ``before``, else interpolated."""

    level: Level
    size: tuple[int, int]
    before: Phase = ALIGNED
    after: Phase = ALIGNED

    def piece(self, box: Box) -> Tensor:
        """See Level; float32."""
        found = torch.empty(3, box.height, box.width)
        side = _STRIP if self._is_coarser else 2 * _STRIP  # so that little is read, and once
        for part in boxes((box.height, box.width), side):
            self._fill(
                Held(found).piece(part), Box(box.top + part.top, box.left + part.left, *part[2:])
            )
        return found

    def _fill(self, found: Tensor, box: Box) -> None:
        """What is in a box, into (3, h, w): read at once, and interpolated in strips."""
        strips = list(boxes((box.height, box.width), _STRIP))
        lines = [
            (
                self._line(0, box.top + strip.top, strip.height),
                self._line(1, box.left + strip.left, strip.width),
            )
            for strip in strips
        ]
        top, left = (min(pair[axis].first for pair in lines) for axis in (0, 1))
        bottom, right = (max(pair[axis].end for pair in lines) for axis in (0, 1))
        read = Held(self.level.piece(Box(top, left, bottom - top, right - left)).float())
        for strip, (down, across) in zip(strips, lines, strict=True):
            here = Box(down.first - top, across.first - left, down.texels, across.texels)
            Held(found).piece(strip).copy_(_applied(read.piece(here), down, across))

    @property
    def _is_coarser(self) -> bool:
        return self.size[0] < self.level.size[0]

    def _line(self, axis: int, start: int, count: int) -> Line:
        source, size, after = self.level.size[axis], self.size[axis], self.after[axis]
        if self._is_coarser:
            return mean_line(start, count, source, size, after)
        return cubic_line(start, count, source, size, self.before[axis], after)


@functools.lru_cache(maxsize=256)  # boxes in a row share them
def cubic_line(
    start: int, count: int, source: int, target: int, before: float, after: float
) -> Line:
    """Texels ``start`` to ``start + count`` of ``target`` a period, interpolated from ``source`` as
    in :func:`service.surfaces.grids.resize`."""
    if source == target and before == after:
        return Line(start, count, None)
    taps, weights = cubic_taps(
        (np.arange(start, start + count) + 0.5 + after) * source / target - 0.5 - before
    )
    first = int(taps.min())
    matrix = np.zeros((count, int(taps.max()) - first + 1), np.float32)
    np.add.at(matrix, (np.arange(count)[:, None], taps - first), weights)
    return Line(first, matrix.shape[1], torch.from_numpy(matrix))


@functools.lru_cache(maxsize=256)
def mean_line(start: int, count: int, source: int, target: int, phase: float) -> Line:
    """The same by means over what a coarser texel covers, as in
    :func:`service.surfaces.grids.shrink`."""
    ends = (np.arange(start, start + count + 1) + phase) * source / target
    first = int(np.floor(ends[0]))
    texel = np.arange(first, int(np.ceil(ends[-1])))
    share = np.minimum(ends[1:, None], texel + 1) - np.maximum(ends[:-1, None], texel)
    share = share.clip(0)
    share /= share.sum(axis=1, keepdims=True)
    return Line(first, len(texel), torch.from_numpy(share.astype(np.float32)))


def _applied(x: Tensor, down: Line, across: Line) -> Tensor:
    x = x if across.matrix is None else x @ across.matrix.T
    return x if down.matrix is None else down.matrix @ x


def _transposed(x: Tensor, down: Line, across: Line) -> Tensor:
    x = x if across.matrix is None else x @ across.matrix
    return x if down.matrix is None else down.matrix.T @ x


def _shared(reach: Tensor, down: Line, across: Line) -> Tensor:
    """How far a coarser grid's texels are reached: the mean of those that read them."""
    sizes = [None if line.matrix is None else line.matrix.abs() for line in (down, across)]
    one, two = (
        Line(line.first, line.texels, size)
        for line, size in zip((down, across), sizes, strict=True)
    )
    return _transposed(reach, one, two) / _transposed(torch.ones_like(reach), one, two).clamp(1e-6)
