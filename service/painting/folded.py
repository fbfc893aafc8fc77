"""The sphere and the hyperbolic plane as surfaces to paint. Views need no texture: the points that
make up a view's pixels are folded straight onto the charts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.spaces.folded import FoldedDesign, View
from service.painting.grids import ALIGNED, Phase
from service.painting.operators import SparseOperator
from service.painting.views import BodyView, Look, enlarged_paint


class FoldedSurface:
    """A design that folds, on a device."""

    wrap = False
    coarser: Tensor | None = None

    def __init__(
        self,
        design: FoldedDesign,
        views: int,
        device: torch.device,
        frugal: bool = False,
        phases: tuple[Phase, ...] = (ALIGNED,),
    ) -> None:
        self._design, self._device, self._frugal = design, device, frugal
        self.canvas_shape = design.canvas_shape
        self.views, self.unit, self.looks = views, design.unit, design.looks
        self.phases = phases
        self._pictures: list[BodyView] = []
        self._picture: tuple[View, SparseOperator] | None = None

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        with ThreadPoolExecutor(2) as pool:  # NumPy and SciPy let go of the interpreter's lock
            views = self._design.views(self.views, seed)
            self._pictures = list(pool.map(self._picture_of, views))

    def _picture_of(self, view: View) -> BodyView:
        pixels = self._design.pixel_map(view)
        operator = SparseOperator(pixels, self._device, self._frugal, self._design.frame)
        return BodyView.of(operator, view.weight, view.coverage, view.shape, self._device)

    def _enlarged(self, logits: Tensor) -> Tensor:
        """Paint of the canvas brought to the charts' texels."""
        size = self._design.chart_shape[1:]
        return enlarged_paint(logits, self.canvas_shape, size, False, self.phases[0])

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        paint = self._enlarged(logits)
        return [
            picture.look(picture.coverage * torch.sigmoid(picture.operator(paint)))
            for picture in (self._pictures[k] for k in which)
        ]

    def delivered(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return self.picture(logits)

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        if self._picture is None:
            view = self._design.picture_view()
            fold = self._design.fold(view.points)
            operator = SparseOperator(fold, self._device, frame=self._design.frame)
            self._picture = view, operator
        view, operator = self._picture
        paint = self._enlarged(logits)
        return self._design.developed(view, operator(paint).cpu().numpy(), paint.cpu().numpy())
