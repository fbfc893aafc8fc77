"""Boxes of texels on a torus, and levels of paint that are read in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

SIDE = 512  # of the boxes that a whole is worked through in


class Box(NamedTuple):
    """Texels of a torus, which may go on behind its borders."""

    top: int
    left: int
    height: int
    width: int


class Level(Protocol):
    """A grid of paint on a torus. size: (h, w)."""

    @property
    def size(self) -> tuple[int, int]:
        """See above."""
        ...

    def piece(self, box: Box) -> Tensor:
        """What it holds in a box, (3, h, w)."""
        ...


class Held(NamedTuple):
    """A level that is held as it is, (3, H, W)."""

    values: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.values.shape[-2], self.values.shape[-1]

    def piece(self, box: Box) -> Tensor:
        """See Level; a view where that can be."""
        height, width = self.size
        if 0 <= box.top <= height - box.height and 0 <= box.left <= width - box.width:
            return self.values[:, box.top : box.top + box.height, box.left : box.left + box.width]
        rows, columns = around(box, self.size)
        return self.values[:, rows[:, None], columns]


class Clamped(NamedTuple):
    """A level that is no torus: behind its borders it goes on as its border texels."""

    level: Level

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.level.size

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        inner = within(box, self.size)
        rows, columns = _clamped(box, self.size)
        return self.level.piece(inner)[:, (rows - inner.top)[:, None], columns - inner.left]

    def gathered(self, box: Box, found: Tensor) -> tuple[Box, Tensor]:
        """The same of (4, h, w), a gradient and its reach: that of what is behind the borders is
        added to their texels."""
        inner = within(box, self.size)
        rows, columns = _clamped(box, self.size)
        down = found.new_zeros(4, inner.height, box.width).index_add_(1, rows - inner.top, found)
        across = found.new_zeros(4, inner.height, inner.width)
        across.index_add_(2, columns - inner.left, down)
        across[3].clamp_(max=1)
        return inner, across


class Faded(NamedTuple):
    """A level of which only a share counts: (h, w), as fine as it is or coarser."""

    level: Level
    share: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.level.size

    def piece(self, box: Box) -> Tensor:
        """See Level; float32."""
        return self.level.piece(box).float() * self.share_in(box)

    def share_in(self, box: Box) -> Tensor:
        """(h, w): the share in a box."""
        rows, columns = around(box, self.size)
        down, across = (
            texels * of_share // of_level
            for texels, of_share, of_level in zip(
                (rows, columns), self.share.shape, self.size, strict=True
            )
        )
        return self.share[down[:, None], across]


def within(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box that lies in a grid which is no torus, or the texel next to it."""
    rows, columns = _clamped(box, size)
    top, left = int(rows[0]), int(columns[0])
    return Box(top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)


def _clamped(box: Box, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    rows = torch.arange(box.top, box.top + box.height).clamp(0, size[0] - 1)
    return rows, torch.arange(box.left, box.left + box.width).clamp(0, size[1] - 1)


def boxes(size: tuple[int, int], side: int = SIDE) -> Iterator[Box]:
    """All of a torus of ``size`` (h, w)."""
    for top in range(0, size[0], side):
        for left in range(0, size[1], side):
            yield Box(top, left, min(side, size[0] - top), min(side, size[1] - left))


def parts(start: int, count: int, size: int, block: int) -> list[tuple[int, slice]]:
    """A stretch of a torus in parts that lie in one block each: where each begins, and which part
    of the stretch it is."""
    found, done = [], 0
    while done < count:
        place = (start + done) % size
        length = min(count - done, block - place % block, size - place)
        found.append((place, slice(done, done + length)))
        done += length
    return found


def around(box: Box, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The rows and the columns of a box on a torus of ``size`` (h, w)."""
    return (
        torch.arange(box.top, box.top + box.height).remainder(size[0]),
        torch.arange(box.left, box.left + box.width).remainder(size[1]),
    )


def whole(level: Level) -> Tensor:
    """All of a level that fits into memory, (3, h, w)."""
    return level.piece(Box(0, 0, *level.size))
