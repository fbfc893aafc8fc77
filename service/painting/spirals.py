"""Spirals and tunnels as a surface to paint."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geometry.sampling import SamplingMap
from service.spaces.spiral import SpiralDesign
from service.painting.grids import ALIGNED, Phase
from service.painting.operators import SparseOperator
from service.painting.views import Look, enlarged_paint, image_of, packed_pyramid


class SpiralSurface:
    """A spiral, seen through windows of its infinite zoom, on a device."""

    wrap = True
    coarser: Tensor | None = None

    def __init__(
        self,
        design: SpiralDesign,
        views: int,
        device: torch.device,
        frugal: bool = False,
        phases: tuple[Phase, ...] = (ALIGNED,),
    ) -> None:
        self._design, self._device = design, device
        self._operator = functools.partial(
            SparseOperator, device=device, frugal=frugal, frame=design.frame
        )
        self.canvas_shape, self.unit, self.looks = design.canvas_shape, design.unit, design.looks
        self.views, self.phases = views, phases
        self._average = self._operator(design.average)
        self._unfold = self._operator(design.unfold)
        self._windows: list[tuple[SparseOperator, Tensor]] = []
        self._pixels: SamplingMap | None = None

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        side = self._design.window
        self._windows = [
            (
                self._operator(pixels),
                torch.tensor(weight, dtype=torch.float32, device=self._device).reshape(
                    1, 1, side, side
                ),
            )
            for pixels, weight in self._design.windows(self.views, seed)
        ]

    def _texture(self, logits: Tensor) -> Tensor:
        size = self._design.texture_shape
        paint = enlarged_paint(logits, self.canvas_shape, size, True, self.phases[0])
        return torch.sigmoid(self._unfold(self._average(paint)))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        pyramid = packed_pyramid(self._texture(logits), self._design.texture_shape)
        shape = (self._design.window, self._design.window)
        return [
            Look(image_of(pixels(pyramid), shape), weight)
            for pixels, weight in (self._windows[k] for k in which)
        ]

    def delivered(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return self.picture(logits)

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        if self._pixels is None:
            self._pixels = self._design.picture_map()
        return self._design.developed(self._texture(logits).double().cpu().numpy(), self._pixels)

    def loop(self, logits: Tensor, frames: int) -> Iterator[NDArray[np.uint8]]:
        """The frames of an endless zoom; see SpiralDesign."""
        return self._design.loop(self._texture(logits).double().cpu().numpy(), frames)
