"""The hyperbolic plane's design: pictures in a model, views cut out of it after random motions."""

from __future__ import annotations

import numpy as np

from geometry.hyperbolic import fold, hyperbolic_chart
from geometry.hyperbolic_models import find_model
from geometry.hyperbolic_sides import fold_into_tile, tile_chart
from geometry.hyperbolic_views import (
    Samples,
    crop_samples,
    domain_area,
    picture_samples,
    picture_shape,
    pixel_length,
    random_motion,
)
from geometry.sampling import SamplingMap
from geometry.spaces import Array
from service.spaces.folded import FoldedDesign, View
from service.spaces.resolution import FINENESS, OVERSAMPLING
from service.scene import Scene

WINDOW = 0.45  # side of a view, relative to the picture's width
_PROBES = 64  # pixels along a side of the picture that may be a view's middle


class HyperbolicDesign(FoldedDesign):
    """A hyperbolic tiling in one of its models."""

    def __init__(self, scene: Scene, width: int) -> None:
        self._model = find_model(scene.model)
        shape = picture_shape(self._model, width)
        # in the middle of the picture, where tiles are largest
        texel = pixel_length(self._model, shape) / FINENESS / OVERSAMPLING
        self._chart = hyperbolic_chart(scene.group, scene.colouring, texel)
        self._tile = tile_chart(scene.group, scene.colouring, texel) if scene.folds else None
        chart_shape = self._tile.shape if self._tile else (1, *self._chart.shape)
        super().__init__(scene, shape, chart_shape)

    def _fold_exactly(self, points: Array) -> SamplingMap:
        return fold_into_tile(points, self._tile) if self._tile else fold(points, self._chart)

    def picture_view(self) -> View:
        """See FoldedDesign."""
        return _view(picture_samples(self._model, self.shape, self._chart), self.shape)

    def views(self, count: int, seed: int) -> list[View]:
        """See FoldedDesign. The first is the whole picture, small. The others are cut out of it at
        its own magnification, anywhere where tiles can be told apart, after a random motion of the
        plane: every place of the domain is as likely to be seen."""
        random = np.random.default_rng(seed)
        height, width = self.shape
        side = min(self.unit, height)
        whole = picture_shape(self._model, side)
        found = [_view(picture_samples(self._model, whole, self._chart), whole)]
        clear = picture_samples(self._model, (_PROBES, _PROBES), self._chart).detail > 0
        places = np.argwhere(clear.reshape(_PROBES, _PROBES)) / _PROBES
        for _ in range(count - 1):
            middle = random.choice(places) * (height, width)
            corner = np.clip(np.rint(middle - side / 2), 0, (height - side, width - side))
            row, column = (int(x) for x in corner)
            motion = random_motion(random, self._chart.mirrors)
            crop = crop_samples(self._model, self.shape, (row, column), side, motion, self._chart)
            found.append(_view(crop, (side, side)))
        return found

    @property
    def domain_area(self) -> float:
        """See FoldedDesign."""
        return domain_area(self._chart.mirrors)

    @property
    def unit(self) -> int:
        """See FoldedDesign."""
        return min(max(round(self.shape[1] * WINDOW / 8) * 8, 64), 512)


def _view(samples: Samples, shape: tuple[int, int]) -> View:
    """Pixels show the pattern as far as they are inside and details can be told apart."""
    shown = samples.coverage * samples.detail
    return View(shape, samples.points, samples.starts, shown, samples.weight)
