"""Pictures whose symmetry is known: plasma under wallpaper groups, cut and spoilt as pictures from
elsewhere are."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from service.colours import framed
from service.inputs.styles import StylePicture
from service.preview import plasma_colours, preview
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

Picture = NDArray[np.uint8]


def tile(group: str, colouring: str = "none", size: int = 72, **fields) -> Picture:
    """One period, (H, W, 3)."""
    recipe = parse_recipe(
        {"target": "tile", "group": group, "colouring": colouring, "size": size, **fields}
    )
    style = StylePicture("plasma", 1.0, plasma_colours(), "")
    return preview(framed(make_scene(recipe), recipe, [style]), recipe.size, 0, None)


def endless(period: Picture, down: float = 2.3, across: float = 2.6) -> Picture:
    """So many periods, from somewhere in the middle of one."""
    height, width = period.shape[:2]
    rows, columns = np.arange(int(height * down)) + 7, np.arange(int(width * across)) + 11
    return period[np.ix_(rows % height, columns % width)]


def cropped(picture: Picture) -> Picture:
    return picture


def compressed(picture: Picture) -> Picture:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=70)
    return np.asarray(Image.open(file))


def rescaled(picture: Picture) -> Picture:
    """By 1.37, to whole pixels."""
    height, width = picture.shape[:2]
    size = (round(1.37 * width), round(1.37 * height))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def shifted(picture: Picture) -> Picture:
    """By a fraction of a pixel."""
    moved = ndimage.shift(picture.astype(float), (0.41, 0.27, 0), mode="nearest")
    return np.rint(np.clip(moved, 0, 255)).astype(np.uint8)


def turned(picture: Picture) -> Picture:
    """By 11 degrees, without the corners."""
    image = Image.fromarray(picture).rotate(11, Image.Resampling.BICUBIC)
    width, height = image.size
    x, y = 0.12 * min(width, height), 0.12 * min(width, height)
    return np.asarray(image.crop((int(x), int(y), int(width - x), int(height - y))))


SPOILT = {f.__name__: f for f in (cropped, compressed, rescaled, shifted, turned)}


def opaque(picture: Picture) -> Picture:
    """(H, W, 4)."""
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
