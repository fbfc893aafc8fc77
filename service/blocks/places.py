"""Texels that lie anywhere on charts, read box by box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.blocks.boxes import Box
from service.blocks.pyramid import Pyramid
from service.blocks.sizes import BLOCK

Receive = Callable[[int, int, Box, Tensor], None]  # chart, level, box, (4, h, w)


class _Part(NamedTuple):
    """Those of the texels that lie in one block: the box around them, their numbers in it, and
    which of all they are."""

    chart: int
    box: Box
    inside: Tensor
    which: Tensor


class Places:
    """texels: (n,) numbers of texels of charts, row-major; shape: (charts, h, w) of all."""

    def __init__(self, texels: NDArray[np.integer], shape: tuple[int, int, int]) -> None:
        self.texels, (_, height, width) = texels, shape
        chart, inside = np.divmod(texels, height * width)
        row, column = np.divmod(inside, width)
        down, across = -(-height // BLOCK), -(-width // BLOCK)
        block = (chart * down + row // BLOCK) * across + column // BLOCK
        order = np.argsort(block, kind="stable")
        ends = np.flatnonzero(np.diff(block[order])) + 1
        self._parts = []
        for which in np.split(order, ends) if len(order) else []:
            rows, columns = row[which], column[which]
            top, left = int(rows.min()), int(columns.min())
            box = Box(top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1)
            numbers = (rows - top) * box.width + columns - left
            self._parts.append(
                _Part(int(chart[which[0]]), box, torch.from_numpy(numbers), torch.from_numpy(which))
            )

    def read(self, pieces: Sequence[Callable[[Box], Tensor]]) -> Tensor:
        """(n, 3): what there is at the texels. pieces: of each chart, what it holds in a box."""
        found = torch.empty(len(self.texels), 3)
        for part in self._parts:
            piece = pieces[part.chart](part.box)
            found[part.which] = piece.reshape(3, -1)[:, part.inside].T
        return found

    def spread(
        self, paint: Sequence[Pyramid], gradient: Tensor, reach: Tensor, receive: Receive
    ) -> None:
        """Hand to ``receive`` what :meth:`Pyramid.spread` of each chart does, from the gradient
        (n, 3) and the reach (n,) of the texels."""
        for part in self._parts:
            size = part.box[2:]
            values = gradient.new_zeros(4, size[0] * size[1])
            values[:3, part.inside] = gradient[part.which].T
            values[3, part.inside] = reach[part.which]
            values = values.reshape(4, *size)

            def of_chart(level: int, box: Box, x: Tensor, chart: int = part.chart) -> None:
                receive(chart, level, box, x)

            paint[part.chart].spread(part.box, values[:3], values[3], of_chart)
