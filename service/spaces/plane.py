"""The plane's design: the lattice chart, its windows, and the tile that is delivered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry import plane, plane_chart
from geometry.colour_frame import rounded
from geometry.plane_copies import in_all_copies, repeats
from geometry.plane_resample import resample
from geometry.sampling import SamplingMap
from geometry.spaces import Array
from service.base_colour import fitted
from service.spaces.reach import RIM, Linked, Reach, Resized
from service.spaces.resolution import RESAMPLED_FINENESS
from service.scene import Scene

WHOLE = 2**19  # pixels of a period that is looked at as a whole
WINDOW = 512  # side of a window of a larger one


class PlaneDesign:
    """A wallpaper group on its lattice chart. A mirrored scene's picture is turned over left to
    right at the very end, and so is what is seen through its windows."""

    wrap = True
    looks = 1  # one window shows most of a period

    def __init__(self, scene: Scene, width: int) -> None:
        self.mirrored, self.frame = scene.mirrored, scene.frame
        self._base = scene.base
        self.chart = plane_chart.plane_chart(
            scene.group, scene.colouring, width, scene.torus_map, scene.folds
        )
        self.shape = plane_chart.picture_shape(self.chart, width)
        self.average, self.unfold = plane.kaleidoscope(self.chart)
        rows, columns = self.chart.rows, self.chart.columns
        self.chart_shape = (1, rows, columns)
        fineness = 1.0 if plane_chart.on_grid(self.chart, self.shape) else RESAMPLED_FINENESS
        self.canvas_shape = (1, max(8, round(rows * fineness)), max(8, round(columns * fineness)))
        height, width = self.shape
        self.seen_whole = height * width <= WHOLE and not self._is_brick
        largest = max(self.shape) if self.seen_whole else WINDOW
        self.view_shape = (min(height, largest), min(width, largest))
        self.unit = width
        self.starts_from_base = scene.base is not None and scene.start == "base"

    def base(self) -> Array | None:
        """The scene's base, one colour in 0..1 per orbit of texels: what it shows in one cell, in
        all of the cell's copies. None without."""
        if self._base is None:
            return None
        around = repeats(self._base, self.chart)
        return in_all_copies(fitted(self._base, self.shape) / 255, self.chart, around, self.frame)

    @property
    def _is_brick(self) -> bool:
        """Whether rows of periods are shifted, so that a period's borders do not meet."""
        return bool(plane_chart.picture_periods(self.chart, self.shape)[0, 1])

    def pixels(self) -> SamplingMap | None:
        """The texels as the pixels of one period, bilinear; None where they are the same."""
        if plane_chart.on_grid(self.chart, self.shape):
            return None
        return plane.window_map(self.chart, self.shape, self.shape)

    def glance(self) -> tuple[SamplingMap | None, tuple[int, int]]:
        """The texels as pixels, bilinear, and how many (height, width) they are, at most the width
        of the design on a side; None where texels are the pixels. For a look: ``developed`` is
        exact, and takes a hundred times as long on a hexagonal lattice."""
        if plane_chart.on_grid(self.chart, self.shape):
            return None, self.shape
        scale = min(1.0, self.unit / max(self.shape))
        shape = (max(1, round(self.shape[0] * scale)), max(1, round(self.shape[1] * scale)))
        return plane.window_map(self.chart, shape, shape), shape

    def reach(self) -> Reach:
        """Which texels of the canvas the picture shows, as it is before it is turned over."""
        pixels = plane.window_map(self.chart, self.shape, self.shape)
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        links = [Linked.by(step) for step in (self.average, self.unfold, pixels)]
        plain = self.canvas_shape == self.chart_shape and self.chart.skew == 0
        rim = 1 if plain else RIM  # a texel is a pixel, and nothing is interpolated
        return Reach(
            self.canvas_shape, self.shape, (resized, *links), self.wrap, self.mirrored, rim
        )

    def bake(self, paint: Array) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of paint (chart texels, 3), logits."""
        return self.developed(special.expit(self.average.apply(paint, self.frame)))

    def developed(self, orbits: Array) -> NDArray[np.uint8]:
        """The picture (H, W, 3) from one colour in 0..1 per orbit of texels.

        On red, green and blue rules act in whole numbers on what is rounded once per orbit: the
        symmetry of the 8-bit picture is exact. In other frames every image is rounded by itself.
        (On a hexagonal chart an inverting rule wants 127.5 at its centres; the resampling to pixels
        then weighs more than that rounding.)"""
        frame, unfold = self.frame, self.unfold
        assert unfold.colours is not None
        on_grid = plane_chart.on_grid(self.chart, self.shape)
        image = frame.as_bytes if on_grid or frame.is_rgb else frame.act
        images = np.stack([image(element, orbits) for element in unfold.palette])
        texels = images[unfold.colours, unfold.indices].reshape(*self.chart_shape[1:], 3)
        if on_grid:
            picture = texels
        elif frame.is_rgb:
            smooth = resample(texels.astype(float), self.chart, self.shape)
            picture = np.rint(np.clip(smooth, 0, 255)).astype(np.uint8)
        else:
            picture = rounded(frame.mixed(texels, lambda x: resample(x, self.chart, self.shape)))
        return picture[:, ::-1] if self.mirrored else picture
