"""Pictures for pages, made from what was delivered: WebP, of bounded size and bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

VIEW_SIDE = 1024  # of the picture on a run's page
THUMB_SIDE = 240
FIRST_PAGE_BYTES = 800_000  # of all thumbnails on it together
_THUMB_MOST, _THUMB_LEAST = 28_000, 2_000  # bytes of each
_QUALITIES = (82, 66, 50, 34, 20)
_METHOD = 2  # of WebP: four times as fast as its default, for a tenth more bytes
_STRIP = 2.5  # a picture so much longer than it is wide is no picture any more if it is cut square
_ENOUGH = 4 * VIEW_SIDE  # a larger picture is first averaged down to no less than this
_MAX_PIXELS = 1 << 28  # of a picture that is read


@dataclass(frozen=True)
class Shown:
    """A picture made ready: WebP bytes, and its size."""

    view: bytes
    thumbnail: bytes
    width: int
    height: int


def thumbnail_bytes(count: int) -> int:
    """How many bytes each of ``count`` thumbnails on the first page may have."""
    return max(_THUMB_LEAST, min(_THUMB_MOST, FIRST_PAGE_BYTES // max(1, count)))


def made_ready(path: Path, most: int) -> Shown | None:
    """A picture for its page, and a square thumbnail of at most ``most`` bytes: its middle, or all
    of a strip, clear around it. None where the file cannot be read as a picture."""
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                return None
            kind = "RGBA" if "A" in opened.getbands() else "RGB"
            # Of a large one nothing is copied whole. A palette's numbers have no means.
            less = 1 if opened.mode == "P" else max(1, min(opened.size) // _ENOUGH)
            picture = (opened.reduce(less) if less > 1 else opened).convert(kind)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    view = picture.copy()
    view.thumbnail((VIEW_SIDE, VIEW_SIDE), Image.Resampling.LANCZOS)
    side, sampling = (THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS
    if max(picture.size) >= _STRIP * min(picture.size):
        square = ImageOps.pad(picture.convert("RGBA"), side, sampling, (0, 0, 0, 0))
    else:
        square = ImageOps.fit(picture, side, sampling)
    return Shown(_webp(view, 86), _within(square, most), view.width, view.height)


def _within(picture: Image.Image, most: int) -> bytes:
    """WebP of at most ``most`` bytes, or the least there is."""
    while True:
        for quality in _QUALITIES:
            if len(data := _webp(picture, quality)) <= most:
                return data
        if picture.width <= THUMB_SIDE // 4:
            return data
        picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)


def _webp(picture: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=quality, method=_METHOD)
    return stream.getvalue()
