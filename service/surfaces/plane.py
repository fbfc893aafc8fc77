"""Tilings of the plane as a surface to paint."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike
from scipy import special
from torch import Tensor

from service.finisher import Finisher
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.plane_design import PlaneDesign
from service.surfaces.finished import Torus, finished_orbits
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import (
    Making,
    Surface,
    as_pixels,
    image_of,
    logit,
    start_of,
    to_pixels,
)
from service.surfaces.windows import WindowsOn


class PlaneSurface(Surface):
    """A wallpaper pattern on a device. A view is a whole period that begins somewhere, and that the
    network sees as what it is, without borders; or, of a large one, a window. Its pixels are those
    of the picture: turned or zoomed, they would hide from the network how sharp they are."""

    _design: PlaneDesign

    def __init__(self, design: PlaneDesign, views: int, making: Making) -> None:
        self._windows = WindowsOn(design.windows, views)
        super().__init__(design, self._windows.count, making)
        self.in_turn = not design.windows.show_all
        scene = design.scene
        self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._pixels: SparseOperator | None = None
        self._base: Tensor | None = None  # a texture before anything is painted
        self._start: Tensor | None = None  # logits of orbits
        if (base := design.base()) is not None:
            if design.frame.is_rgb:
                colours = torch.tensor(base, dtype=torch.float32, device=self._device)
                self._base = self._unfold(colours - 0.5) + 0.5
            else:
                self._base = torch.sigmoid(self._unfold(logit(base, self._device)))
            if scene.starts_from_base:
                self._start = start_of(scene, base, self._device)
            if scene.start == "base":  # without what the average makes of no paint at all
                nothing = torch.zeros(design.kaleidoscope[0].columns, 3, device=self._device)
                self._start = logit(base, self._device) - self._average(nothing)
        if self._motif is not None:
            self._base = torch.sigmoid(self._unfold(self._average(self._motif)))

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        self._windows.prepare(seed)
        if self._pixels is None and (pixels := self._design.pixels()) is not None:
            self._pixels = self._operator(pixels)

    def _orbits(self, logits: Tensor) -> Tensor:
        orbits = self._average(self._enlarged(logits))
        return orbits if self._start is None else orbits + self._start

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        texture = torch.sigmoid(self._unfold(self._orbits(logits)))
        views = self._views(texture, which)
        before = [None] * len(views) if self._base is None else self._views(self._base, which)
        whole = self._design.windows.show_all
        return [
            Look(view, None, base, periodic=whole) for view, base in zip(views, before, strict=True)
        ]

    def _views(self, texture: Tensor, which: Sequence[int]) -> list[Tensor]:
        """(1, 3, H, W) each."""
        pixels = texture if self._pixels is None else self._pixels(texture)
        seen = self._windows.seen(image_of(pixels, self._design.shape), which)
        if self._design.mirrored:
            seen = seen.flip(-1).contiguous(memory_format=torch.channels_last)
        return list(seen.split(1))

    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """See Surface."""
        design, orbits = self._design, self._orbits(logits)
        if finish is None:
            return design.developed(to_host(torch.sigmoid(orbits)), dtype)
        chart = design.chart
        shape, unfold = (chart.rows, chart.columns), design.kaleidoscope[1]
        torus = Torus(shape, chart.basis, unfold, chart.skew, design.texels_are_pixels)
        done, fitted = finished_orbits(finish, to_host(orbits), torus)
        return fitted.settled(design.developed(special.expit(done), dtype))

    def picture(self, logits: Tensor) -> Picture:
        """See Surface."""
        orbits = self._orbits(logits)
        sampled, shape = self._glance
        if sampled is None:
            seen = to_host(self._unfold.seen(orbits, lambda x: as_pixels(torch.sigmoid(x))))
        else:
            seen = to_pixels(sampled(torch.sigmoid(self._unfold(orbits))))
        pixels = seen.reshape(*shape, 3)
        return pixels[:, ::-1] if self._design.mirrored else pixels

    @functools.cached_property
    def _glance(self) -> tuple[SparseOperator | None, tuple[int, int]]:
        sampled, shape = self._design.glance()
        return (None if sampled is None else self._operator(sampled)), shape
