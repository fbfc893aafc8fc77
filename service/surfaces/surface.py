"""Surfaces: how paint on the canvas becomes a texture, and what is seen of it.

A surface is a design, a scene at one resolution, on a device. It knows the canvas it wants, turns
logits into a texture, and offers views: windows on a tiling, cameras around a sphere or a mesh. All
is made of precomputed sparse operators, so a step of the optimiser costs a few sparse products and
the network. Views are only worked out when asked for: a surface that just bakes a texture needs
none.
"""

from __future__ import annotations

import functools
import math
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor
from torch.nn import functional as F

from geometry.maps.pyramid import pyramid_shapes
from geometry.maps.sampling import SamplingMap
from geometry.symmetry.colour import white
from service.finisher import Finisher
from service.perception.looks import Look, Weight
from service.recipe.parts import DRAFT_SUBSAMPLES
from service.spaces.frame import Picture
from service.spaces.space import Design, Scene
from service.surfaces.grids import ALIGNED, Phase, resize
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator

# Colours of the base are this far from 0 and 1, where their hues are kept and their light is not:
# in what is nearly black, hues are noise, and would glow when it is made lighter.
_DYED = 0.05
HELD = 1 << 21  # pixels of a picture whose operators are kept: they take up to 600 MB


@dataclass(frozen=True)
class Making:
    """How surfaces are made, besides their designs. subsamples: along each side of a pixel of a
    mesh's views; frugal: see SparseOperator; phases: of the canvas's grids, finest first; rough:
    its pictures are only looked at, and need not be smooth; motif: logits (chart texels, 3) of the
    motif that paint is added to, if there is one."""

    device: torch.device
    subsamples: int
    frugal: bool
    phases: tuple[Phase, ...]
    rough: bool = False
    motif: NDArray | None = None


class Surface(ABC):
    """canvas_shape, wrap, views_a_step, paces: see Design. phases: see Making. views: number of
    views prepared. in_turn: whether views that follow one another are spread over all of it, so
    that steps take them in turn, and not any; new_a_step: how many a step then sees that the last
    one did not. seen: of bodies, (rows, columns), how many of their
    pixels each texel fills. in_bands: whether its picture is made of some rows after the other."""

    in_turn = False
    in_bands = False
    seen: NDArray[np.floating]
    _design: Design

    def __init__(self, design: Design, views: int, making: Making) -> None:
        self._design, self._making, self._device = design, making, making.device
        self.canvas_shape, self.wrap, self.views_a_step = (
            design.canvas_shape,
            design.wrap,
            design.views_a_step,
        )
        self.new_a_step = design.views_a_step
        self.paces = design.paces
        self.views, self.phases = views, making.phases
        self._motif: Tensor | None = None
        if making.motif is not None:
            motif = torch.tensor(making.motif, dtype=torch.float32, device=self._device)
            self._motif = self._as_fine_as_paint(motif)

    @property
    def coarser(self) -> Tensor | None:
        """How much coarser than texels paint must be, see Canvas; of prepared views."""
        return None

    @property
    def unit(self) -> int:
        """The length in view pixels that a style picture of scale 1 spans; of prepared views."""
        return self._design.unit

    @property
    def is_large(self) -> bool:
        """Whether its picture is made in bands, and takes so long that looks at the painting are
        made of a smaller one."""
        return self.in_bands and math.prod(self._design.shape) > HELD

    @abstractmethod
    def prepare_views(self, seed: int) -> None:
        """Work the views out; ``seed`` moves them."""

    @abstractmethod
    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """The views ``which`` of paint (canvas texels, 3), differentiable."""

    def picture(self, logits: Tensor) -> Picture:
        """The texture, to look at: (H, W, 3) uint8 sRGB, top row first."""
        return self.delivered(logits)

    @abstractmethod
    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """The texture, to keep: however long it takes, and finished. dtype: of its numbers, uint8
        or uint16."""

    def seam_energy(self, logits: Tensor) -> Tensor:
        """The mean square difference of colours across UV seams, relative to the colours' variance:
        2 where the sides know nothing of each other. Only of bodies."""
        raise NotImplementedError

    def loop(
        self, logits: Tensor, frames: int, finish: Finisher | None = None
    ) -> Iterator[Picture]:
        """The pictures of an endless zoom, finished. Only of spirals."""
        raise NotImplementedError

    def _operator(self, sampling: SamplingMap) -> SparseOperator:
        """A map that colours act in. Of pictures that are seen through windows transposes are not
        kept on a CPU: they take as much memory as the maps."""
        many = self._design.needed > 0 and self._device.type == "cpu"
        return SparseOperator(
            sampling, self._device, self._making.frugal or many, self._design.frame
        )

    def _as_fine_as_paint(self, texels: Tensor) -> Tensor:
        """Logits of the charts' texels without what the canvas could not hold: finer than that, no
        pixel shows it, and the symmetry would be lost between pixels."""
        charts, *size = self._design.chart_shape
        sheets = texels.reshape(charts, *size, 3).permute(0, 3, 1, 2)
        canvas = F.interpolate(sheets, self.canvas_shape[1:], mode="area")
        logits = canvas.permute(0, 2, 3, 1).reshape(-1, 3)
        return enlarged_paint(logits, self.canvas_shape, (size[0], size[1]), self.wrap)

    def _enlarged(self, logits: Tensor) -> Tensor:
        """Paint of the canvas brought to the charts' texels, and the motif, if there is one."""
        size = self._design.chart_shape[1:]
        paint = enlarged_paint(logits, self.canvas_shape, size, self.wrap, self.phases[0])
        return paint if self._motif is None else paint + self._motif


def make_surface(
    scene: Scene,
    width: int,
    views: int,
    device: torch.device,
    subsamples: int = DRAFT_SUBSAMPLES,
    frugal: bool = False,
    phases: tuple[Phase, ...] = (ALIGNED,),
    rough: bool = False,
) -> Surface:
    """The surface of a scene whose texture is ``width`` pixels wide; the rest: see Making."""
    design = scene.design(width)
    kind: type[Surface] = pkgutil.resolve_name(design.surface)
    motif = None if scene.motif is None else design.laid_out(scene.motif)
    return kind(design, views, Making(device, subsamples, frugal, phases, rough, motif))


def to_pixels(values: Tensor, dtype: DTypeLike = np.uint8) -> Picture:
    """Colours in 0..1, any shape, as :func:`geometry.symmetry.colour_frame.rounded` makes them."""
    return to_host(as_pixels(values, dtype))


def as_pixels(values: Tensor, dtype: DTypeLike = np.uint8) -> Tensor:
    """The same on the device."""
    kind = torch.uint8 if np.dtype(dtype) == np.uint8 else torch.uint16
    return values.clamp(0, 1).mul_(white(dtype)).round_().to(kind)


def logit(colours: NDArray, device: torch.device, least: float = 0.01) -> Tensor:
    """Logits of colours in 0..1, at least ``least`` away from black and white: by default as far as
    paint ever gets."""
    return torch.logit(torch.tensor(colours, dtype=torch.float32, device=device), eps=least)


def start_of(scene: Scene, base: NDArray, device: torch.device) -> Tensor:
    """What paint is added to: logits of the base's colours (n, 3) in 0..1. Where only light is
    painted, black and white have no hue; and of a painting that starts from noise, hues are all
    that there is."""
    logits = logit(base, device)
    if not scene.light:
        return logits
    light = logits.mean(1, keepdim=True)
    dyes = logit(base, device, _DYED)
    dyes = dyes - dyes.mean(1, keepdim=True)
    return light + dyes if scene.start == "base" else dyes


def image_of(rows: Tensor, shape: tuple[int, int]) -> Tensor:
    """(H·W, C) row-major → (1, C, H, W), channels last in memory without a copy."""
    return rows.reshape(1, *shape, rows.shape[1]).permute(0, 3, 1, 2)


def enlarged_paint(
    logits: Tensor,
    canvas: tuple[int, int, int],
    size: tuple[int, int],
    wrap: bool,
    phase: Phase = ALIGNED,
) -> Tensor:
    """Paint (charts · h · w, 3) of a canvas, whose grid has a ``phase``, brought to ``size`` texels
    per chart."""
    charts = logits.reshape(*canvas, 3).permute(0, 3, 1, 2)
    return resize(charts, size, wrap, phase).permute(0, 2, 3, 1).reshape(-1, 3)


def packed_pyramid(texture: Tensor, shape: tuple[int, int]) -> Tensor:
    """The packed mip pyramid (:mod:`geometry.maps.pyramid`) of a texture (H·W, C)."""
    level = image_of(texture, shape)
    levels = [texture]
    for _ in pyramid_shapes(shape)[1:]:
        level = F.avg_pool2d(level, 2)
        levels.append(level.permute(0, 2, 3, 1).reshape(-1, texture.shape[1]))
    return torch.cat(levels)


@dataclass(frozen=True, eq=False)
class BodyView:
    """A view of a body before a background. weight, coverage: (H·W, 1) in 0..1."""

    operator: SparseOperator
    weight: Tensor
    coverage: Tensor
    shape: tuple[int, int]

    @classmethod
    def of(
        cls,
        operator: SparseOperator,
        weight: NDArray,
        coverage: NDArray,
        shape: tuple[int, int],
        device: torch.device,
    ) -> BodyView:
        """A view on a device. weight, coverage: H·W values in 0..1, any shape."""

        def column(x: NDArray) -> Tensor:
            return torch.tensor(x.reshape(-1, 1), dtype=torch.float32, device=device)

        return cls(operator, column(weight), column(coverage), shape)

    def look(self, seen: Tensor) -> Look:
        """``seen``: (H·W, 3), colours times coverage. What is not covered takes the view's own
        mean colour, so that there is no edge for the network to look at."""
        total = (self.coverage * self.weight).sum().clamp(min=1e-6)
        mean = (seen.detach() * self.weight).sum(0) / total
        pixels = seen + (1 - self.coverage) * mean
        return Look(image_of(pixels, self.shape), self._weight)

    @functools.cached_property
    def _weight(self) -> Weight:
        return Weight(image_of(self.weight, self.shape))
