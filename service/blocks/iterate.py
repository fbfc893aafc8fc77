"""The iterate of a large painting: levels that Adam moves where a step has looked, and their mean.

Adam is that of ``service/painting/iterate.py``, but for what a step has not seen: that stays where
it is, and its mean is brought up to date when it is next asked for. Adam's moments are bfloat16:
they are means over ten steps, whose last digits do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import Tensor

from service.blocks.boxes import Box, Clamped, Level, around, parts
from service.blocks.pyramid import Resized
from service.blocks.sheets import Sheet
from service.blocks.sizes import BLOCK
from service.surfaces.grids import Phase

_TINY = 1e-8  # Adam's ε
_UNSEEN = 1e-3  # of a texel's reach: it is not moved


class Touched:
    """What one step is to move: of each level the blocks it has seen, (4, h, w): the gradient and
    how far it counts, in 0..1."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self._sizes = [level.size for level in levels]
        self.blocks: dict[tuple[int, int, int], Tensor] = {}

    def add(self, level: int, box: Box, found: Tensor) -> None:
        """See :meth:`Pyramid.spread`."""
        height, width = self._sizes[level]
        for top, rows in parts(box.top, box.height, height, BLOCK):
            for left, columns in parts(box.left, box.width, width, BLOCK):
                self._add(level, top, left, found[:, rows, columns])

    def _add(self, level: int, top: int, left: int, found: Tensor) -> None:
        size, key = self._sizes[level], (level, top // BLOCK, left // BLOCK)
        if key not in self.blocks:
            sides = (min(BLOCK, n - BLOCK * k) for n, k in zip(size, key[1:], strict=True))
            self.blocks[key] = found.new_zeros(4, *sides)
        y, x = top % BLOCK, left % BLOCK
        part = self.blocks[key][:, y : y + found.shape[1], x : x + found.shape[2]]
        part[:3] += found[:3]
        torch.maximum(part[3], found[3], out=part[3])


class LargeIterate:
    """levels, mean: finest first, of one chart after the other; moments, squares: Adam's, in
    bfloat16. steps: since it is of this size; step: of Adam. synced: of each level's blocks, up to
    which step its mean is. wrap: whether they are tori."""

    def __init__(self, levels: Iterable[Level], phases: Sequence[Phase], wrap: bool = True) -> None:
        self.phases, self._wrap = list(phases), wrap
        self.levels = [Sheet.of(level) for level in levels]
        self.mean = [Sheet.of(level) for level in self.levels]
        self.moments = [Sheet(level.size, torch.bfloat16) for level in self.levels]
        self.squares = [Sheet(level.size, torch.bfloat16) for level in self.levels]
        self._begin()
        self.step = 0

    @classmethod
    def restored(
        cls,
        arrays: Mapping[str, Sequence[NDArray[Any]]],
        sizes: Sequence[tuple[int, int]],
        phases: Sequence[Phase],
        wrap: bool,
        steps: int,
        step: int,
    ) -> LargeIterate:
        """As it was when it became :meth:`arrays`, to the bit. sizes: of the levels."""

        def sheets(name: str, dtype: torch.dtype = torch.float32) -> list[Sheet]:
            found = zip(sizes, arrays[name], strict=True)
            return [Sheet.restored(size, dtype, array) for size, array in found]

        iterate = cls.__new__(cls)
        iterate.phases, iterate._wrap = list(phases), wrap
        iterate.levels, iterate.mean = sheets("canvas"), sheets("mean")
        iterate.moments = sheets("moments", torch.bfloat16)
        iterate.squares = sheets("squares", torch.bfloat16)
        iterate.synced = [torch.tensor(array) for array in arrays["synced"]]
        iterate.steps, iterate.step = steps, step
        return iterate

    def arrays(self) -> dict[str, tuple[NDArray[Any], ...]]:
        """All of it but for what counts steps, by the names that a checkpoint has for it, not
        copied: see :meth:`Sheet.array`."""
        sheets = {
            "canvas": self.levels,
            "mean": self.mean,
            "moments": self.moments,
            "squares": self.squares,
        }
        found = {name: tuple(sheet.array() for sheet in some) for name, some in sheets.items()}
        return found | {"synced": tuple(counts.numpy() for counts in self.synced)}

    def _begin(self) -> None:
        self.steps = 0
        self.synced = [_never(level) for level in self.levels]

    def grow(self, sizes: Sequence[tuple[int, int]], phases: Sequence[Phase]) -> None:
        """Be the mean at another size; Adam goes on as it was. One level after the other, so that
        little is there twice. Where the disk is full on the way, some have grown and others have
        not, and all show what they did before."""
        for k, size in enumerate(sizes):
            grids = size, self.phases[k], phases[k]
            mean = Sheet.of(Resized(self._edged(self._shown(k)), *grids))
            level = Sheet.of(mean)
            self.mean[k], self.levels[k], self.phases[k] = mean, level, phases[k]
            self.synced[k] = _never(level)
            moments, squares = self._edged(self.moments[k]), self._edged(self.squares[k])
            self.moments[k] = Sheet.of(Resized(moments, *grids), torch.bfloat16)
            squares = _NoLess(Resized(squares, *grids), self.moments[k])
            self.squares[k] = Sheet.of(squares, torch.bfloat16)
        self._begin()

    def _edged(self, level: Level) -> Level:
        return level if self._wrap else Clamped(level)

    def move(self, touched: Touched, rates: Sequence[float], betas: tuple[float, float]) -> None:
        """Down the gradient. rates: how far, of each level; betas: Adam's."""
        self.step += 1
        self.steps += 1
        scales = [1 - beta**self.step for beta in betas]
        for (level, i, j), found in touched.blocks.items():
            sheets = [kind[level] for kind in (self.levels, self.mean, self.moments, self.squares)]
            x, mean, first, second = (sheet.block(i, j) for sheet in sheets)
            since = int(self.synced[level][i, j])
            if since < self.steps - 1:
                mean.lerp_(x, 1 - float(_left(torch.tensor(since), self.steps - 1)))
            gradient, reach = found[:3], found[3]
            seen = (reach > _UNSEEN).to(gradient)
            moments = torch.lerp(first.float(), gradient, seen * (1 - betas[0]))
            squares = torch.lerp(second.float(), gradient.square(), seen * (1 - betas[1]))
            first.copy_(moments)
            second.copy_(squares)
            down = (squares / scales[1]).sqrt_().add_(_TINY)
            x.addcmul_(moments.div_(down), reach * seen, value=-rates[level] / scales[0])
            mean.lerp_(x, 2 / (self.steps + 1))
            for sheet, block in zip(sheets, (x, mean, first, second), strict=True):
                sheet.put(i, j, block)
            self.synced[level][i, j] = self.steps

    def shown(self) -> list[Shown]:
        """The levels of the mean."""
        return [self._shown(k) for k in range(len(self.levels))]

    def _shown(self, k: int) -> Shown:
        return Shown(self.levels[k], self.mean[k], self.synced[k], self.steps)


@dataclass(frozen=True)
class Shown:
    """A level of the mean as it is after ``steps``, whatever of it has been brought up to date. A
    look at it changes nothing: a painting is the same to the bit however often it is looked at."""

    level: Sheet
    mean: Sheet
    synced: Tensor
    steps: int

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.level.size

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        mean = self.mean.piece(box)
        if not self.steps:
            return mean
        rows, columns = around(box, self.size)
        since = self.synced[rows[:, None] // BLOCK, columns // BLOCK]
        moved = 1 - _left(since, self.steps)
        return torch.lerp(mean, self.level.piece(box), moved.float())


class _NoLess(NamedTuple):
    """Adam's squares after an interpolation, which overshoots: the mean of squares is no less than
    the mean's square."""

    squares: Level
    moments: Level

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.moments.size

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        moments = self.moments.piece(box)
        return torch.maximum(self.squares.piece(box).to(moments), moments.square())


def _never(level: Sheet) -> Tensor:
    """Of a level's blocks that no step has moved."""
    return torch.zeros(level.blocks, dtype=torch.int64)


def _left(since: Tensor, until: int) -> Tensor:
    """How much is left of a mean after steps in which nothing has moved: Π (k − 1)/(k + 1) over
    ``since`` < k ≤ ``until``."""
    return since.double() * (since + 1) / (until * (until + 1))
