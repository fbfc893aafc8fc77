"""What is delivered of a picture of the plane besides the picture: repetitions and single cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geometry.plane.chart import PlaneChart, picture_lattice, picture_periods
from geometry.spaces import Array
from geometry.symmetry.colour_frame import Pixels, rounded
from geometry.symmetry.groups import short_basis

Picture = Pixels  # (H, W, 3)
CellShape = Literal["parallelogram", "dirichlet"]


@dataclass(frozen=True, eq=False)
class TileCut:
    """One cell, whose copies moved by the lattice's a and b fill the plane. rgb: (H, W, 3),
    painted beyond the cell too; alpha: (H, W), of the same type, how much of each pixel the cell
    covers; corner: (x, y), where in the picture's pixel coordinates the cut's pixels begin."""

    rgb: Picture
    alpha: Pixels
    corner: tuple[int, int]


def repeated(picture: Picture, chart: PlaneChart, across: int, down: int) -> Picture:
    """The picture ``across`` × ``down`` times: each copy below lies aside as its period says; once
    it is itself."""
    if across == down == 1:
        return picture
    height, width = picture.shape[:2]
    shift = int(picture_periods(chart, (height, width))[0, 1])
    rows = [np.roll(picture, k * shift, axis=1) for k in range(down)]
    return np.tile(np.concatenate(rows), (1, across, 1))


def cut_cell(picture: Picture, chart: PlaneChart, shape: CellShape, least: int = 0) -> TileCut:
    """One primitive cell of the colour-free lattice: the parallelogram of a and b with a corner in
    the group's origin, or the Dirichlet cell around it, all points that are nearer to it than to
    its images: a hexagon, or a rectangle if a and b are at right angles. least: pixels that the cut
    is wide at least; what is right of the cell then is clear."""
    outline = _outline(chart, picture.shape[:2], shape)
    (x, y), (right, bottom) = _box(outline)
    right = max(right, x + least)
    covered = coverage(outline - (x, y), (bottom - y, right - x))
    alpha = rounded(covered, picture.dtype)
    return TileCut(_window(picture, chart, (x, y), alpha.shape), alpha, (x, y))


def cell_width(chart: PlaneChart, picture: tuple[int, int], shape: CellShape) -> int:
    """How many pixels wide :func:`cut_cell` makes a cell of a picture of (height, width) pixels."""
    (left, _), (right, _) = _box(_outline(chart, picture, shape))
    return right - left


def picture_skew(cell: Array, width: int, height: int) -> float:
    """How many pixels the copies above and below a picture of the lattice of ``cell``, (2, 2),
    columns in pixels, lie aside: s, where (s, height) is a whole combination of the columns, modulo
    the width."""
    best, least = 0.0, math.inf
    for m in range(-64, 65):
        for n in range(-64, 65):
            x, y = cell @ (m, n)
            aside = (x + width / 2) % width - width / 2
            # the nearest whole combination, and of equals the one that lies least aside
            miss = abs(y - height) + 1e-3 * abs(aside) / width
            if miss < least:
                best, least = float(aside), miss
    return 0.0 if abs(best) < 0.5 else best


def _outline(chart: PlaneChart, picture: tuple[int, ...], shape: CellShape) -> Array:
    a, b, origin = picture_lattice(chart, (picture[0], picture[1]))
    return cell_outline(a, b, shape) + origin


def cell_outline(a: Array, b: Array, shape: CellShape) -> Array:
    """Corners (n, 2) in order of a cell of the lattice of a and b, (2,) each: the parallelogram
    with a corner at 0, or the Dirichlet cell around it. Corners of the latter may coincide."""
    return _parallelogram(a, b) if shape == "parallelogram" else _dirichlet(a, b)


def _box(outline: Array) -> tuple[tuple[int, int], tuple[int, int]]:
    """The whole pixels around an outline, (left, top) and (right, bottom)."""
    left, top = np.floor(outline.min(axis=0) + 1e-9).astype(int)
    right, bottom = np.ceil(outline.max(axis=0) - 1e-9).astype(int)
    return (int(left), int(top)), (int(right), int(bottom))


def coverage(outline: Array, shape: tuple[int, int]) -> Array:
    """(H, W): the area of every pixel that a polygon covers; outline: (n, 2) its corners (x, y) in
    order, on a canvas of ``shape`` pixels.

    The area to the left and above of each pixel corner is a sum over the edges, by Green's theorem;
    pixels are its mixed differences."""
    columns, rows = np.arange(shape[1] + 1.0), np.arange(shape[0] + 1.0)[:, None]
    area = np.zeros((shape[0] + 1, shape[1] + 1))
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if abs(x1 - x0) < 1e-12:
            continue
        slope = (y1 - y0) / (x1 - x0)
        start, end = np.minimum(columns, x0), np.minimum(columns, x1)
        above, below = y0 + slope * (start - x0), y0 + slope * (end - x0)
        area += (end - start) * _mean_of_minimum(above, below, rows)
    covered = np.diff(np.diff(area, axis=0), axis=1)
    return covered if covered.sum() >= 0 else -covered


def _mean_of_minimum(start: Array, end: Array, limit: Array) -> Array:
    """The mean of min(y, limit) for y going evenly from start to end."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    over = np.clip(high - limit, 0, None)  # how far the end is over the limit, and the start
    both = np.clip(low - limit, 0, None)
    span = np.maximum(high - low, 1e-9)
    return (low + high) / 2 - np.where(both > 0, (over + both) / 2, over**2 / (2 * span))


def _parallelogram(a: Array, b: Array) -> Array:
    return np.array([0 * a, a, a + b, b])


def _dirichlet(a: Array, b: Array) -> Array:
    """Corners of the cell around 0: the centres of the circles through 0 and two neighbouring
    images of it, which in an obtuse reduced basis are ±u, ±v and ±(u + v)."""
    steps = np.eye(2, dtype=np.int64)
    lattice = np.stack([a, b], axis=1)
    u, v = (lattice @ w for w in short_basis(steps[0], steps[1], lattice))
    ring = [u, u + v, v, -u, -u - v, -v]
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return np.array([np.linalg.solve([p, q], [p @ p / 2, q @ q / 2]) for p, q in pairs])


def _window(
    picture: Picture, chart: PlaneChart, corner: tuple[int, int], shape: tuple[int, ...]
) -> Picture:
    """Pixels of the infinite picture from ``corner`` (x, y) on."""
    height, width = picture.shape[:2]
    shift = int(picture_periods(chart, (height, width))[0, 1])
    row, column = np.indices(shape) + np.array(corner[::-1])[:, None, None]
    copy = row // height
    return picture[row - copy * height, (column - copy * shift) % width]
