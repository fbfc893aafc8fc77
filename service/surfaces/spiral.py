"""Spirals and tunnels as a surface to paint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import special
from torch import Tensor

from geometry.maps.sampling import SamplingMap
from service.finisher import Finisher, Fitted
from service.spaces.spiral import SpiralDesign
from service.surfaces.finished import Torus, finished_orbits
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import Look, Making, Surface, Weight, image_of, packed_pyramid


class SpiralSurface(Surface):
    """A spiral, seen through windows of its infinite zoom, on a device."""

    in_bands = True
    _design: SpiralDesign

    def __init__(self, design: SpiralDesign, views: int, making: Making) -> None:
        super().__init__(design, views, making)
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._windows: list[tuple[SparseOperator, Weight]] = []
        self._kept: list[SamplingMap] = []

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
        return self._design.developed(to_host(self._texture(logits).double()), self._pixels())

    def _pixels(self) -> Iterable[SamplingMap]:
        """The maps of all bands. They are kept, for frames, unless they are large."""
        if self.is_large:
            return self._design.picture_maps()
        self._kept = self._kept or list(self._design.picture_maps())
        return self._kept

    def delivered(self, logits: Tensor, finish: Finisher | None = None) -> NDArray[np.uint8]:
        """See Surface. What is filtered is the log-polar torus, so that filters grow with the
        distance from the middle, as all else does; widths are those at the picture's edge."""
        if finish is None:
            return self.picture(logits)
        texels, fitted = self._finished(logits, finish)
        return fitted.settled(self._design.developed(texels, self._design.picture_maps()))

    def _finished(self, logits: Tensor, finish: Finisher) -> tuple[NDArray, Fitted]:
        """Colours of the texels, and what is done to the pictures made of them."""
        design, unfold = self._design, self._design.kaleidoscope[1]
        torus = Torus(design.texture_shape, design.chart.period / 2, unfold)
        orbits = to_host(self._average(self._enlarged(logits)))
        done, fitted = finished_orbits(finish, orbits, torus)
        return special.expit(unfold.apply(done, finish.frame)), fitted

    def loop(
        self, logits: Tensor, frames: int, finish: Finisher | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """See Surface."""
        if finish is None:
            return self._design.loop(to_host(self._texture(logits).double()), frames)
        texels, fitted = self._finished(logits, finish)
        return map(fitted.settled, self._design.loop(texels, frames))
