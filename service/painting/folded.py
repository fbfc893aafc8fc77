"""The sphere and the hyperbolic plane as surfaces to paint. Views need no texture: the points that
make up a view's pixels are folded straight onto the charts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.designs.folded import FoldedDesign, Samples
from service.painting.operators import SparseOperator
from service.painting.views import BodyView, Look, enlarged_paint


class FoldedSurface:
    """A design that folds, on a device."""

    wrap = False

    def __init__(self, design: FoldedDesign, views: int, device: torch.device) -> None:
        self._design, self._device = design, device
        self.canvas_shape = design.canvas_shape
        self.views, self.unit, self.looks = views, design.unit, design.looks
        self._pictures: list[BodyView] = []
        self._samples: Samples | None = None
        self._bake: SparseOperator

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        with ThreadPoolExecutor(2) as pool:  # NumPy and SciPy let go of the interpreter's lock
            samples = self._design.view_samples(self.views, seed)
            self._pictures = list(pool.map(self._picture_of, samples))

    def _picture_of(self, samples: Samples) -> BodyView:
        return BodyView.of(
            self._design.pixel_map(samples),
            samples.pixel_mean(samples.weight),
            samples.pixel_mean(samples.inside),
            samples.shape,
            self._device,
        )

    def _enlarged(self, logits: Tensor) -> Tensor:
        """Paint of the canvas brought to the charts' texels."""
        return enlarged_paint(logits, self.canvas_shape, self._design.chart_shape[1:], wrap=False)

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        looks = []
        paint = self._enlarged(logits)
        for picture in (self._pictures[k] for k in which):
            mean_logits = picture.operator(paint) / picture.coverage.clamp(min=1e-6)
            looks.append(picture.look(picture.coverage * torch.sigmoid(mean_logits)))
        return looks

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        if self._samples is None:
            self._samples = self._design.picture_samples()
            self._bake = SparseOperator(self._design.sample_map(self._samples), self._device)
        paint = self._enlarged(logits)
        fine = self._bake(paint)
        return self._design.developed(self._samples, fine.cpu().numpy(), paint.cpu().numpy())

    def delivered(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return self._design.delivered(self.picture(logits))
