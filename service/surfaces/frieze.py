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
from service.surfaces.host import to_host
from service.surfaces.surface import Look, Making, Surface, image_of, window_of


class FriezeSurface(Surface):
    """A strip on a device. A view is all of the torus that it lies in, beginning somewhere, or a
    window of a large one, in the pixels of the picture: so the network sees the edges of the strip
    as it does all else, and no border."""

    _design: FriezeDesign

    def __init__(self, design: FriezeDesign, views: int, making: Making) -> None:
        super().__init__(design, views, making)
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._corners: NDArray[np.int64]
        self._along: Tensor | None = None  # of every texel
        if (along := design.along) is not None:
            row = torch.tensor(along, dtype=torch.float32, device=self._device)
            self._along = row.expand(1, 1, design.chart_shape[1], -1)

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        random = np.random.default_rng(seed)
        self._corners = random.integers(0, self._design.chart_shape[1:], (self.views, 2))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        corners = self._corners[list(which)]
        views = self._views(self._enlarged(logits), corners)
        bases = [None] * len(views) if self._motif is None else self._views(self._motif, corners)
        looks = []
        for view, base, corner in zip(views, bases, corners, strict=True):
            along = None if self._along is None else self._window(self._along, corner)
            whole = self._design.seen_whole
            looks.append(Look(view, None, base, periodic=whole, along=along))
        return looks

    def _views(self, paint: Tensor, corners: NDArray[np.int64]) -> list[Tensor]:
        """(1, 3, H, W) each, of paint of the chart's texels."""
        texels = torch.sigmoid(self._unfold(self._average(paint)))
        torus = image_of(texels, self._design.chart_shape[1:])
        views = [self._window(torus, corner) for corner in corners]
        return [view.contiguous(memory_format=torch.channels_last) for view in views]

    def _window(self, torus: Tensor, corner: NDArray[np.int64]) -> Tensor:
        """The view of something on all texels, (1, C, rows, columns), that begins at a corner."""
        return window_of(torus, corner, self._design.view_shape)

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        orbits = torch.sigmoid(self._average(self._enlarged(logits)))
        return self._design.developed(to_host(orbits))

    def delivered(self, logits: Tensor, finish: Finisher | None = None) -> NDArray[np.uint8]:
        """See Surface. The strip ends in the middle of the torus, so a filter looks beyond it."""
        if finish is None:
            return self.picture(logits)
        design = self._design
        shape, unfold = design.chart_shape[1:], design.kaleidoscope[1]
        torus = Torus(shape, design.chart.torus.basis, unfold, are_pixels=True)
        orbits = to_host(self._average(self._enlarged(logits)))
        done, fitted = finished_orbits(finish, orbits, torus)
        return fitted.settled(design.developed(special.expit(done)))
