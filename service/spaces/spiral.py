"""The spiral's design: a texture on the log-polar torus, read through its mip pyramid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry import spiral
from geometry.colour_frame import rounded
from geometry.pyramid import build_pyramid
from geometry.sampling import SamplingMap
from geometry.spaces import Array
from geometry.spiral_views import picture_map, window_map
from service.spaces.reach import Linked, Reach, Resized, pyramid_link
from service.spaces.resolution import FINENESS
from service.scene import Scene

# Of the canvas, relative to other designs: a texel that is a pixel wide at the picture's edge is
# half a pixel wide halfway to the middle, where the paint should be resolved too.
_COARSER = 0.75
WINDOW = 0.5  # side of a view, relative to the picture's width


class SpiralDesign:
    """A spiral or tunnel. Its picture is a square around the middle."""

    wrap = True
    looks = 2

    def __init__(self, scene: Scene, width: int) -> None:
        assert scene.spiral is not None
        self.chart = spiral.spiral_chart(scene.group, scene.colouring, scene.spiral, width)
        self.shape, self.frame = (width, width), scene.frame
        self.average, self.unfold = spiral.kaleidoscope(self.chart)
        self.texture_shape = self.chart.rows, self.chart.columns
        self.chart_shape = (1, self.chart.rows, self.chart.columns)
        rows, columns = (max(8, round(n * FINENESS * _COARSER)) for n in self.texture_shape)
        self.canvas_shape = (1, rows, columns)
        self.unit = width
        self.window = min(max(round(width * WINDOW / 8) * 8, 64), 512)

    def picture_map(self, phase: float = 0.0) -> SamplingMap:
        """The texture's packed pyramid → pixels of the picture; see geometry.spiral_views."""
        return picture_map(self.chart, self.shape, phase)

    def reach(self) -> Reach:
        """Which texels of the canvas the picture shows."""
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        texture = map(Linked.by, (self.average, self.unfold))
        pixels = (pyramid_link(self.texture_shape), Linked.by(self.picture_map()))
        return Reach(self.canvas_shape, self.shape, (resized, *texture, *pixels), self.wrap)

    def windows(self, count: int, seed: int) -> list[tuple[SamplingMap, Array]]:
        """``count`` square views of ``window`` pixels a side: the pyramid → their pixels, and how
        much each pixel counts."""
        random = np.random.default_rng(seed)
        return [window_map(self.chart, self.window, random) for _ in range(count)]

    def bake(self, paint: Array) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of paint (chart texels, 3), logits."""
        texture = special.expit(
            self.unfold.apply(self.average.apply(paint, self.frame), self.frame)
        )
        return self.developed(texture, self.picture_map())

    def developed(self, texture: Array, pixels: SamplingMap) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of a texture (texels, 3) in 0..1."""

        def read(texels: Array) -> Array:
            return pixels.apply(build_pyramid(texels.reshape(*self.texture_shape, 3)))

        return rounded(self.frame.mixed(texture, read)).reshape(*self.shape, 3)

    def loop(self, texture: Array, frames: int) -> Iterator[NDArray[np.uint8]]:
        """An endless zoom: ``frames`` pictures for each repetition, until the colours are the first
        ones again."""
        for k in range(frames * self.chart.loop):
            yield self.developed(texture, self.picture_map(k / frames))
