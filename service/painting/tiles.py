"""Tilings of the plane as a surface to paint."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geometry import plane, plane_chart
from geometry.colour import act
from geometry.errors import InputError
from geometry.plane_resample import resample
from service.painting.operators import SparseOperator
from service.painting.views import FINENESS, Look, enlarged_paint, image_of, to_bytes
from service.scene import Scene

WINDOW = 0.75  # side of a window on a tiling, relative to the picture's width
MAX_PIXELS = 2**26  # of a tile: colour rules can make a period many cells tall


class PlaneSurface:
    """A wallpaper group on its lattice chart, seen through windows of the infinite picture."""

    wrap = True
    looks = 1  # one window shows most of a period

    def __init__(self, scene: Scene, width: int, views: int, device: torch.device) -> None:
        self.chart = plane_chart.plane_chart(scene.group, scene.colouring, width)
        self.shape = plane_chart.picture_shape(self.chart, width)
        if self.shape[0] * self.shape[1] > MAX_PIXELS:
            raise InputError(
                "too-large",
                "size",
                f"One period of this colouring is {self.shape[1]} × {self.shape[0]} pixels.",
                "Choose a smaller size.",
            )
        self.views = views
        average, self._unfold_map = plane.kaleidoscope(self.chart)
        self._average = SparseOperator(average, device)
        self._unfold = SparseOperator(self._unfold_map, device)
        self._size = (self.chart.rows, self.chart.columns)
        rows, columns = (max(8, round(n * FINENESS)) for n in self._size)
        self.canvas_shape = (1, rows, columns)
        self._device = device
        self._windows: list[SparseOperator] = []
        side = min(max(round(width * WINDOW), 64), 512)
        self._window = (side, side)
        self.unit = width

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        random = np.random.default_rng(seed)
        self._windows = []
        for _ in range(self.views):
            corner = (float(random.uniform(0, self.shape[0])), random.uniform(0, self.shape[1]))
            self._windows.append(
                SparseOperator(
                    plane.window_map(
                        self.chart,
                        self.shape,
                        self._window,
                        corner,
                        turn=random.normal() * 0.1,
                        zoom=math.exp(random.normal() * 0.06),
                    ),
                    self._device,
                )
            )

    def _orbits(self, logits: Tensor) -> Tensor:
        return self._average(enlarged_paint(logits, self.canvas_shape, self._size, True))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        texture = torch.sigmoid(self._unfold(self._orbits(logits)))
        return [Look(image_of(self._windows[k](texture), self._window), None) for k in which]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        # Rounded once per orbit and then copied through the colours in whole numbers: the symmetry
        # of the 8-bit picture is exact. (Where a diagonal mirror or a centre of a hexagonal chart
        # goes through a texel, an inverting rule wants 127.5 there and is half a grey level off.)
        orbits = to_bytes(torch.sigmoid(self._orbits(logits)))
        unfold = self._unfold_map
        assert unfold.colours is not None
        texels = np.empty((unfold.rows, 3), np.uint8)
        for number, element in enumerate(unfold.palette):
            chosen = unfold.colours == number
            texels[chosen] = act(element, orbits[unfold.indices[chosen]])
        texture = texels.reshape(*self._size, 3)
        if plane_chart.on_grid(self.chart, self.shape):
            return texture
        return np.rint(
            np.clip(resample(texture.astype(float), self.chart, self.shape), 0, 255)
        ).astype(np.uint8)
