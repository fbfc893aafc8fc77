"""The canvas: a pyramid of logits that the optimiser moves.

The paint is the sum of levels, each half as fine as the one before, brought to full size. Gradients
reach all of them, so that broad forms settle as fast as details (a preconditioner for low
frequencies, as in Lucid's Fourier and STROTSS's Laplacian parameterisations), and colours are
decorrelated: every texel is a vector along the principal axes of natural images' colours.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.nn import functional as F

# Square root of the covariance of ImageNet's colours, columns of norm at most 1 (Lucid, color.py).
_DECORRELATE = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
_DECORRELATE = _DECORRELATE / _DECORRELATE.norm(dim=0).max()


class Canvas:
    """Levels of shape (charts, 3, h, w), finest first. wrap: whether the chart is a torus."""

    def __init__(self, levels: list[Tensor], wrap: bool) -> None:
        self.levels = [level.requires_grad_() for level in levels]
        self.wrap = wrap

    @classmethod
    def noise(
        cls, shape: tuple[int, int, int], depth: int, wrap: bool, generator: torch.Generator
    ) -> Canvas:
        """Mild noise on every level, reproducible from the generator."""
        sizes = cls.level_sizes(shape, depth)
        return cls([torch.randn(shape[0], 3, *s, generator=generator) * 0.3 for s in sizes], wrap)

    @staticmethod
    def level_sizes(shape: tuple[int, int, int], depth: int) -> list[tuple[int, int]]:
        """(h, w) of every level of a canvas of ``shape`` (charts, height, width)."""
        return [(max(4, shape[1] >> k), max(4, shape[2] >> k)) for k in range(depth)]

    @property
    def shape(self) -> tuple[int, int, int]:
        charts, _, height, width = self.levels[0].shape
        return charts, height, width

    def logits(self) -> Tensor:
        """The paint: (charts · h · w, 3) in RGB, row-major."""
        total = self.levels[0]
        for level in self.levels[1:]:
            total = total + resize(level, self.shape[1:], self.wrap)
        rows = total.movedim(1, -1).reshape(-1, 3)
        return rows @ _DECORRELATE.to(rows).T


def resize(x: Tensor, size: tuple[int, int], wrap: bool) -> Tensor:
    """Bicubic to ``size`` (h, w); texel centres at +½ in both. A torus is padded by itself."""
    if tuple(x.shape[-2:]) == tuple(size):
        return x
    if not wrap:
        return F.interpolate(x, size=size, mode="bicubic", align_corners=False)
    grid = _torus_grid(tuple(x.shape[-2:]), size).to(x)
    padded = F.pad(x, (_PAD, _PAD, _PAD, _PAD), mode="circular")
    return F.grid_sample(padded, grid.expand(len(x), -1, -1, -1), "bicubic", align_corners=False)


_PAD = 3  # texels: what four bicubic taps reach across the border


@functools.lru_cache(maxsize=64)
def _torus_grid(source: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Where the texels of a torus of ``size`` lie in the padded ``source``: (1, h, w, 2), x first,
    in grid_sample's −1..1."""
    axes = [
        ((torch.arange(m) + 0.5) * n / m + _PAD) / (n + 2 * _PAD) * 2 - 1
        for n, m in zip(source, size, strict=True)
    ]
    down, across = torch.meshgrid(*axes, indexing="ij")
    return torch.stack([across, down], dim=-1)[None]
