"""What tiles and friezes share: a torus of texels that a wallpaper chart permutes, seen through
windows. A tile's picture is all of it, a frieze's a strip of it."""

from __future__ import annotations

import functools
import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import special

from geometry.errors import InputError
from geometry.maps.sampling import SamplingMap
from geometry.plane.chart import PlaneChart
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement
from service.spaces.frame import Picture
from service.spaces.resolution import Windows
from service.spaces.space import LARGEST, MAX_PIXELS, Design, Scene

WHOLE_SIZE = LARGEST  # pixels across of a picture that is held as a whole while it is painted
MOST_SIZE = 4 * WHOLE_SIZE  # of one that is painted window by window
_MOST_PIXELS = MOST_SIZE**2  # of such a one that is delivered as it is


@dataclass(frozen=True, eq=False, kw_only=True)
class TorusScene(Scene):
    """A scene whose designs are those of a torus."""

    @abstractmethod
    def design(self, width: int) -> TorusDesign:
        """See Scene."""


def check_pixels(size: int, shape: tuple[int, int], once: bool) -> None:
    """Raise InputError("too-large") for a recipe's ``size`` whose delivered picture, ``shape``
    (H, W), has too many pixels. once: whether that is what is painted, and not a part or several
    of it."""
    height, width = shape
    # What is painted window by window is never there twice; all else is.
    if width * height > (_MOST_PIXELS if once and size > WHOLE_SIZE else MAX_PIXELS):
        raise InputError(
            "too-large",
            "size",
            f"This picture would have {width} × {height} pixels.",
            "Choose a smaller size, or fewer periods.",
        )


class TorusDesign(Design):
    """A scene on a torus at one resolution. chart: of the torus; windows: how it is looked at.
    mirrored: the picture is turned over left to right at the very end, and so is what is seen
    through windows."""

    wrap = True
    scene: TorusScene
    chart: PlaneChart
    windows: Windows
    mirrored: bool

    @property
    def delivered_rows(self) -> range:
        """Where texels are pixels: the rows of the torus that are the picture."""
        return range(self.chart.rows)

    @property
    def along(self) -> Array | None:
        """(columns,): how far along a metamorphosis the torus' columns are, 0..1, if it is one."""
        return None

    @functools.cached_property
    def kaleidoscope(self) -> tuple[SamplingMap, SamplingMap]:
        """Chart texels → one logit per orbit of texels → chart texels."""
        return kaleidoscope(self.chart)

    def paces(self, levels: int) -> list[float]:
        """See Design. Copies of a texel add up, divided by the root of their number. A period is
        seen whole at every stage, so broad forms are there when the next one begins: as fast as
        details they would go on, to black and to white."""
        return [0.5**k / self.kaleidoscope[0].row_weight for k in range(levels)]

    def bake(self, paint: Array) -> Picture:
        """See Design."""
        return self.developed(special.expit(self.kaleidoscope[0].apply(paint, self.frame)))

    @abstractmethod
    def developed(self, orbits: Array, dtype: DTypeLike = np.uint8) -> Picture:
        """The picture (H, W, 3) from one colour in 0..1 per orbit of texels.

        On red, green and blue rules act in whole numbers on what is rounded once per orbit: the
        symmetry of the picture is exact. In other frames every image is rounded by itself."""

    def unfolded(
        self, orbits: Array, image: Callable[[ColourElement, Array], NDArray[Any]]
    ) -> NDArray[Any]:
        """(rows, columns, 3): all texels from one colour per orbit (orbits, 3) in 0..1. ``image``:
        what a colour element makes of colours, worked out once for each orbit."""
        unfold = self.kaleidoscope[1]
        assert unfold.colours is not None
        images = np.stack([image(element, orbits) for element in unfold.palette])
        return images[unfold.colours, unfold.indices].reshape(*self.chart_shape[1:], 3)

    def check_figure(self) -> None:
        """Raise InputError("no-figure") for a picture too large to be drawn over."""
        if math.prod(self.shape) > MAX_PIXELS:
            raise InputError(
                "no-figure",
                "figure",
                f"Figures are drawn over pictures of {MAX_PIXELS // 10**6} million pixels at most.",
                "Leave out --figure, or choose a smaller size.",
            )
