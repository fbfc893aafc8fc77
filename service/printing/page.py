"""A page as it is printed, whatever the file. Lengths are millimetres, x right, y down, from the
upper left corner of the paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array

INCH = 25.4


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.top + self.height

    def grown(self, by: float) -> Box:
        """The rectangle with so much more on every side."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True, eq=False)
class Line:
    """points: (n, 2); kind: "cut", along which scissors go, "fold" or "mark"."""

    points: Array
    kind: str


@dataclass(frozen=True, eq=False)
class Text:
    """Centred about its place (2,); height: of its letters."""

    place: Array
    text: str
    height: float


@dataclass(frozen=True, eq=False)
class Pattern:
    """One period of width and height, whose upper left corner is at ``place`` (2,), and whose
    copies lie at whole multiples of (width, 0) and (skew, height). pixels: (H, W, 3), with ``pad``
    millimetres more on every side: copies lie over each other, so that nothing shows between."""

    pixels: NDArray[np.uint8]
    place: Array
    width: float
    height: float
    skew: float
    pad: float


@dataclass(frozen=True, eq=False)
class Page:
    """size: width and height of the paper; dpi: pixels per inch; picture: (H, W, 3) uint8, in the
    box ``art``; trim: where the paper is cut, if it is a rectangle; pattern: what fills ``art``,
    for files that can say so; summary: in words, what it holds."""

    size: tuple[float, float]
    dpi: float
    picture: NDArray[np.uint8]
    art: Box
    lines: tuple[Line, ...] = ()
    texts: tuple[Text, ...] = ()
    trim: Box | None = None
    pattern: Pattern | None = None
    summary: str = ""


# Of a line by its kind: its width, and lengths of ink and gap.
STROKES: dict[str, tuple[float, tuple[float, float] | None]] = {
    "cut": (0.2, None),
    "fold": (0.2, (1.2, 1.2)),
    "mark": (0.1, None),
}


def dashes(line: Line) -> list[Array]:
    """The parts of a line that have ink, (n, 2) each."""
    _, dash = STROKES[line.kind]
    if dash is None:
        return [line.points]
    ink, gap = dash
    parts = []
    for start, end in zip(line.points[:-1], line.points[1:], strict=True):
        length = float(np.linalg.norm(end - start))
        at = np.arange(0, max(length, 1e-9), ink + gap)
        along = (end - start) / max(length, 1e-9)
        parts += [
            np.array([start + t * along, start + min(t + ink, length) * along]) for t in at.tolist()
        ]
    return parts
