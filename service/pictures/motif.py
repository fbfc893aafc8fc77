"""A picture that a pattern is made of: how it lies in a fundamental domain."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, special

from geometry.cells import Paper
from geometry.spaces import Array


@dataclass(frozen=True)
class Placement:
    """zoom: how large the picture is, 1 where it just fills what is around the domain; turn:
    counterclockwise, degrees; shift: of its middle, to the right and up, in widths and heights of
    what is around the domain."""

    zoom: float = 1.0
    turn: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)


FITTED = Placement()


def picture_paper(
    pixels: NDArray[np.uint8], placement: Placement = FITTED, least: float = 0.5 / 256
) -> Paper:
    """A picture (H, W, 3), to be laid on charts of any form: as logits of colours that are
    ``least`` away from black and white."""
    return functools.partial(_laid, pixels, placement, least)


def _laid(
    pixels: NDArray[np.uint8],
    placement: Placement,
    least: float,
    shape: tuple[int, int],
    number: int,
) -> Array:
    colours = (placed(pixels, shape, placement) + 0.5) / 256
    return special.logit(np.clip(colours, least, 1 - least))


def placed(pixels: NDArray[np.uint8], shape: tuple[int, int], placement: Placement) -> Array:
    """What of a picture (H, W, 3) is seen on a sheet of ``shape`` (rows, columns): (rows, columns,
    3) in 0..255. Beyond its border it is mirrored."""
    rows, columns = shape
    height, width = pixels.shape[:2]
    scale = min(height / rows, width / columns) / placement.zoom  # pixels for each texel
    image = Image.fromarray(pixels)
    if placement == FITTED:  # cut out and resized at once
        x = max(0.0, (width - columns * scale) / 2)  # not below it by rounding
        y = max(0.0, (height - rows * scale) / 2)
        box = (x, y, width - x, height - y)
        return np.asarray(image.resize((columns, rows), Image.Resampling.LANCZOS, box=box), float)
    if scale > 1:  # before it is read at points
        size = max(1, round(width / scale)), max(1, round(height / scale))
        image = image.resize(size, Image.Resampling.LANCZOS)
    values = np.asarray(image, float)
    step = np.array(values.shape[:2]) / (height, width) * scale  # of this image, for each texel
    angle = math.radians(placement.turn)
    right, up = placement.shift
    y, x = np.indices(shape) + 0.5
    y, x = y - rows * (0.5 - up), x - columns * (0.5 + right)
    c, s = math.cos(angle), math.sin(angle)
    places = [
        (s * x + c * y) * step[0] + values.shape[0] / 2 - 0.5,
        (c * x - s * y) * step[1] + values.shape[1] / 2 - 0.5,
    ]
    seen = [
        ndimage.map_coordinates(values[..., k], places, order=3, mode="reflect") for k in range(3)
    ]
    return np.clip(np.stack(seen, axis=-1), 0, 255)
