"""The iterate: a canvas that Adam moves, and the mean of its iterates, which is what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.adam import adam

from service.painting.canvas import Canvas
from service.painting.checkpoint import Checkpoint, Levels
from service.ranks.ranks import ALONE, Ranks
from service.surfaces.grids import Phase, resize
from service.surfaces.surface import Surface

# Of Adam. Its second moment forgets fast: at a wider stage a texel's share of the picture, and so
# its gradient, is half as large, and steps would be too small for as long as it remembers.
BETAS = (0.9, 0.9)


@dataclass(frozen=True, eq=False)
class Moments:
    """What Adam keeps of a level: means of its gradients and of their squares, and how many steps
    it has taken, a tensor."""

    mean: Tensor
    squares: Tensor
    steps: Tensor

    @classmethod
    def none(cls, level: Tensor) -> Moments:
        """Before the first step."""
        steps = torch.zeros((), dtype=torch.float32, device=level.device)
        return cls(torch.zeros_like(level), torch.zeros_like(level), steps)

    def move(self, level: Tensor, rate: Tensor) -> None:
        """Take a step with a level's gradient. rate: how far, a tensor."""
        assert level.grad is not None
        grads, means, squares = [level.grad], [self.mean], [self.squares]
        # torch's optimisers bring its compiler along, a quarter of the time that a command needs to
        # start; their functions do not.
        adam(
            [level],
            grads,
            means,
            squares,
            [],
            [self.steps],
            fused=True,
            capturable=True,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def resized(self, size: Sequence[int], wrap: bool, source: Phase, target: Phase) -> Moments:
        """For a level of another size, see :func:`service.surfaces.grids.resize`."""
        mean = resize(self.mean, size, wrap, source, target)
        # A cubic interpolation overshoots, even below 0. The mean of squares is never below the
        # square of the mean: without this bound Adam would divide by nothing.
        squares = resize(self.squares, size, wrap, source, target)
        return Moments(mean, torch.maximum(squares, mean.square()), self.steps)


class Iterate:
    """``canvas``: what is moved; ``mean``: of its iterates, calmer than the last of them."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.mean = canvas, canvas.copy()
        self._steps = 0  # since it is of this size
        # What every step has anew is written into tensors that stay, for steps that are recorded
        # (service/painting/replay.py): how far each level moves, and how much of the mean is new.
        device = canvas.levels[0].device
        exact = torch.float64 if device.type == "cpu" else torch.float32  # as torch's Adam has it
        self._rates = [torch.zeros((), dtype=exact, device=device) for _ in canvas.levels]
        self._new = torch.zeros((), device=device)
        self._moments = [Moments.none(level) for level in canvas.levels]

    @classmethod
    def restored(
        cls, checkpoint: Checkpoint, surface: Surface, device: torch.device, axes: Tensor
    ) -> Iterate:
        """As it was when it became :meth:`levels`, to the bit. axes: see Canvas."""

        def tensors(levels: Levels) -> list[Tensor]:
            # Copies in torch's own memory, which is aligned: kernels may round as the alignment is.
            return [torch.tensor(level, device=device) for level in levels]

        iterate = cls(_canvas(tensors(checkpoint.canvas), surface, axes))
        iterate.mean = _canvas(tensors(checkpoint.mean), surface, axes)
        means, squares = tensors(checkpoint.moments), tensors(checkpoint.squares)
        steps = float(checkpoint.tally.step)
        iterate._moments = [
            Moments(mean, squares, torch.tensor(steps, dtype=torch.float32, device=device))
            for mean, squares in zip(means, squares, strict=True)
        ]
        iterate._steps = checkpoint.tally.stage_step
        return iterate

    def enlarged(self, surface: Surface) -> Iterate:
        """The mean, for a surface of another width; Adam goes on as it was."""
        before = self.canvas
        levels = self.mean.enlarged(surface.canvas_shape, surface.phases).levels
        iterate = Iterate(_canvas(levels, surface, before.axes))
        grids = zip(levels, self._moments, before.phases, surface.phases, strict=True)
        iterate._moments = [
            moments.resized(level.shape[-2:], surface.wrap, source, target)
            for level, moments, source, target in grids
        ]
        return iterate

    def move_to(self, surface: Surface) -> None:
        """Be for another surface of the same width; all else stays."""
        self.canvas = _canvas(self.canvas.levels, surface, self.canvas.axes)
        self.mean = _canvas(self.mean.levels, surface, self.mean.axes)

    def turn_to(self, rates: Sequence[float]) -> None:
        """Before a step. rates: how far it goes, of each level."""
        for tensor, rate in zip(self._rates, rates, strict=True):
            tensor.fill_(rate)
        self._steps += 1
        # The mean follows closely at first, then ever more calmly: what it remembers grows with the
        # steps, whatever their number (polynomial-decay averaging: Shamir and Zhang 2013, η 1).
        keep = (self._steps - 1) / (self._steps + 1)
        self._new.fill_(1 - keep)

    def step(self, loss: Tensor, ranks: Ranks = ALONE) -> None:
        """Down the gradient of a loss of the canvas's paint. ranks: whose losses' gradients are
        added up."""
        levels = self.canvas.levels
        for level in levels:
            level.grad = None
        loss.backward()
        ranks.sum_gradients(levels)
        with torch.no_grad():
            for level, moments, rate in zip(levels, self._moments, self._rates, strict=True):
                moments.move(level, rate)
            for mean, level in zip(self.mean.levels, levels, strict=True):
                mean.lerp_(level, self._new)

    def levels(self) -> dict[str, list[Tensor]]:
        """All of it, by the names that a checkpoint has for it."""
        return {
            "canvas": self.canvas.levels,
            "mean": self.mean.levels,
            "moments": [moments.mean for moments in self._moments],
            "squares": [moments.squares for moments in self._moments],
        }


def _canvas(levels: list[Tensor], surface: Surface, axes: Tensor) -> Canvas:
    return Canvas(levels, surface.wrap, surface.coarser, surface.phases, axes)
