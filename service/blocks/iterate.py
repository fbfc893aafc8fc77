"""The iterate of a large painting: levels that Adam moves where a step has looked, and their mean.

Adam is that of ``service/painting/iterate.py``, but for what a step has not seen: that stays where
it is, and its mean is brought up to date when it is next asked for. Adam's moments are bfloat16:
they are means over ten steps, whose last digits do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from service.blocks.pyramid import Box, Held, around, brought
from service.surfaces.grids import Phase

BLOCK = 256  # texels a side of what is moved at a time
_TINY = 1e-8  # Adam's ε
_UNSEEN = 1e-3  # of a texel's reach: it is not moved


class Touched:
    """What one step is to move: of each level the blocks it has seen, (4, h, w): the gradient and
    how far it counts, in 0..1."""

    def __init__(self, levels: Sequence[Tensor]) -> None:
        self._sizes = [(level.shape[-2], level.shape[-1]) for level in levels]
        self.blocks: dict[tuple[int, int, int], Tensor] = {}

    def add(self, level: int, box: Box, found: Tensor) -> None:
        """See :meth:`Pyramid.spread`."""
        height, width = self._sizes[level]
        for top, rows in _parts(box.top, box.height, height):
            for left, columns in _parts(box.left, box.width, width):
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


def _parts(start: int, count: int, size: int) -> list[tuple[int, slice]]:
    """A stretch of a torus in parts that lie in one block each: where each begins, and which part
    of the stretch it is."""
    found, done = [], 0
    while done < count:
        place = (start + done) % size
        length = min(count - done, BLOCK - place % BLOCK, size - place)
        found.append((place, slice(done, done + length)))
        done += length
    return found


class LargeIterate:
    """levels, mean: (3, h, w) each, finest first; moments, squares: Adam's, in bfloat16. steps:
    since it is of this size; step: of Adam."""

    def __init__(self, levels: list[Tensor], phases: Sequence[Phase]) -> None:
        self.levels, self.phases = levels, tuple(phases)
        self.mean = [level.clone() for level in levels]
        self.moments = [torch.zeros_like(level, dtype=torch.bfloat16) for level in levels]
        self.squares = [torch.zeros_like(level, dtype=torch.bfloat16) for level in levels]
        self.steps = self.step = 0
        self.synced = [torch.zeros(_blocks(level), dtype=torch.int64) for level in levels]

    @classmethod
    def restored(
        cls,
        levels: list[Tensor],
        mean: list[Tensor],
        moments: list[Tensor],
        squares: list[Tensor],
        synced: list[Tensor],
        phases: Sequence[Phase],
        steps: int,
        step: int,
    ) -> LargeIterate:
        """As it was with all of this."""
        iterate = cls.__new__(cls)
        iterate.levels, iterate.mean, iterate.phases = levels, mean, tuple(phases)
        iterate.moments, iterate.squares, iterate.synced = moments, squares, synced
        iterate.steps, iterate.step = steps, step
        return iterate

    def grow(self, sizes: Sequence[tuple[int, int]], phases: Sequence[Phase]) -> None:
        """Be the mean at another size; Adam goes on as it was. One array after the other, so that
        little is held twice."""
        self.settle()
        before, self.phases = self.phases, tuple(phases)
        self.levels = []
        for k, size in enumerate(sizes):
            self.mean[k] = brought(Held(self.mean[k]), size, before[k], phases[k])
            moments, squares = (
                brought(Held(kind[k]), size, before[k], phases[k], torch.bfloat16)
                for kind in (self.moments, self.squares)
            )
            self.moments[k] = moments
            # As interpolation overshoots: the mean of squares is no less than the mean's square.
            self.squares[k] = torch.maximum(squares, moments.square())
        self.levels = [mean.clone() for mean in self.mean]
        self.steps = 0
        self.synced = [torch.zeros(_blocks(level), dtype=torch.int64) for level in self.levels]

    def move(self, touched: Touched, rates: Sequence[float], betas: tuple[float, float]) -> None:
        """Down the gradient. rates: how far, of each level; betas: Adam's."""
        self.step += 1
        self.steps += 1
        scales = [1 - beta**self.step for beta in betas]
        for (level, i, j), found in touched.blocks.items():
            self._sync(level, i, j, self.steps - 1)
            x, mean, first, second = (
                _block(kind[level], i, j)
                for kind in (self.levels, self.mean, self.moments, self.squares)
            )
            gradient, reach = found[:3], found[3]
            seen = (reach > _UNSEEN).to(gradient)
            moments = torch.lerp(first.float(), gradient, seen * (1 - betas[0]))
            squares = torch.lerp(second.float(), gradient.square(), seen * (1 - betas[1]))
            first.copy_(moments)
            second.copy_(squares)
            down = (squares / scales[1]).sqrt_().add_(_TINY)
            x.addcmul_(moments.div_(down), reach * seen, value=-rates[level] / scales[0])
            mean.lerp_(x, 2 / (self.steps + 1))
            self.synced[level][i, j] = self.steps

    def shown(self) -> list[Shown]:
        """The levels of the mean."""
        return [
            Shown(level, mean, synced, self.steps)
            for level, mean, synced in zip(self.levels, self.mean, self.synced, strict=True)
        ]

    def settle(self) -> None:
        """Bring the mean up to date everywhere."""
        for level, synced in enumerate(self.synced):
            for i, j in (synced < self.steps).nonzero().tolist():
                self._sync(level, i, j, self.steps)

    def _sync(self, level: int, i: int, j: int, until: int) -> None:
        """Polynomial-decay averaging, η 1, of steps in which nothing has moved."""
        since = int(self.synced[level][i, j])
        if since >= until:
            return
        left = float(_left(torch.tensor(since), until))
        _block(self.mean[level], i, j).lerp_(_block(self.levels[level], i, j), 1 - left)
        self.synced[level][i, j] = until


@dataclass(frozen=True)
class Shown:
    """A level of the mean as it is after ``steps``, whatever of it has been brought up to date. A
    look at it changes nothing: a painting is the same to the bit however often it is looked at."""

    level: Tensor
    mean: Tensor
    synced: Tensor
    steps: int

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.level.shape[-2], self.level.shape[-1]

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        mean = Held(self.mean).piece(box)
        if not self.steps:
            return mean
        rows, columns = around(box, self.size)
        since = self.synced[rows[:, None] // BLOCK, columns // BLOCK]
        moved = 1 - _left(since, self.steps)
        return torch.lerp(mean, Held(self.level).piece(box), moved.float())


def _left(since: Tensor, until: int) -> Tensor:
    """How much is left of a mean after steps in which nothing has moved: Π (k − 1)/(k + 1) over
    ``since`` < k ≤ ``until``."""
    return since.double() * (since + 1) / (until * (until + 1))


def _blocks(level: Tensor) -> tuple[int, int]:
    return -(-level.shape[-2] // BLOCK), -(-level.shape[-1] // BLOCK)


def _block(level: Tensor, i: int, j: int) -> Tensor:
    return level[:, i * BLOCK : (i + 1) * BLOCK, j * BLOCK : (j + 1) * BLOCK]
