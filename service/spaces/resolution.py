"""How fine canvases, charts and views are, relative to the delivered picture."""

from __future__ import annotations

import math

import numpy as np

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


# Larger pictures than SEEN pixels across are seen through windows of WINDOW pixels at their own
# magnification: a view of more would show a network nothing that is as fine as they are.
SEEN = 1024
WINDOW = 512
MOST_WINDOWS = 8  # that a step sees side by side: what a network needs for more would be too much
_PLACES = 4  # of windows of a stage, for one that a step needs: little lies in none of them
WINDOWS_KEPT = 32  # of these: they take up to 50 MB each
# Multiples of it spread over a square ever more finely (Roberts 2018, the R2 sequence).
SPREAD = np.array([0.7548776662466927, 0.5698402909980532])


def seen_whole(width: int) -> bool:
    """Whether a picture of a width is small enough for views of all of it, and of its parts."""
    return width <= SEEN


def windows_needed(width: int, area: float) -> int:
    """Windows that show ``area`` pixels of a picture of a ``width``, all that differs by its
    symmetry. 1 of a picture that is small enough to be seen otherwise."""
    return 1 if seen_whole(width) else max(1, math.ceil(area / WINDOW**2))


def views_prepared(count: int, windows: int) -> int:
    """Views of a stage to choose from, of a recipe that wants ``count`` and a picture that needs so
    many windows: every place shall be seen."""
    return max(count, _PLACES * windows) if windows > 1 else count
