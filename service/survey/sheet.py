"""A contact sheet: many small pictures with a label under each."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

GAP, LABEL = 6, 18  # pixels between pictures, and of a label's height
_TEXT = 11
_GROUND, _PANEL, _INK = (24, 24, 24), (52, 52, 52), (220, 220, 220)
_WIDE = 1.5  # columns per row


def contact_sheet(pictures: Sequence[NDArray[np.uint8]], labels: Sequence[str]) -> NDArray:
    """Pictures (side, side, 3) uint8, at least one and all of one size, row by row, each with its
    label, which is cut to the picture's width: (H, W, 3) uint8."""
    side = len(pictures[0])
    columns = math.ceil(math.sqrt(_WIDE * len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    size = (columns * (side + GAP) + GAP, rows * (side + LABEL + GAP) + GAP)
    sheet = Image.new("RGB", size, _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(_TEXT)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        row, column = divmod(number, columns)
        x, y = GAP + column * (side + GAP), GAP + row * (side + LABEL + GAP)
        sheet.paste(Image.fromarray(picture), (x, y))
        while label and draw.textlength(label, font) > side:
            label = label[:-1]
        draw.text((x + 1, y + side + 2), label, _INK, font)
    return np.array(sheet)


def framed(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """All of a picture (H, W, 3 or 4), as large as (side, side, 3) can hold."""
    image = Image.fromarray(pixels).convert("RGBA")
    ground = Image.new("RGBA", image.size, _GROUND)
    whole = Image.alpha_composite(ground, image).convert("RGB")
    return np.array(ImageOps.pad(whole, (side, side), Image.Resampling.LANCZOS, color=_GROUND))


def panel(text: str, side: int) -> NDArray[np.uint8]:
    """Words instead of a picture: (side, side, 3)."""
    image = Image.new("RGB", (side, side), _PANEL)
    lines = textwrap.wrap(text, 2 * side // (_TEXT + 1))[: side // (_TEXT + 5)]
    font = ImageFont.load_default(_TEXT)
    ImageDraw.Draw(image).multiline_text((GAP, GAP), "\n".join(lines), _INK, font)
    return np.array(image)


def thumbnail(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The middle of a picture (H, W, 3): (side, side, 3)."""
    height, width = pixels.shape[:2]
    least = min(height, width)
    x, y = (width - least) / 2, (height - least) / 2
    box = (x, y, x + least, y + least)
    image = Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS, box=box)
    return np.array(image)
