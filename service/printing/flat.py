"""A sheet of a pattern: whole periods, or one cell to cut out. Pixels stay as they are: what is
printed is as symmetric as the painting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.plane.tiles import cell_outline
from geometry.spaces import Array
from service.printing.page import INCH, Box, Line, Page, Pattern
from service.spaces.space import MAX_PIXELS

Cut = Literal["cell", "domain"]
MARK, OFF = 5.0, 3.0  # millimetres: a crop mark's length, and its distance from the trim or bleed
_MARGIN = 2.0  # of paper around all
USUAL_DPI = 300.0
_PAD = 2  # pixels, see Pattern


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture (H, W, 3) that fills the plane by whole multiples of (W, 0) and (skew, H); lattice:
    (2, 3), its translations a and b and an origin as columns, if they are known; wraps: whether it
    goes on across and down; a strip does so only across."""

    pixels: NDArray[np.uint8]
    skew: int = 0
    lattice: Array | None = None
    wraps: tuple[bool, bool] = (True, True)


@dataclass(frozen=True)
class FlatJob:
    """width: millimetres of the tile; bleed: millimetres; repeat: tiles across, down; cut: one cell
    instead of a rectangle; marks: crop marks."""

    width: float
    bleed: float = 3.0
    repeat: tuple[int, int] = (1, 1)
    cut: Cut | None = None
    marks: bool = True


def width_of(pixels: int, width: float | None, dpi: float | None) -> float:
    """Millimetres of a picture ``pixels`` wide, of a width or a resolution that is wished for.
    Raises InputError("bad-dpi") if it has too few pixels for both."""
    if width is None:
        return pixels / (dpi or USUAL_DPI) * INCH
    there = pixels / width * INCH
    if dpi is not None and there < dpi * (1 - 1e-6):
        needed = math.ceil(width / INCH * dpi - 1e-6)
        raise InputError(
            "bad-dpi",
            "dpi",
            f"{pixels} pixels on {width:g} mm are {there:.4g} dpi, not {dpi:g}.",
            f"Print it {math.floor(pixels / dpi * INCH * 10) / 10:g} mm wide, or enlarge the "
            f"painting first: service enlarge RECEIPT --size {needed}.",
        )
    return width


def flat_page(tile: Tile, job: FlatJob) -> Page:
    """The page of a tile. Raises InputError: "bad-value", "too-large"."""
    height, width = tile.pixels.shape[:2]
    scale = width / job.width  # pixels per millimetre
    bleed = round(job.bleed * scale)
    outline = _outline(tile, job)
    low = np.floor(outline.min(axis=0) + 1e-9).astype(int) - bleed
    high = np.ceil(outline.max(axis=0) - 1e-9).astype(int) + bleed
    for axis, length in enumerate((width, height)):
        if tile.wraps[axis]:
            continue
        low[axis], high[axis] = 0, length  # what bleeds is of the picture itself
        outline[:, axis] = np.clip(outline[:, axis], bleed, length - bleed)
        if 2 * bleed >= length:
            raise InputError(
                "bad-value", "bleed", "The bleed is larger than the picture.", "Choose less."
            )
    columns, rows = (high - low).tolist()
    if columns * rows > MAX_PIXELS:
        raise InputError(
            "too-large",
            "repeat",
            f"This sheet would have {columns} × {rows} pixels; {MAX_PIXELS // 10**6} million are "
            "the most.",
            "Choose fewer repeats, less bleed, or a smaller painting.",
        )
    around = _MARGIN + (OFF + MARK if job.marks and job.cut is None else 0.0)
    room = round(around * scale)
    art = Box(room / scale, room / scale, columns / scale, rows / scale)
    size = (art.width + 2 * room / scale, art.height + 2 * room / scale)
    placed = (outline - low + room) / scale
    trim = None
    lines: tuple[Line, ...] = ()
    if job.cut is not None:
        lines = (Line(np.array([*placed, placed[0]]), "cut"),)
    else:
        (left, top), (right, bottom) = placed[0], placed[2]
        trim = Box(left, top, right - left, bottom - top)
        lines = _crop_marks(trim, art) if job.marks else ()
    picture = _window(tile, low, (rows, columns))
    pattern = None
    if all(tile.wraps):
        place = (room - low) / scale
        padded = _window(tile, np.array([-_PAD, -_PAD]), (height + 2 * _PAD, width + 2 * _PAD))
        lengths = (job.width, height / scale, tile.skew / scale, _PAD / scale)
        pattern = Pattern(padded, place, *lengths)
    left = f"{trim.width:.1f} × {trim.height:.1f} mm" if trim else f"one {job.cut}"
    summary = f"to be cut to {left}, {scale * INCH:.0f} dpi"
    return Page(size, scale * INCH, picture, art, lines, (), trim, pattern, summary)


def _outline(tile: Tile, job: FlatJob) -> Array:
    """Corners (n, 2) of what is left of the paper, in the tile's pixels."""
    height, width = tile.pixels.shape[:2]
    across, down = job.repeat
    if job.cut is None:
        if any(n > 1 and not wraps for n, wraps in zip(job.repeat, tile.wraps, strict=True)):
            strip = tile.wraps[0]
            raise InputError(
                "bad-value",
                "repeat",
                "A strip goes on along its length only."
                if strip
                else "This picture does not go on beyond its borders.",
                f"Write --repeat {across}x1." if strip else "Leave out --repeat.",
            )
        return _rectangle(0, 0, width * across, height * down)
    if tile.lattice is None:
        raise InputError(
            "bad-value",
            "cut",
            "The lattice of this picture is not known.",
            "Give a painting of 'service tile' with its receipt, or leave out --cut.",
        )
    if job.repeat != (1, 1):
        raise InputError(
            "bad-value", "repeat", "One cell is cut out.", "Leave out --repeat or --cut."
        )
    a, b, origin = tile.lattice.T
    shape: Literal["parallelogram", "dirichlet"] = (
        "parallelogram" if job.cut == "cell" else "dirichlet"
    )
    return cell_outline(a, b, shape) + origin


def _rectangle(left: float, top: float, right: float, bottom: float) -> Array:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


def _window(tile: Tile, low: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Pixels of the endless pattern from ``low`` (x, y) on."""
    height, width = tile.pixels.shape[:2]
    row, column = np.indices(shape, dtype=np.int32, sparse=True)
    row, column = row + low[1], column + low[0]
    copy = row // height
    found: NDArray[np.uint8] = tile.pixels[row - copy * height, (column - copy * tile.skew) % width]
    return found


def _crop_marks(trim: Box, art: Box) -> tuple[Line, ...]:
    """Two at each corner, along the trim's sides, outside of the bleed."""
    marks = []
    for x, outer, way in ((trim.left, art.left, -1), (trim.right, art.right, 1)):
        for y, far, down in ((trim.top, art.top, -1), (trim.bottom, art.bottom, 1)):
            begin, end = outer + way * OFF, outer + way * (OFF + MARK)
            marks.append(Line(np.array([[begin, y], [end, y]]), "mark"))
            begin, end = far + down * OFF, far + down * (OFF + MARK)
            marks.append(Line(np.array([[x, begin], [x, end]]), "mark"))
    return tuple(marks)
