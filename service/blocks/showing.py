"""The levels of a canvas that shows paint which is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import Tensor

from service.blocks.boxes import Box, Clamped, Level, around
from service.blocks.pyramid import Resized
from service.surfaces.grids import Phase


def showing(
    logits: NDArray[Any],
    sizes: Sequence[tuple[int, int]],
    phases: Sequence[Phase],
    axes: Tensor,
    wrap: bool = True,
) -> list[Level]:
    """The levels, finest first, of a canvas that shows paint (h, w, 3), see
    :meth:`service.painting.canvas.Canvas.showing`; worked out where they are read."""

    def edged(level: Level) -> Level:
        return level if wrap else Clamped(level)

    paint = edged(_Channels(logits, torch.linalg.pinv(axes)))
    sums = [Resized(paint, size, after=to) for size, to in zip(sizes, phases, strict=True)]
    below = [
        Resized(edged(sums[k + 1]), sizes[k], phases[k + 1], phases[k])
        for k in range(len(sums) - 1)
    ]
    finer = [_Less(one, other) for one, other in zip(sums[:-1], below, strict=True)]
    return [*finer, sums[-1]]


class _Channels(NamedTuple):
    """Logits (h, w, 3) as a canvas has them."""

    logits: NDArray[Any]
    inverse: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.logits.shape[0], self.logits.shape[1]

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        rows, columns = around(box, self.size)
        read = torch.from_numpy(self.logits[rows.numpy()[:, None], columns.numpy()]).float()
        return torch.einsum("ij,hwj->ihw", self.inverse, read)


class _Less(NamedTuple):
    """What one level has more than another."""

    one: Level
    other: Level

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.one.size

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        return self.one.piece(box) - self.other.piece(box)
