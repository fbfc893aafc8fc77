"""The canvas: a pyramid of logits that the optimiser moves.

The paint is the sum of levels, each half as fine as the one before, brought to full size. Gradients
reach all of them, so that broad forms settle as fast as details (a preconditioner for low
frequencies, as in Lucid's Fourier and STROTSS's Laplacian parameterisations), and colours are
decorrelated: every texel is a vector along the principal axes of natural images' colours.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from geometry.sampling import cubic_taps

# Square root of the covariance of ImageNet's colours, columns of norm at most 1 (Lucid, color.py).
_DECORRELATE = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
_DECORRELATE = _DECORRELATE / _DECORRELATE.norm(dim=0).max()


class Canvas:
    """Levels of shape (charts, 3, h, w), finest first. wrap: whether the chart is a torus. coarser:
    (charts, 1, h, w) of the finest level, or None: log₂ of how much coarser than texels paint must
    be at least, 0 or more; finer levels fade out there, but for the coarsest."""

    def __init__(self, levels: list[Tensor], wrap: bool, coarser: Tensor | None = None) -> None:
        self.levels = [level.requires_grad_() for level in levels]
        self.wrap, self.coarser = wrap, coarser
        self.shares: list[Tensor] | None = None
        if coarser is not None:
            octaves = [F.adaptive_avg_pool2d(coarser, (x.shape[-2], x.shape[-1])) for x in levels]
            self.shares = [(1 + k - x).clamp(0, 1) for k, x in enumerate(octaves)]
            self.shares[-1] = torch.ones_like(octaves[-1])  # something must be left to paint with

    @classmethod
    def noise(
        cls,
        shape: tuple[int, int, int],
        depth: int,
        wrap: bool,
        deviation: float,
        generator: torch.Generator,
    ) -> Canvas:
        """Noise of a standard deviation on every level, reproducible from the generator."""
        noise = [
            torch.randn(shape[0], 3, *size, generator=generator)
            for size in cls.level_sizes(shape, depth)
        ]
        return cls([deviation * level for level in noise], wrap)

    @staticmethod
    def level_sizes(shape: tuple[int, int, int], depth: int) -> list[tuple[int, int]]:
        """(h, w) of every level of a canvas of ``shape`` (charts, height, width)."""
        return [(max(4, shape[1] >> k), max(4, shape[2] >> k)) for k in range(depth)]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(charts, height, width) of the finest level."""
        charts, _, height, width = self.levels[0].shape
        return charts, height, width

    def copy(self) -> Canvas:
        """The same paint in memory of its own."""
        levels = [level.detach().clone() for level in self.levels]
        return Canvas(levels, self.wrap, self.coarser)

    def enlarged(self, shape: tuple[int, int, int]) -> Canvas:
        """A copy of another resolution, ``shape`` (charts, height, width)."""
        if self.shape == shape:
            return self.copy()
        sizes = self.level_sizes(shape, len(self.levels))
        levels = [
            resize(level.detach(), size, self.wrap).contiguous()
            for level, size in zip(self.levels, sizes, strict=True)
        ]
        coarser = self.coarser
        if coarser is not None:
            coarser = F.interpolate(coarser, sizes[0], mode="bilinear")
        return Canvas(levels, self.wrap, coarser)

    def logits(self) -> Tensor:
        """The paint: (charts · h · w, 3) in RGB, row-major."""
        levels = self.levels
        if self.shares is not None:
            levels = [level * share for level, share in zip(levels, self.shares, strict=True)]
        total = levels[-1]
        for level in reversed(levels[:-1]):  # from size to size: a third of the work of all at once
            total = level + resize(total, (level.shape[-2], level.shape[-1]), self.wrap)
        rows = total.movedim(1, -1).reshape(-1, 3)
        return rows @ _DECORRELATE.to(rows).T


def resize(x: Tensor, size: tuple[int, int], wrap: bool) -> Tensor:
    """(B, C, H, W) to ``size`` (h, w) by Catmull-Rom interpolation, texel centres at +½ in both.

    A torus (``wrap``) continues periodically, other charts by their border texels. Two small dense
    products: on the CPU four times as fast, backward included, as torch's grid_sample.
    """
    if tuple(x.shape[-2:]) == tuple(size):
        return x
    down = _interpolation(x.shape[-2], size[0], wrap).to(x)
    across = _interpolation(x.shape[-1], size[1], wrap).to(x)
    return down @ (x @ across.T)


@functools.lru_cache(maxsize=128)
def _interpolation(source: int, size: int, wrap: bool) -> Tensor:
    """The (size, source) matrix that interpolates a row of ``source`` texels at ``size`` places."""
    taps, weights = cubic_taps((np.arange(size) + 0.5) * source / size - 0.5)
    taps = taps % source if wrap else taps.clip(0, source - 1)
    matrix = np.zeros((size, source), np.float32)
    np.add.at(matrix, (np.arange(size)[:, None], taps), weights)
    return torch.from_numpy(matrix)
