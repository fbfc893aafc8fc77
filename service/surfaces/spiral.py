"""Spirals and tunnels as a surface to paint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from scipy import special
from torch import Tensor

from geometry.maps.sampling import SamplingMap
from geometry.symmetry.colour_frame import EDGE
from service.finisher import Finisher, Fitted
from service.perception.looks import Look, Weight
from service.spaces.frame import Picture
from service.spaces.resolution import views_new, views_prepared
from service.spaces.spiral import SpiralDesign
from service.surfaces.finished import Torus, finished_orbits
from service.surfaces.host import to_host
from service.surfaces.kept_views import KeptViews
from service.surfaces.operators import SparseOperator, seen_by
from service.surfaces.surface import Making, Surface, image_of, packed_pyramid


class SpiralSurface(Surface):
    """A spiral, seen through windows of its infinite zoom, on a device."""

    in_bands = True
    _design: SpiralDesign

    def __init__(self, design: SpiralDesign, views: int, making: Making) -> None:
        super().__init__(design, views_prepared(views, design.needed), making)
        self.in_turn = design.needed > 0
        self.new_a_step = views_new(self.views, self.views_a_step)
        self._average: Callable[[Tensor], Tensor] = _same
        self._unfold: Callable[[Tensor], Tensor] = _same
        if not design.is_plain:
            self._average, self._unfold = map(self._operator, design.kaleidoscope)
        self._windows = KeptViews[tuple[SparseOperator, Weight]](
            self._window, self.views, self.views_a_step
        )
        self._seed = 0
        self._kept: list[SamplingMap] = []

    def prepare_views(self, seed: int) -> None:
        """See Surface. Of large pictures they are made when they are looked at."""
        self._seed = seed
        self._windows.clear()
        if not self._design.needed:
            made = self._design.windows(self.views, seed)
            self._windows.fill(self._on_device(*window) for window in made)

    def _window(self, number: int) -> tuple[SparseOperator, Weight]:
        return self._on_device(*self._design.window_on_large(number, self.views, self._seed))

    def _on_device(
        self, pixels: SamplingMap, weight: NDArray[np.float64]
    ) -> tuple[SparseOperator, Weight]:
        side = self._design.window
        counts = torch.tensor(weight, dtype=torch.float32, device=self._device)
        return self._operator(pixels), Weight(counts.reshape(1, 1, side, side))

    def _texture(self, logits: Tensor) -> Tensor:
        return self._folded(self._enlarged(logits))

    def _folded(self, paint: Tensor) -> Tensor:
        """The texture of paint of the chart's texels."""
        return torch.sigmoid(self._unfold(self._average(paint)))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        shape = (self._design.window, self._design.window)

        windows = self._windows.get(which)

        def seen(texture: Tensor) -> list[Tensor]:
            pyramid = packed_pyramid(texture, self._design.texture_shape)
            found = seen_by([pixels for pixels, _ in windows], pyramid)
            return [image_of(pixels, shape) for pixels in found]

        views = seen(self._texture(logits))
        bases = [None] * len(views) if self._motif is None else seen(self._folded(self._motif))
        return [
            Look(view, weight, base)
            for (_, weight), view, base in zip(windows, views, bases, strict=True)
        ]

    def _unfinished(self, logits: Tensor, dtype: DTypeLike) -> Picture:
        """That of a large one is made in single precision."""
        if self.is_large:
            self._windows.clear()
            return self._design.drawn(self._pyramid(logits), dtype)
        texture = to_host(self._texture(logits).double())
        return self._design.developed(texture, self._pixels(), dtype)

    @torch.no_grad()
    def _pyramid(self, logits: Tensor) -> NDArray[np.float32]:
        """What is mixed of the texels, and its means."""
        texture = self._texture(logits)
        if not self._design.frame.is_rgb:
            texture = texture.logit_(eps=EDGE)
        return to_host(packed_pyramid(texture, self._design.texture_shape))

    def _pixels(self) -> Iterable[SamplingMap]:
        """The maps of all bands. They are kept, for frames."""
        self._kept = self._kept or list(self._design.picture_maps())
        return self._kept

    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """See Surface. What is filtered is the log-polar torus, so that filters grow with the
        distance from the middle, as all else does; widths are those at the picture's edge."""
        if finish is None:
            return self._unfinished(logits, dtype)
        texels, fitted = self._finished(logits, finish)
        picture = self._design.developed(texels, self._design.picture_maps(), dtype)
        return fitted.settled(picture)

    def _finished(self, logits: Tensor, finish: Finisher) -> tuple[NDArray, Fitted]:
        """Colours of the texels, and what is done to the pictures made of them."""
        design, unfold = self._design, self._design.kaleidoscope[1]
        torus = Torus(design.texture_shape, design.chart.period / 2, unfold)
        orbits = to_host(self._average(self._enlarged(logits)))
        done, fitted = finished_orbits(finish, orbits, torus)
        return special.expit(unfold.apply(done, finish.frame)), fitted

    def loop(
        self, logits: Tensor, frames: int, finish: Finisher | None = None
    ) -> Iterator[Picture]:
        """See Surface."""
        if finish is None:
            return self._design.loop(to_host(self._texture(logits).double()), frames)
        texels, fitted = self._finished(logits, finish)
        return map(fitted.settled, self._design.loop(texels, frames))


def _same(paint: Tensor) -> Tensor:
    return paint
