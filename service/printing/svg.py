"""A page as SVG: lines as paths, for cutters, too; a pattern as one period that is repeated."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from service.printing.page import STROKES, Box, Line, Page, Pattern, Text
from service.printing.raster import srgb_profile
from service.reporting.formats import picture_bytes


def svg_bytes(page: Page) -> bytes:
    """The content of the file; a unit of its coordinates is a millimetre."""
    width, height = page.size
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:.4f}mm" height="{height:.4f}mm" viewBox="0 0 {width:.4f} {height:.4f}">',
        *(_art(page) if page.pattern is None else _filled(page.pattern, page.art)),
        '<g fill="none" stroke-linejoin="round">',
        *(element for line in page.lines for element in _line(line)),
        "</g>",
        '<g font-family="Helvetica, Arial, sans-serif" text-anchor="middle">',
        *map(_text, page.texts),
        "</g>",
        "</svg>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _art(page: Page) -> Iterator[str]:
    yield _image(page.picture, page.art.left, page.art.top, page.art.width, page.art.height)


def _image(pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> str:
    data = base64.b64encode(picture_bytes(pixels, ".png", None, srgb_profile())).decode("ascii")
    return (
        f'<image x="{x:.4f}" y="{y:.4f}" width="{width:.4f}" height="{height:.4f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )


def _filled(pattern: Pattern, art: Box) -> Iterator[str]:
    """A brick's rows lie aside: the pattern is sheared, and its pictures sheared back, with a copy
    on the side that comes in."""
    x, y = pattern.place
    shear, pad = pattern.skew / pattern.height, pattern.pad
    size = pattern.width + 2 * pad, pattern.height + 2 * pad
    picture = _image(pattern.pixels, -pad, -pad, *size)
    yield "<defs>"
    yield '<g id="period">' + picture + "</g>"
    yield (
        f'<pattern id="tile" patternUnits="userSpaceOnUse" width="{pattern.width:.6f}" '
        f'height="{pattern.height:.6f}" '
        f'patternTransform="matrix(1 0 {shear:.8f} 1 {x:.6f} {y:.6f})">'
    )
    copies = (0.0,) if pattern.skew == 0 else (-pattern.width, 0.0, pattern.width)
    for aside in copies:
        yield f'<use href="#period" transform="matrix(1 0 {-shear:.8f} 1 {aside:.6f} 0)"/>'
    yield "</pattern></defs>"
    yield (
        f'<rect x="{art.left:.4f}" y="{art.top:.4f}" width="{art.width:.4f}" '
        f'height="{art.height:.4f}" fill="url(#tile)"/>'
    )


def _line(line: Line) -> Iterator[str]:
    width, dash = STROKES[line.kind]
    path = f'd="{_path(line.points)}" stroke-width="{width:g}"'
    if dash is not None:
        yield f'<path class="under" {path} stroke="#fff"/>'
        path += f' stroke-dasharray="{dash[0]:g} {dash[1]:g}"'
    yield f'<path class="{line.kind}" {path} stroke="#000"/>'


def _path(points: Array) -> str:
    if len(points) > 2 and np.allclose(points[0], points[-1]):
        return "M" + "L".join(f"{x:.4f},{y:.4f}" for x, y in points[:-1]) + "Z"
    return "M" + "L".join(f"{x:.4f},{y:.4f}" for x, y in points)


def _text(text: Text) -> str:
    x, y = text.place
    size = text.height * 1.4  # digits are 0.72 as tall as their font
    return (
        f'<text x="{x:.3f}" y="{y + text.height / 2:.3f}" font-size="{size:.3f}">{text.text}</text>'
    )
