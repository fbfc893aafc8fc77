"""The figure of a picture as files: the symmetry's symbols drawn over it, as pixels and as vectors.

Symbols and lines are those of the International Tables for Crystallography, vol. A, ch. 1.4: a
lens, a triangle, a square and a hexagon for turns of order 2, 3, 4 and 6, solid mirrors, dashed
glides. What changes colours is hollow; what a generator does is in another ink. One fundamental
domain is shown as it is, the rest paler.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from geometry.spaces import Array
from service.figures.figures import Figure, Stroke, Symbol
from service.figures.labels import MARGIN, Label
from service.pictures.files import over_white
from service.reporting.formats import picture_bytes

Rgb = tuple[int, int, int]

_INK: Rgb = (17, 17, 24)
_NAMED: Rgb = (190, 0, 40)
_PAPER: Rgb = (255, 255, 255)
_OUTLINE: Rgb = (255, 176, 0)
_PALE = 0.5  # how much white there is over what is not in the domain
_LINE = 0.26  # units: the width of a line
_HALO = 0.17  # units of white on both sides
_BAND = 0.95  # units: the width of the domain's outline, under all lines
_DASH = (1.5, 0.8)  # units: of a glide, ink and gap
_TEXT = 2.6  # units: the size of letters
_GAP = 1.35  # units: the radius of a gap in a line, where its name stands
_LENS = 0.55  # its width over its length
_FINE = 4  # samples along a pixel's side
_MOST = 1 << 26  # samples of a picture, beyond which they are fewer


@dataclass(frozen=True, eq=False)
class Shape:
    """What is drawn in one ink. points: (n, 2); width: of a line in pixels, 0 for a filled
    polygon; dash: lengths of ink and gap in pixels."""

    points: Array
    ink: Rgb
    width: float = 0.0
    dash: tuple[float, float] | None = None


def figure_files(
    figure: Figure, picture: NDArray[np.uint8], dpi: float | None = None
) -> tuple[bytes, bytes]:
    """A figure over its picture, (H, W, 3 or 4): as PNG and as SVG, which holds the picture. Both
    have a white margin. dpi: see :func:`picture_bytes`."""
    margin = math.ceil(MARGIN * figure.unit)
    paper = _paper(figure, picture, margin)
    shapes = list(_shapes(figure, margin))
    return (
        picture_bytes(_drawn(paper, shapes, figure, margin), ".png", dpi),
        _svg(paper, shapes, figure, margin).encode(),
    )


def _paper(figure: Figure, picture: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """The picture, paler where the domain is not, in a white margin."""
    pixels = picture[..., :3]
    if not figure.inside.all():
        paler = np.rint(255 - (255 - np.arange(256)) * (1 - _PALE)).astype(np.uint8)
        pixels = np.where(figure.inside[..., None], pixels, paler[pixels])
    if picture.shape[2] == 4:
        pixels = over_white(np.dstack([pixels, picture[..., 3]]))
    return np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), constant_values=255)


def _shapes(figure: Figure, margin: int) -> Iterator[Shape]:
    """What is drawn, in order."""
    unit, line, halo = figure.unit, _LINE * figure.unit, 2 * _HALO * figure.unit
    by_kind: dict[str, list[Stroke]] = {"domain": [], "mirror": [], "glide": [], "step": []}
    for stroke in figure.strokes:
        by_kind[stroke.kind].append(stroke)
    for stroke in by_kind["domain"]:
        yield Shape(stroke.points + margin, _OUTLINE, _BAND * unit)
    lines = sorted(by_kind["mirror"] + by_kind["glide"], key=lambda stroke: stroke.named)
    for stroke in lines:
        width = (line * (2.2 if stroke.coloured else 1) + halo) * stroke.weight
        yield Shape(stroke.points + margin, _PAPER, width)
    for stroke in lines:
        ink, weight = _NAMED if stroke.named else _INK, stroke.weight
        dash = (unit * _DASH[0], unit * _DASH[1]) if stroke.kind == "glide" else None
        width = line * weight * (2.2 if stroke.coloured else 1)
        yield Shape(stroke.points + margin, ink, width, dash)
        if stroke.coloured:
            yield Shape(stroke.points + margin, _PAPER, line * weight, dash)
    for stroke in by_kind["step"]:
        yield from _arrow(stroke.points + margin, unit)
    for symbol in sorted(figure.symbols, key=lambda symbol: symbol.named):
        yield from _symbol(symbol, margin)
    for label in figure.labels:
        if label.on_line and len(label.text) == 1:  # words are longer than the gap
            yield Shape(_outline(24, _GAP * unit, 0.0) + label.place + margin, _PAPER)


def _arrow(ends: Array, unit: float) -> Iterator[Shape]:
    start, tip = ends
    along = (tip - start) / max(float(np.linalg.norm(tip - start)), 1e-9)
    aside = np.array([-along[1], along[0]])
    neck = tip - 1.5 * unit * along
    head = np.array([tip, neck + 0.6 * unit * aside, neck - 0.6 * unit * aside])
    around = np.array([*head, head[0]])
    for ink, extra in ((_PAPER, 2 * _HALO * unit), (_NAMED, 0.0)):
        yield Shape(np.array([start, neck]), ink, 1.4 * _LINE * unit + extra)
        yield Shape(head, ink)
        if extra:
            yield Shape(around, ink, extra)


def _symbol(symbol: Symbol, margin: int) -> Iterator[Shape]:
    place, ink = symbol.place + margin, _NAMED if symbol.named else _INK
    halo = max(0.8, 0.22 * symbol.radius)
    outline = _outline(symbol.order, symbol.radius, symbol.angle)
    around = np.array([*outline, outline[0]]) + place
    yield Shape(around, _PAPER, 2 * halo)
    yield Shape(outline + place, ink)
    if symbol.coloured:
        yield Shape(0.5 * outline + place, _PAPER)


def _outline(order: int, radius: float, angle: float) -> Array:
    """(n, 2): a lens or a regular polygon of about the same weight, one corner at the angle."""
    if order == 2:
        t = np.linspace(-1, 1, 13)
        half = _LENS * (1 - t * t)
        x, y = np.append(t, -t[1:-1]), np.append(half, -half[1:-1])
        size = 1.15 * radius
    else:
        turns = 2 * math.pi * np.arange(order) / order
        x, y = np.cos(turns), np.sin(turns)
        size = radius * {3: 1.2, 4: 1.1}.get(order, 1.0)
    c, s = math.cos(angle), math.sin(angle)
    return size * np.stack([c * x - s * y, s * x + c * y], axis=1)


def _drawn(
    paper: NDArray[np.uint8], shapes: list[Shape], figure: Figure, margin: int
) -> NDArray[np.uint8]:
    """The shapes and names over the paper, antialiased; each run of one ink at once."""
    height, width = paper.shape[:2]
    fine = max(1, min(_FINE, math.isqrt(_MOST // (height * width))))
    image = Image.fromarray(paper)
    runs: list[tuple[Rgb, list[Shape]]] = []
    for shape in shapes:
        if not runs or runs[-1][0] != shape.ink:
            runs.append((shape.ink, []))
        runs[-1][1].append(shape)
    for ink, together in runs:
        _stamp(image, ink, together, fine)
    font = ImageFont.load_default(_TEXT * figure.unit)
    draw = ImageDraw.Draw(image)
    for label in figure.labels:
        x, y = label.place + margin
        rim = max(1, round(0.3 * figure.unit))
        draw.text(
            (x, y),
            label.text,
            fill=_NAMED,
            font=font,
            anchor="mm",
            stroke_width=rim,
            stroke_fill=_PAPER,
        )
    return np.asarray(image)


def _stamp(image: Image.Image, ink: Rgb, shapes: list[Shape], fine: int) -> None:
    """Draw shapes of one ink onto an image, in the part of it that they reach."""
    low = np.min([s.points.min(axis=0) - s.width for s in shapes], axis=0) - 1
    high = np.max([s.points.max(axis=0) + s.width for s in shapes], axis=0) + 1
    x, y = (int(v) for v in np.maximum(np.floor(low), 0))
    right, bottom = (int(v) for v in np.minimum(np.ceil(high), image.size))
    if right <= x or bottom <= y:
        return
    mask = Image.new("L", ((right - x) * fine, (bottom - y) * fine))
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        for part in _dashes(shape):
            points = [tuple(p) for p in ((part - (x, y)) * fine).tolist()]
            if not shape.width:
                draw.polygon(points, fill=255)
                continue
            thick = shape.width * fine
            draw.line(points, fill=255, width=max(1, round(thick)), joint="curve")
            if shape.dash is None:  # round ends, as in the SVG
                for cx, cy in (points[0], points[-1]):
                    r = thick / 2
                    draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
    image.paste(ink, (x, y), mask.reduce(fine))


def _dashes(shape: Shape) -> Iterator[Array]:
    """The parts of a line that have ink, (n, 2) each."""
    if shape.dash is None:
        yield shape.points
        return
    lengths = np.append(0, np.linalg.norm(np.diff(shape.points, axis=0), axis=1).cumsum())
    ink, gap = shape.dash
    for start in np.arange(0, lengths[-1], ink + gap):
        end = min(start + ink, lengths[-1])
        between = lengths[(lengths > start) & (lengths < end)]
        at = np.array([start, *between, end])
        yield np.stack([np.interp(at, lengths, axis) for axis in shape.points.T], axis=1)


def _svg(paper: NDArray[np.uint8], shapes: list[Shape], figure: Figure, margin: int) -> str:
    height, width = paper.shape[:2]
    data = base64.b64encode(picture_bytes(paper, ".png")).decode("ascii")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/>',
        '<g stroke-linejoin="round" fill="none">',
        *map(_path, shapes),
        "</g>",
        f'<g font-family="serif" font-style="italic" font-size="{1.25 * _TEXT * figure.unit:.2f}" '
        f'text-anchor="middle" dominant-baseline="central" fill="{_hex(_NAMED)}" '
        f'stroke="{_hex(_PAPER)}" stroke-width="{0.6 * figure.unit:.2f}" paint-order="stroke" '
        'stroke-linejoin="round">',
        *(_text(label, margin) for label in figure.labels),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _path(shape: Shape) -> str:
    points = "L".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
    if not shape.width:
        return f'<path d="M{points}Z" fill="{_hex(shape.ink)}"/>'
    if shape.dash is None:
        ends = ' stroke-linecap="round"'
    else:
        ends = f' stroke-dasharray="{shape.dash[0]:.2f} {shape.dash[1]:.2f}"'
    return (
        f'<path d="M{points}" stroke="{_hex(shape.ink)}" stroke-width="{shape.width:.2f}"{ends}/>'
    )


def _text(label: Label, margin: int) -> str:
    x, y = label.place + margin
    return f'<text x="{x:.2f}" y="{y:.2f}">{label.text}</text>'


def _hex(ink: Rgb) -> str:
    return "#" + bytes(ink).hex()
