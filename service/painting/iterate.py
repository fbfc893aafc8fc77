"""The iterate: a canvas that Adam moves, and the mean of its iterates, which is what is shown."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from service.painting.canvas import Canvas
from service.painting.checkpoint import Checkpoint, Levels
from service.ranks.ranks import ALONE, Ranks
from service.surfaces.grids import resize
from service.surfaces.surface import Surface

# Of Adam. Its second moment forgets fast: at a wider stage a texel's share of the picture, and so
# its gradient, is half as large, and steps would be too small for as long as it remembers.
BETAS = (0.9, 0.9)


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
        groups = [
            {"params": [level], "lr": rate}
            for level, rate in zip(canvas.levels, self._rates, strict=True)
        ]
        self._adam = torch.optim.Adam(groups, betas=BETAS, fused=True, capturable=True)

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
        moments, squares = tensors(checkpoint.moments), tensors(checkpoint.squares)
        for level, mean, square in zip(iterate.canvas.levels, moments, squares, strict=True):
            step = torch.tensor(float(checkpoint.tally.step), dtype=torch.float32, device=device)
            iterate._adam.state[level] = _adam_state(step, mean, square)
        iterate._steps = checkpoint.tally.stage_step
        return iterate

    def enlarged(self, surface: Surface) -> Iterate:
        """The mean, for a surface of another width; Adam goes on as it was."""
        before = self.canvas
        levels = self.mean.enlarged(surface.canvas_shape, surface.phases).levels
        iterate = Iterate(_canvas(levels, surface, before.axes))
        grids = zip(levels, before.levels, before.phases, surface.phases, strict=True)
        for level, old, source, target in grids:
            state, size, wrap = self._adam.state[old], level.shape[-2:], surface.wrap
            mean = resize(state["exp_avg"], size, wrap, source, target)
            squares = resize(state["exp_avg_sq"], size, wrap, source, target)
            # A cubic interpolation overshoots, even below 0. The mean of squares is never below
            # the square of the mean: without this bound Adam would divide by nothing.
            squares = torch.maximum(squares, mean.square())
            iterate._adam.state[level] = _adam_state(state["step"], mean, squares)
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
        self._adam.zero_grad()
        loss.backward()
        ranks.sum_gradients(self.canvas.levels)
        self._adam.step()
        with torch.no_grad():
            for mean, level in zip(self.mean.levels, self.canvas.levels, strict=True):
                mean.lerp_(level, self._new)

    def levels(self) -> dict[str, list[Tensor]]:
        """All of it, by the names that a checkpoint has for it."""
        states = [self._adam.state[level] for level in self.canvas.levels]
        return {
            "canvas": self.canvas.levels,
            "mean": self.mean.levels,
            "moments": [state["exp_avg"] for state in states],
            "squares": [state["exp_avg_sq"] for state in states],
        }


def _canvas(levels: list[Tensor], surface: Surface, axes: Tensor) -> Canvas:
    return Canvas(levels, surface.wrap, surface.coarser, surface.phases, axes)


def _adam_state(step: Tensor, moments: Tensor, squares: Tensor) -> dict[str, Tensor]:
    """What Adam keeps of a level."""
    return {"step": step, "exp_avg": moments, "exp_avg_sq": squares}
