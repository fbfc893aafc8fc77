"""Tilings of the plane as a surface to paint."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.designs.plane import PlaneDesign
from service.painting.grids import ALIGNED, Phase
from service.painting.operators import SparseOperator
from service.painting.views import Look, enlarged_paint, image_of, logit, to_bytes


class PlaneSurface:
    """A wallpaper pattern, seen through windows of the infinite picture, on a device."""

    wrap = True
    coarser: Tensor | None = None

    def __init__(
        self,
        design: PlaneDesign,
        views: int,
        device: torch.device,
        frugal: bool = False,
        phases: tuple[Phase, ...] = (ALIGNED,),
    ) -> None:
        self._design = design
        self._operator = functools.partial(SparseOperator, device=device, frugal=frugal)
        self.canvas_shape, self.unit, self.looks = design.canvas_shape, design.unit, design.looks
        self.views, self.phases = views, phases
        self._average = self._operator(design.average)
        self._unfold = self._operator(design.unfold)
        self._windows: list[SparseOperator] = []
        self._base: Tensor | None = None  # a texture before anything is painted
        self._start: Tensor | None = None  # logits of orbits
        if (base := design.base()) is not None:
            colours = torch.tensor(base, dtype=torch.float32, device=device)
            self._base = self._unfold(colours - 0.5) + 0.5
            self._start = logit(base, device) if design.starts_from_base else None

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        windows = self._design.windows(self.views, seed)
        self._windows = [self._operator(window) for window in windows]

    def _orbits(self, logits: Tensor) -> Tensor:
        size = self._design.chart_shape[1:]
        paint = enlarged_paint(logits, self.canvas_shape, size, True, self.phases[0])
        orbits = self._average(paint)
        return orbits if self._start is None else orbits + self._start

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        texture = torch.sigmoid(self._unfold(self._orbits(logits)))
        return [Look(self._seen(k, texture), None, self._before(k)) for k in which]

    def _seen(self, window: int, texture: Tensor) -> Tensor:
        pixels = image_of(self._windows[window](texture), self._design.window_shape)
        return pixels.flip(-1) if self._design.mirrored else pixels

    def _before(self, window: int) -> Tensor | None:
        return None if self._base is None else self._seen(window, self._base)

    def delivered(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return self._design.developed(torch.sigmoid(self._orbits(logits)).cpu().numpy())

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        texture = torch.sigmoid(self._unfold(self._orbits(logits)))
        to_pixels, shape = self._glance
        pixels = to_bytes(texture if to_pixels is None else to_pixels(texture)).reshape(*shape, 3)
        return pixels[:, ::-1] if self._design.mirrored else pixels

    @functools.cached_property
    def _glance(self) -> tuple[SparseOperator | None, tuple[int, int]]:
        to_pixels, shape = self._design.glance()
        return (None if to_pixels is None else self._operator(to_pixels)), shape
