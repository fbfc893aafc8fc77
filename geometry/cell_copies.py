"""A picture of one period behind a kaleidoscope: what lies in one cell of it, in all of the cell's
copies, with soft edges (:mod:`geometry.cells`). A picture with the symmetry comes out as it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.cells import plane_torus, soft_cell
from geometry.plane.chart import PlaneChart, picture_periods, pixels_to_period
from geometry.plane.kaleidoscope import kaleidoscope, one_of_each
from geometry.spaces import Array
from geometry.symmetry.colour_frame import RGB, ColourFrame

_SEAMLESS = 2.0  # times the usual step between pixels may be across the border of what repeats


def in_all_copies(
    picture: Array, chart: PlaneChart, around: bool, frame: ColourFrame = RGB
) -> Array:
    """One colour per orbit of texels, (orbits, 3) in 0..1, of a ``picture`` (H, W, 3) in 0..1 of
    one period. The cell is the one nearest to the picture's middle. around: beyond its border the
    picture repeats; else it is mirrored there, and fades over into what is on the other side.
    frame: what the chart's colours act on."""
    height, width = picture.shape[:2]
    places, texels, weights = _middle_cell(chart, (height, width))
    shift = int(picture_periods(chart, (height, width))[0, 1]) if around else None
    weighted = weights[:, None] * _read(picture, places, shift)
    count = chart.rows * chart.columns
    shares: Array = np.bincount(texels, weights, minlength=count).astype(float)
    sums = [np.bincount(texels, channel, minlength=count) for channel in weighted.T]
    colours = np.stack(sums, axis=1) / np.maximum(shares, 1e-12)[:, None]
    return one_of_each(chart, colours, shares, frame)


def _middle_cell(
    chart: PlaneChart, shape: tuple[int, int]
) -> tuple[Array, NDArray[np.int64], Array]:
    """The copy of the soft cell nearest to the middle of a picture: places (n, 2), (x, y) with
    pixel centres at whole numbers, their texels (n,) and weights (n,)."""
    _, unfold = kaleidoscope(chart)
    cell = soft_cell(plane_torus(chart), unfold.indices)
    to_pixels = np.linalg.inv(pixels_to_period(chart, shape))
    from_lengths = np.linalg.inv(chart.basis * chart.columns)
    box = from_lengths @ (cell.corner + np.array(cell.shape[::-1]) / 2)
    middle = np.array(shape[::-1]) / 2
    target = (np.linalg.inv(to_pixels) @ (*middle, 1))[:2]
    moves = chart.elements.matrices.copy()
    moves[:, :2, 2] += np.rint(target - moves[:, :2, :2] @ box - moves[:, :2, 2])
    there = (to_pixels @ moves @ (*box, 1))[:, :2]
    move = moves[np.linalg.norm(there - middle, axis=1).argmin()]
    period = (cell.corner + cell.places) @ from_lengths.T @ move[:2, :2].T + move[:2, 2]
    column, row = np.rint(period @ chart.texels.T - chart.offset).astype(np.int64).T
    places = period @ to_pixels[:2, :2].T + to_pixels[:2, 2] - 0.5
    return places, chart.number(row, column), cell.weights


def repeats(picture: NDArray[np.uint8], chart: PlaneChart) -> bool:
    """Whether a picture (H, W, 3) of any size goes on beyond its border with its other side, as a
    period of the chart would: the steps there are about as small as elsewhere."""
    values, (height, width) = picture.astype(float), picture.shape[:2]
    if min(height, width) == 1:
        return True
    shift = int(picture_periods(chart, (height, width))[0, 1])
    below = np.roll(values[0], shift, axis=0)

    def seamless(inside: Array, across: Array) -> bool:
        return float(np.abs(across).mean()) <= _SEAMLESS * float(np.abs(inside).mean() + 1)

    return seamless(np.diff(values, axis=0), values[-1] - below) and seamless(
        np.diff(values, axis=1), values[:, -1] - values[:, 0]
    )


def _read(picture: Array, places: Array, shift: int | None) -> Array:
    """Bilinear, at ``places`` (n, 2), (x, y) with pixel centres at whole numbers. shift: by how
    much copies below lie aside; None: mirrored beyond the border."""
    height, width = picture.shape[:2]
    found = np.zeros((len(places), 3))
    first = np.floor(places + 1e-9).astype(int)
    for step in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = (first + step).T
        share = np.prod(1 - np.abs(places - (first + step)), axis=1)
        if shift is None:
            x, y = _mirrored(x, width), _mirrored(y, height)
        else:
            copy = y // height
            x, y = (x - copy * shift) % width, y - copy * height
        found += share[:, None] * picture[y, x]
    return found


def _mirrored(place: NDArray[np.int_], length: int) -> NDArray[np.int_]:
    around = place % (2 * length)
    return np.minimum(around, 2 * length - 1 - around)
