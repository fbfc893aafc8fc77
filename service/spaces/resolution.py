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


# Side of a view of a whole sphere, relative to its equator's length, at which pixels are about as
# fine as texels: a sphere's disc is 1/π of its equator wide, and a view shows a little more.
BALL = 0.375


def view_side(texture_width: int) -> int:
    """Side of a view of a whole sphere in pixels, as fine as the texture's texels, as far as a
    network can look at that at once."""
    return min(max(round(texture_width * BALL / 8) * 8, 64), 512)


def views_needed(order: int | None) -> int:
    """Views that a step takes: one where a finite group of ``order`` shows all of its fundamental
    domain on every side, else two, whose statistics are pooled."""
    return 1 if order is not None and order >= 12 else 2


WHOLE = 2**19  # pixels of a torus that is looked at as a whole
WINDOW = 512  # side of a window on a larger one
LEAST = 32  # rows and columns of a view, which a network halves up to five times
MANY = 8  # windows: so many a step sees all of, of more it sees half
# Multiples of it spread over a torus ever more finely (Roberts 2018, the R2 sequence).
SPREAD = np.array([0.7548776662466927, 0.5698402909980532])


def spread_place(seed: int, number: int) -> NDArray[np.float64]:
    """A window's place in the unit square, (2,), by its number: any few that follow one another are
    spread over it."""
    return np.mod(np.random.default_rng(seed).random(2) + number * SPREAD, 1.0)


def windows_a_step(needed: int, patience: float = 1.0) -> int:
    """How many windows a step sees, where so many show all once: a draft's stage then looks at each
    texel twelve times or more, which will do; three looks leave grain. patience: see Space."""
    return min(needed, max(MANY, math.ceil(needed / 2 / patience)))


@dataclass(frozen=True)
class Windows:
    """How a torus is looked at, that of a tile or of a frieze: as a whole that begins somewhere or,
    where it is large, through windows that lie anywhere on it.

    torus: its (height, width) in pixels; view: that of a view; needed: how many views show each
    texel once, all copies of it counted; shift: how many pixels to the right of a period the next
    one below lies, 0 but for bricks; show_all: whether a view is all of the torus, or that a few
    times, of which the statistics are the same."""

    torus: tuple[int, int]
    view: tuple[int, int]
    needed: int
    shift: int
    show_all: bool

    @classmethod
    def on(cls, torus: tuple[int, int], domain: float, shift: int = 0) -> Windows:
        """domain: pixels of a fundamental domain. A brick cannot be looked at as a whole: its
        borders do not meet opposite ones."""
        if not shift and math.prod(torus) <= WHOLE:
            rows, columns = (side * math.ceil(LEAST / side) for side in torus)
            return cls(torus, (rows, columns), 1, shift, show_all=True)
        rows, columns = (min(max(side, LEAST), WINDOW) for side in torus)
        needed = math.ceil(domain / (rows * columns))
        return cls(torus, (rows, columns), needed, shift, show_all=False)

    @property
    def a_step(self) -> int:
        """How many of them a step sees."""
        return windows_a_step(self.needed)

    def corners(self, start: NDArray[np.floating], numbers: NDArray[np.integer]) -> NDArray:
        """(n, 2) rows and columns where windows begin, by their numbers: any few that follow one
        another are spread over the torus. start: of the first, (2,) in 0..1."""
        return ((start + numbers[:, None] * SPREAD) % 1 * self.torus).astype(np.int64)


# Larger pictures than SEEN pixels across are seen through windows of WINDOW pixels at their own
# magnification: a view of more would show a network nothing that is as fine as they are.
SEEN = 1024
TOGETHER = 8  # views that a network sees side by side: it needs 100 to 200 MB for each
_PLACES = 4  # of windows of a stage, for one that a step needs: little lies in none of them
WINDOWS_KEPT = 32  # of these, at most: they take up to 50 MB each
_STEPS_SEEN = 3  # in a row, of windows that are not all kept: one takes longer to make than to see
COARSER_PACE = 0.5  # how far each coarser level of the paint moves, of the next finer one


def seen_whole(width: int) -> bool:
    """Whether a picture of a width is small enough for views of all of it, and of its parts."""
    return width <= SEEN


def windows_needed(width: int, area: float) -> int:
    """Windows that show ``area`` pixels of a picture of a ``width``, all that differs by its
    symmetry. 0 of a picture that is small enough to be seen otherwise."""
    return 0 if seen_whole(width) else max(1, math.ceil(area / WINDOW**2))


def views_prepared(count: int, windows: int) -> int:
    """Views of a stage to choose from, of a recipe that wants ``count`` and a picture that needs so
    many windows: every place shall be seen, and seldom at a border."""
    return max(count, WINDOWS_KEPT, _PLACES * windows) if windows else count


def views_kept(prepared: int, a_step: int) -> int:
    """How many of a stage's windows are kept. They are taken in turn: of more than can be, none
    would be there when its turn comes again, and those of one step are, which needs them twice."""
    return prepared if prepared <= WINDOWS_KEPT else a_step


def views_new(prepared: int, a_step: int) -> int:
    """How many of the windows of a step the one before did not see."""
    return a_step if prepared <= WINDOWS_KEPT else math.ceil(a_step / _STEPS_SEEN)
