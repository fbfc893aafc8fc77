"""Sheets to cut, fold and glue: nets of the Platonic solids, and gores of a ball."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name
from geometry.spaces import Array
from geometry.sphere.nets import Net, gores, unfold
from geometry.sphere.solids import SOLIDS, Solid, solid
from service.printing.ball import Ball
from service.printing.flat import USUAL_DPI
from service.printing.page import INCH, Box, Line, Page, Text
from service.printing.papers import PAPERS
from service.spaces.space import MAX_PIXELS

MARGIN, STRIP = 10.0, 30.0  # millimetres of paper that stay white; below for the key and the ruler
BLEED = 1.0  # millimetres of paint beyond a cut: none of it shows white if the scissors slip
FEWEST, MANY, MOST = 3, 12, 48  # gores
FINEST_DPI = 600.0  # of pages whose resolution is not given
_SAMPLES = 4
_RULER = 50.0
_BLOCK = 1 << 19  # points that are worked out at a time


@dataclass(frozen=True)
class FoldedJob:
    """what: a name of SOLIDS, 'gores' or 'gores:N'; length: millimetres of a solid's edges or of
    the ball's diameter, None for all that the paper can hold; dpi: what the painting must fill;
    bleed: millimetres."""

    what: str
    paper: tuple[float, float]
    length: float | None = None
    dpi: float | None = None
    bleed: float = BLEED


# From points (n, 2) of the paper, in units of the net and y up, to directions (n, 3), and how far
# each is outside of what is cut out (n,).
_ToSpace = Callable[[Array], tuple[Array, Array]]


def folded_page(ball: Ball, job: FoldedJob) -> Page:
    """The page of a net. Raises InputError: "unknown-net", "too-large", "bad-dpi", "bad-value"."""
    if job.bleed > MARGIN:
        raise InputError(
            "bad-value",
            "bleed",
            f"A net's paint goes on for {MARGIN:g} mm at most.",
            f"Leave out --bleed: it is {BLEED:g} mm then.",
        )
    name, _, count = job.what.partition(":")
    if name == "gores":
        return _gores_page(ball, job, _count(count))
    if job.what not in SOLIDS:
        raise unknown_name("unknown-net", "net", job.what, [*SOLIDS, "gores", "gores:N"])
    return _solid_page(ball, job, solid(job.what))


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() and len(text) < 4 else 0 if text else MANY
    if not FEWEST <= count <= MOST:
        raise InputError(
            "unknown-net",
            "net",
            f"There are {FEWEST} to {MOST} gores.",
            f"Write --net gores:{MANY}.",
        )
    return count


def _solid_page(ball: Ball, job: FoldedJob, body: Solid) -> Page:
    net = unfold(body)
    outlines = [*(face.outline for face in net.faces), *(tab.outline for tab in net.tabs)]
    points = np.concatenate(outlines)
    sheet = _sheet(points, job, f"Edges of the {body.name}")
    edge = sheet.unit
    # A face's middle is the inner radius away: there a radian is as long as that.
    finish = _finish(ball, job, edge * body.inner / body.edge, edge, "edges")

    def to_space(places: Array) -> tuple[Array, Array]:
        space, least = np.zeros((len(places), 3)), np.full(len(places), np.inf)
        for face in net.faces:
            out = _outside(places, face.outline)
            nearer = out < least
            least[nearer] = out[nearer]
            flat = np.column_stack([places[nearer], np.ones(nearer.sum())])
            space[nearer] = flat @ face.to_space.T
        return space, np.maximum(least, 0)

    lines = [Line(sheet.place(ends), "cut") for ends in net.cuts]
    lines += [Line(sheet.place(tab.outline), "cut") for tab in net.tabs]
    lines += [Line(sheet.place(ends), "fold") for ends in net.folds]
    # nearer to a tab's outer side than to the paint, which goes on a little beyond the edge
    weights = np.array([[0.2, 0.3, 0.3, 0.2]])
    texts = [
        Text(sheet.place(weights @ tab.outline)[0], str(tab.under), min(4.0, 0.065 * edge))
        for tab in net.tabs
    ]
    key_lines, key_texts = _key(net, sheet.size)
    ruler_lines, ruler_texts = _ruler(sheet.size)
    return _painted(
        ball,
        sheet,
        finish,
        to_space,
        [*lines, *key_lines, *ruler_lines],
        [*texts, *key_texts, *ruler_texts],
    )


def _gores_page(ball: Ball, job: FoldedJob, count: int) -> Page:
    made = gores(count)
    # of a ball of diameter 1
    outlines = [outline / 2 for outline in made.outlines]
    sheet = _sheet(np.concatenate(outlines), job, "Balls")
    finish = _finish(ball, job, sheet.unit / 2, sheet.unit, "a ball")

    def to_space(places: Array) -> tuple[Array, Array]:
        space, out = made.to_space(places * 2)
        return space, out / 2

    lines = [Line(sheet.place(outline), "cut") for outline in outlines]
    tips = [outline[0] for outline in outlines]
    texts = [
        Text(sheet.place(tip[None])[0] + (0, 4.0), str(n + 1), 2.5) for n, tip in enumerate(tips)
    ]
    ruler_lines, ruler_texts = _ruler(sheet.size)
    return _painted(
        ball,
        sheet,
        finish,
        to_space,
        [*lines, *ruler_lines],
        [*texts, *ruler_texts],
    )


@dataclass(frozen=True)
class _Finish:
    """bleed: millimetres; dpi: pixels per inch; samples: of the painting, along a pixel's side;
    summary: see Page."""

    bleed: float
    dpi: float
    samples: int
    summary: str


@dataclass(frozen=True, eq=False)
class _Sheet:
    """size: of the paper, turned as the net wants it; unit: millimetres of a unit of the net; art:
    where the net is; corner: (2,), the net's upper left one in its own units."""

    size: tuple[float, float]
    unit: float
    art: Box
    corner: Array

    def place(self, points: Array) -> Array:
        """Points (n, 2) of the net on the paper."""
        return (points - self.corner) * (self.unit, -self.unit) + (self.art.left, self.art.top)

    def back(self, places: Array) -> Array:
        """The other way round."""
        return (places - (self.art.left, self.art.top)) / (self.unit, -self.unit) + self.corner


def _sheet(points: Array, job: FoldedJob, what: str) -> _Sheet:
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = (high - low).tolist()
    fits = {size: _largest(size, across, up) for size in (job.paper, job.paper[::-1])}
    size = max(fits, key=lambda size: fits[size])
    length = math.floor(fits[size] * 10) / 10 if job.length is None else job.length
    if length > fits[size]:
        papers = (
            name
            for name, paper in PAPERS.items()
            if max(_largest(p, across, up) for p in (paper, paper[::-1])) >= length
        )
        other = next(papers, None)
        raise InputError(
            "too-large",
            "mm",
            f"{what} of {length:g} mm do not fit on this paper.",
            f"Choose {math.floor(fits[size] * 10) / 10:g} or less"
            + (f", or --paper {other}." if other else "."),
        )
    width, height = across * length, up * length
    room = size[0] - 2 * MARGIN, size[1] - 2 * MARGIN - STRIP
    art = Box(MARGIN + (room[0] - width) / 2, MARGIN + (room[1] - height) / 2, width, height)
    return _Sheet(size, length, art, np.array([low[0], high[1]]))


def _largest(paper: tuple[float, float], across: float, up: float) -> float:
    return min((paper[0] - 2 * MARGIN) / across, (paper[1] - 2 * MARGIN - STRIP) / up)


def _finish(ball: Ball, job: FoldedJob, radius: float, length: float, what: str) -> _Finish:
    """radius: millimetres of a radian of the painting. Raises InputError("bad-dpi")."""
    there = ball.fineness / radius * INCH
    if job.dpi is not None and there < job.dpi:
        raise InputError(
            "bad-dpi",
            "dpi",
            f"On {what} of {length:g} mm this painting has {there:.4g} dpi, not {job.dpi:g}.",
            f"Choose --mm {math.floor(length * there / job.dpi * 10) / 10:g}, or enlarge the "
            f"painting {math.ceil(job.dpi / there * 10) / 10:g} times first: service enlarge.",
        )
    dpi = job.dpi or min(max(USUAL_DPI, there), FINEST_DPI)
    samples = min(_SAMPLES, math.ceil(there / dpi - 1e-6))
    summary = f"{what} of {length:g} mm, for which the painting has {there:.0f} dpi"
    return _Finish(job.bleed, dpi, samples, summary)


def _outside(places: Array, outline: Array) -> Array:
    """How far points (n, 2) are beyond the sides of a convex polygon, counterclockwise; negative
    inside."""
    out = np.full(len(places), -np.inf)
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        x, y = (end - start) / np.linalg.norm(end - start)
        out = np.maximum(out, (places - start) @ np.array([y, -x]))
    return out


def _painted(
    ball: Ball,
    sheet: _Sheet,
    finish: _Finish,
    to_space: _ToSpace,
    lines: list[Line],
    texts: list[Text],
) -> Page:
    bleed, dpi, count = finish.bleed, finish.dpi, finish.samples
    art = sheet.art.grown(bleed)
    columns, rows = (math.ceil(side / INCH * dpi) for side in (art.width, art.height))
    if columns * rows > MAX_PIXELS:
        raise InputError(
            "too-large", "dpi", f"This page would have {columns} × {rows} pixels.", "Choose less."
        )
    picture = np.full((rows * columns, 3), 255, np.uint8)
    step = INCH / dpi
    within = (np.arange(count) + 0.5) / count
    for start in range(0, rows * columns, _BLOCK):
        row, column = np.divmod(np.arange(start, min(start + _BLOCK, rows * columns)), columns)
        corners = np.stack([column, row], axis=1)
        _, out = to_space(sheet.back((corners + 0.5) * step + (art.left, art.top)))
        inside = np.flatnonzero(out * sheet.unit <= bleed)
        if not len(inside):
            continue
        total = np.zeros((len(inside), 3))
        for x, y in itertools.product(within, within):
            space, _ = to_space(sheet.back((corners[inside] + (x, y)) * step + (art.left, art.top)))
            total += ball.colours(space)
        picture[start + inside] = np.rint(total / count**2)
    box = Box(art.left, art.top, columns * step, rows * step)
    shown: NDArray[np.uint8] = picture.reshape(rows, columns, 3)
    return Page(sheet.size, dpi, shown, box, tuple(lines), tuple(texts), summary=finish.summary)


def _key(net: Net, size: tuple[float, float]) -> tuple[list[Line], list[Text]]:
    """The net in small, with the numbers of its faces, in the lower right corner."""
    points = np.concatenate([face.outline for face in net.faces])
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = high - low
    unit = min((STRIP - 4) / up, 80 / across)
    left, top = size[0] - MARGIN - across * unit, size[1] - MARGIN - up * unit

    def place(points: Array) -> Array:
        return (points - (low[0], high[1])) * (unit, -unit) + (left, top)

    lines, texts = [], []
    for face in net.faces:
        lines.append(Line(place(np.array([*face.outline, face.outline[0]])), "mark"))
        middle = place(face.outline.mean(axis=0)[None])[0]
        texts.append(Text(middle, str(face.number), min(2.5, 0.42 * unit)))
    return lines, texts


def _ruler(size: tuple[float, float]) -> tuple[list[Line], list[Text]]:
    """A line to check the printer's scale with."""
    x, y = MARGIN, size[1] - MARGIN - 3
    points = [[x, y - 2], [x, y], [x + _RULER, y], [x + _RULER, y - 2]]
    place = np.array([x + _RULER / 2, y - 2.5])
    return [Line(np.array(points), "mark")], [Text(place, f"{_RULER:g} mm", 2.5)]
