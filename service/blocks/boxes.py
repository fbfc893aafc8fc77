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
