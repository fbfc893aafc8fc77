"""How fine canvases, charts and views are, relative to the delivered picture, and how many views a
step takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Texels of a canvas per texel of the picture, along a side. Less paints softer than any style is;
# more holds what no pixel shows.
FINENESS = 1.0
# The same of tilings whose texels are no pixels, relative to the chart's: as sharp as a picture can
# be whose symmetry survives the bicubic resampling to pixels.
RESAMPLED_FINENESS = 0.75
OVERSAMPLING = 2  # texels of a folded chart per texel of the canvas: bilinear taps add no error


def view_side(texture_width: int) -> int:
    """Side of a view in pixels at which its pixels are about as fine as the texture's texels: a
    sphere's disc is 1/π of its equator wide, and a view shows a little more than the disc."""
    return min(max(round(texture_width * 0.375 / 8) * 8, 64), 512)


def views_needed(order: int | None) -> int:
    """Views that a step takes: one where a finite group of ``order`` shows all of its fundamental
    domain on every side, else two, whose statistics are pooled."""
    return 1 if order is not None and order >= 12 else 2


WHOLE = 2**19  # pixels of a torus that is looked at as a whole
WINDOW = 512  # side of a window on a larger one
MOST_WINDOWS = 8  # that a step sees side by side: what a network needs for more would be too much
# Multiples of it spread over a torus ever more finely (Roberts 2018, the R2 sequence).
_SPREAD = np.array([0.7548776662466927, 0.5698402909980532])


@dataclass(frozen=True)
class Windows:
    """How a torus is looked at, that of a tile or of a frieze: as a whole that begins somewhere or,
    where it is large, through windows that lie anywhere on it.

    torus: its (height, width) in pixels; view: that of a view; needed: how many views show each
    texel once, all copies of it counted."""

    torus: tuple[int, int]
    view: tuple[int, int]
    needed: int

    @classmethod
    def on(cls, torus: tuple[int, int], domain: float, *, closed: bool = True) -> Windows:
        """domain: pixels of a fundamental domain. closed: whether the borders of the torus meet
        opposite ones; else it cannot be looked at as a whole."""
        if closed and math.prod(torus) <= WHOLE:
            return cls(torus, torus, 1)
        view = min(torus[0], WINDOW), min(torus[1], WINDOW)
        return cls(torus, view, math.ceil(domain / math.prod(view)))

    @property
    def show_all(self) -> bool:
        """Whether each view shows the whole torus."""
        return self.view == self.torus

    @property
    def a_step(self) -> int:
        """How many of them a step sees side by side."""
        return min(self.needed, MOST_WINDOWS)

    def corners(self, start: NDArray[np.floating], numbers: NDArray[np.integer]) -> NDArray:
        """(n, 2) rows and columns where windows begin, by their numbers: any few that follow one
        another are spread over the torus. start: of the first, (2,) in 0..1."""
        return ((start + numbers[:, None] * _SPREAD) % 1 * self.torus).astype(np.int64)
