"""Friezes as a surface to paint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import special
from torch import Tensor

from service.finisher import Finisher
from service.spaces.frieze import FriezeDesign
from service.surfaces.finished import Torus, finished_orbits
from service.surfaces.surface import Look, Making, Surface, image_of


class FriezeSurface(Surface):
    """A strip on a device. A view is all of the torus that it lies in, beginning somewhere, or a
    window of a large one, in the pixels of the picture: so the network sees the edges of the strip
    as it does all else, and no border."""

    _design: FriezeDesign

    def __init__(self, design: FriezeDesign, views: int, making: Making) -> None:
        super().__init__(design, views, making)
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._corners: NDArray[np.int64]

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        random = np.random.default_rng(seed)
        self._corners = random.integers(0, self._design.chart_shape[1:], (self.views, 2))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        texels = torch.sigmoid(self._unfold(self._average(self._enlarged(logits))))
        torus = image_of(texels, self._design.chart_shape[1:])
        height, width = self._design.view_shape
        views = []
        for down, across in self._corners[list(which)]:
            view = torus.roll((-int(down), -int(across)), (2, 3))[..., :height, :width]
            view = view.contiguous(memory_format=torch.channels_last)
            views.append(Look(view, None, periodic=self._design.seen_whole))
        return views

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        orbits = torch.sigmoid(self._average(self._enlarged(logits)))
        return self._design.developed(orbits.cpu().numpy())

    def delivered(self, logits: Tensor, finish: Finisher | None = None) -> NDArray[np.uint8]:
        """See Surface. The strip ends in the middle of the torus, so a filter looks beyond it."""
        if finish is None:
            return self.picture(logits)
        design = self._design
        shape, unfold = design.chart_shape[1:], design.kaleidoscope[1]
        torus = Torus(shape, design.chart.torus.basis, unfold, are_pixels=True)
        orbits = self._average(self._enlarged(logits)).cpu().numpy()
        done, fitted = finished_orbits(finish, orbits, torus)
        return fitted.settled(design.developed(special.expit(done)))
