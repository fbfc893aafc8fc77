"""Friezes as a surface to paint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike
from scipy import special
from torch import Tensor

from service.finisher import Finisher
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.frieze import FriezeDesign
from service.surfaces.finished import Torus, finished_orbits
from service.surfaces.host import to_host
from service.surfaces.surface import Making, Surface, image_of
from service.surfaces.windows import WindowsOn


class FriezeSurface(Surface):
    """A strip on a device. A view is all of the torus that it lies in, beginning somewhere, or a
    window of a large one, in the pixels of the picture: so the network sees the edges of the strip
    as it does all else, and no border."""

    _design: FriezeDesign

    def __init__(self, design: FriezeDesign, views: int, making: Making) -> None:
        self._windows = WindowsOn(design.windows, views)
        super().__init__(design, self._windows.count, making)
        self.in_turn = not design.windows.show_all
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._along: Tensor | None = None  # of every texel
        if (along := design.along) is not None:
            row = torch.tensor(along, dtype=torch.float32, device=self._device)
            self._along = row.expand(1, 1, design.chart_shape[1], -1)

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        self._windows.prepare(seed)

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        views = self._views(self._enlarged(logits), which)
        nothing = [None] * len(views)
        bases = nothing if self._motif is None else self._views(self._motif, which)
        along = nothing if self._along is None else self._windows.seen(self._along, which).split(1)
        whole = self._design.windows.show_all
        return [
            Look(view, None, base, periodic=whole, along=here)
            for view, base, here in zip(views, bases, along, strict=True)
        ]

    def _views(self, paint: Tensor, which: Sequence[int]) -> list[Tensor]:
        """(1, 3, H, W) each, of paint of the chart's texels."""
        texels = torch.sigmoid(self._unfold(self._average(paint)))
        torus = image_of(texels, self._design.chart_shape[1:])
        return list(self._windows.seen(torus, which).split(1))

    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """See Surface. The strip ends in the middle of the torus, so a filter looks beyond it."""
        design, orbits = self._design, self._average(self._enlarged(logits))
        if finish is None:
            return design.developed(to_host(torch.sigmoid(orbits)), dtype)
        shape, unfold = design.chart_shape[1:], design.kaleidoscope[1]
        torus = Torus(
            shape, design.chart.basis, unfold, are_pixels=True, shown=design.delivered_rows
        )
        done, fitted = finished_orbits(finish, to_host(orbits), torus)
        return fitted.settled(design.developed(special.expit(done), dtype))
