"""Spirals and tunnels as a surface to paint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geometry.maps.sampling import SamplingMap
from service.spaces.spiral import SpiralDesign
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import Look, Making, Surface, Weight, image_of, packed_pyramid


class SpiralSurface(Surface):
    """A spiral, seen through windows of its infinite zoom, on a device."""

    _design: SpiralDesign

    def __init__(self, design: SpiralDesign, views: int, making: Making) -> None:
        super().__init__(design, views, making)
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._windows: list[tuple[SparseOperator, Weight]] = []
        self._pixels: SamplingMap | None = None

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        side = self._design.window

        def counting(weight: NDArray[np.float64]) -> Weight:
            pixels = torch.tensor(weight, dtype=torch.float32, device=self._device)
            return Weight(pixels.reshape(1, 1, side, side))

        self._windows = [
            (self._operator(pixels), counting(weight))
            for pixels, weight in self._design.windows(self.views, seed)
        ]

    def _texture(self, logits: Tensor) -> Tensor:
        return self._folded(self._enlarged(logits))

    def _folded(self, paint: Tensor) -> Tensor:
        """The texture of paint of the chart's texels."""
        return torch.sigmoid(self._unfold(self._average(paint)))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        shape = (self._design.window, self._design.window)

        def seen(texture: Tensor) -> list[Tensor]:
            pyramid = packed_pyramid(texture, self._design.texture_shape)
            return [image_of(self._windows[k][0](pyramid), shape) for k in which]

        views = seen(self._texture(logits))
        bases = [None] * len(views) if self._motif is None else seen(self._folded(self._motif))
        return [
            Look(view, self._windows[k][1], base)
            for k, view, base in zip(which, views, bases, strict=True)
        ]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        if self._pixels is None:
            self._pixels = self._design.picture_map()
        return self._design.developed(to_host(self._texture(logits).double()), self._pixels)

    def loop(self, logits: Tensor, frames: int) -> Iterator[NDArray[np.uint8]]:
        """See Surface."""
        return self._design.loop(to_host(self._texture(logits).double()), frames)
