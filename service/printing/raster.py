"""A page as pixels."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw, ImageFont

from service.printing.page import INCH, STROKES, Line, Page, dashes
from service.reporting.formats import picture_bytes

_FINE = 2  # samples along a pixel's side, of lines


def raster_bytes(page: Page, suffix: str) -> bytes:
    """The content of a PNG or TIFF, with its resolution and the profile of sRGB."""
    return picture_bytes(drawn(page), suffix, page.dpi, srgb_profile())


@functools.cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def drawn(page: Page) -> NDArray[np.uint8]:
    """(H, W, 3): the picture on white paper, and its lines and texts over it."""
    scale = page.dpi / INCH
    width, height = (round(side * scale) for side in page.size)
    paper = np.full((height, width, 3), 255, np.uint8)
    x, y = round(page.art.left * scale), round(page.art.top * scale)
    rows, columns = page.picture.shape[:2]
    paper[y : y + rows, x : x + columns] = page.picture[: height - y, : width - x]
    image = Image.fromarray(paper)
    _stamp(image, [line for line in page.lines if line.kind == "fold"], scale, (255, 255, 255))
    _stamp(image, [part for line in page.lines for part in _inked(line)], scale, (0, 0, 0))
    draw = ImageDraw.Draw(image)
    for text in page.texts:
        font = ImageFont.load_default(text.height * scale * 1.4)  # its letters are 0.72 as tall
        place = tuple((text.place * scale).tolist())
        draw.text(place, text.text, (0, 0, 0), font, anchor="mm")
    return np.asarray(image)


def _inked(line: Line) -> list[Line]:
    return [Line(points, line.kind) for points in dashes(line)]


def _stamp(image: Image.Image, lines: list[Line], scale: float, ink: tuple[int, int, int]) -> None:
    """Draw lines, antialiased."""
    if not lines:
        return
    mask = Image.new("L", (image.width * _FINE, image.height * _FINE))
    draw = ImageDraw.Draw(mask)
    for line in lines:
        width = max(1, round(STROKES[line.kind][0] * scale * _FINE))
        points = [tuple(p) for p in (line.points * scale * _FINE).tolist()]
        draw.line(points, 255, width, joint="curve")
    image.paste(ink, (0, 0), mask.reduce(_FINE))
