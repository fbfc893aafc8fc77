"""The canvas: a pyramid of logits that the optimiser moves.

The paint is the sum of levels, each half as fine as the one before, brought to full size. Gradients
reach all of them, so that broad forms settle as fast as details (a preconditioner for low
frequencies, as in Lucid's Fourier and STROTSS's Laplacian parameterisations), and colours are
decorrelated: every texel is a vector along the principal axes of natural images' colours, or, where
a colour rule acts in the colours of styles, along theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from geometry.symmetry.colour_frame import ColourFrame
from service.perception.network import Network
from service.recipe.recipe import Recipe
from service.spaces import SPACES
from service.surfaces.grids import ALIGNED, Phase, fitted, resize, shares_of
from service.tables.network_info import HEAD
from service.terms.dream import targets

DEPTH = 3  # levels of the pyramid, unless the space says otherwise
CLASS_DEPTH = 6  # of a dream of classes alone: animals are larger than brush strokes
START_NOISE = {"noise": 0.3, "base": 0.05}  # standard deviation on every level, logits

# Square root of the covariance of ImageNet's colours, columns of norm at most 1 (Lucid, color.py).
_DECORRELATE = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
_DECORRELATE = _DECORRELATE / _DECORRELATE.norm(dim=0).max()


def colour_axes(frame: ColourFrame) -> Tensor:
    """The axes, columns, of a canvas whose colour rule acts in a frame. The longest is ½ long: the
    others are longer than natural images', and with 1 all steps together were too large (losses of
    drafts of three styles under rules were up to twice as high)."""
    axes = torch.tensor(frame.axes)
    return _DECORRELATE if frame.is_rgb else axes / (2 * axes.norm(dim=0).max())


# Of a canvas whose paint is light and dark: the two other channels stand for nothing.
LIGHT_AXES = torch.tensor([[1.0, 0.0, 0.0]] * 3) / 3**0.5


def canvas_depth(recipe: Recipe, network: Network) -> int:
    """Levels of a painting's canvas."""
    dreams = targets(recipe, network.info)
    if any(dream.layer == HEAD for dream in dreams) and not recipe.styles:
        return CLASS_DEPTH
    return SPACES[recipe.target].depth or DEPTH


class Canvas:
    """Levels of shape (charts, 3, h, w), finest first. wrap: whether the chart is a torus. coarser:
    (charts, 1, h, w) of the finest level, or None: log₂ of how much coarser than texels paint must
    be at least, 0 or more; finer levels fade out there, but for the coarsest. phases: of the
    levels' grids; none: all are aligned. axes: (3, 3), columns: what the levels' channels stand
    for, in logits of red, green and blue."""

    def __init__(
        self,
        levels: list[Tensor],
        wrap: bool,
        coarser: Tensor | None = None,
        phases: Sequence[Phase] = (),
        axes: Tensor = _DECORRELATE,
    ) -> None:
        self.levels = [level.requires_grad_() for level in levels]
        self.wrap, self.coarser, self.axes = wrap, coarser, axes
        self.phases = tuple(phases) or (ALIGNED,) * len(levels)
        self.shares: list[Tensor] | None = None
        if coarser is not None:
            self.shares = shares_of(coarser, [(x.shape[-2], x.shape[-1]) for x in levels])

    @classmethod
    def noise(
        cls,
        shape: tuple[int, int, int],
        depth: int,
        wrap: bool,
        deviation: float,
        generator: torch.Generator,
        phases: Sequence[Phase] = (),
    ) -> Canvas:
        """Noise of a standard deviation on every level, reproducible from the generator."""
        noise = [
            torch.randn(shape[0], 3, *size, generator=generator)
            for size in cls.level_sizes(shape, depth)
        ]
        return cls([deviation * level for level in noise], wrap, None, phases)

    @classmethod
    def showing(
        cls,
        paint: Tensor,
        shape: tuple[int, int, int],
        depth: int,
        wrap: bool,
        phases: Sequence[Phase],
        axes: Tensor,
    ) -> Canvas:
        """A canvas of ``shape`` that shows ``paint``, (charts, 3, h, w) logits of red, green and
        blue on an aligned grid of any size: every level holds what coarser ones cannot (a Laplacian
        pyramid: Burt and Adelson 1983)."""
        channels = torch.einsum("ij,cjhw->cihw", torch.linalg.pinv(axes).to(paint), paint)
        sizes = cls.level_sizes(shape, depth)
        # what every level shows together with all coarser ones
        sums = [fitted(channels, *grid) for grid in zip(sizes, [wrap] * depth, phases, strict=True)]
        levels = [
            whole - resize(below, size, wrap, source, own)
            for whole, below, size, source, own in zip(
                sums, sums[1:], sizes, phases[1:], phases, strict=False
            )
        ]
        levels.append(sums[-1])
        return cls(levels, wrap, None, phases, axes)

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
        return Canvas(levels, self.wrap, self.coarser, self.phases, self.axes)

    def enlarged(self, shape: tuple[int, int, int], phases: Sequence[Phase]) -> Canvas:
        """A copy of another resolution, ``shape`` (charts, height, width), with other phases."""
        sizes = self.level_sizes(shape, len(self.levels))
        levels = [
            resize(level.detach(), size, self.wrap, before, after).clone()
            for level, size, before, after in zip(
                self.levels, sizes, self.phases, phases, strict=True
            )
        ]
        coarser = self.coarser
        if coarser is not None and self.shape != shape:
            coarser = F.interpolate(coarser, sizes[0], mode="bilinear")
        return Canvas(levels, self.wrap, coarser, phases, self.axes)

    def shrunk(self, shape: tuple[int, int, int]) -> Canvas:
        """A copy of a coarser ``shape`` (charts, height, width), to look at: each texel of a level
        is the mean of about those that it covers."""
        sizes = self.level_sizes(shape, len(self.levels))
        levels = [
            F.adaptive_avg_pool2d(x.detach(), s) for x, s in zip(self._faded, sizes, strict=True)
        ]
        phases = [
            (down * size[0] / level.shape[-2], across * size[1] / level.shape[-1])
            for (down, across), size, level in zip(self.phases, sizes, self.levels, strict=True)
        ]
        return Canvas(levels, self.wrap, None, phases, self.axes)

    @property
    def _faded(self) -> list[Tensor]:
        """The levels where paint must not be finer."""
        if self.shares is None:
            return self.levels
        return [level * share for level, share in zip(self.levels, self.shares, strict=True)]

    def logits(self) -> Tensor:
        """The paint: (charts · h · w, 3) in RGB, row-major, on the finest grid."""
        levels = self._faded
        total, phase = levels[-1], self.phases[-1]
        # from size to size: a third of the work of all at once
        for level, own in zip(levels[-2::-1], self.phases[-2::-1], strict=True):
            total = level + resize(total, level.shape[-2:], self.wrap, phase, own)
            phase = own
        planes = self.axes.to(total) @ total.flatten(2)  # of rows it takes three times as long
        return planes.movedim(1, -1).reshape(-1, 3)
