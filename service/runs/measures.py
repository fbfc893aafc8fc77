"""What is measured of the pictures made on the way, besides the loss. No painting optimises it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def contrast(picture: Picture) -> float:
    """The standard deviation of luma, 0 to 127.5."""
    return float((picture.astype(np.float32) @ _LUMA).std())


def colourfulness(picture: Picture) -> float:
    """How colourful a picture looks: 0 for grey, about 100 for very (Hasler and Süsstrunk 2003,
    their M^(3))."""
    red, green, blue = np.moveaxis(picture.astype(np.float32), 2, 0)
    across, down = red - green, 0.5 * (red + green) - blue
    spread = np.hypot(across.std(), down.std())
    return float(spread + 0.3 * np.hypot(across.mean(), down.mean()))


def change(picture: Picture, before: Picture) -> float:
    """The root mean square difference of two pictures, 0 to 255; the second may be of another
    size."""
    if before.shape != picture.shape:
        height, width = picture.shape[:2]
        resized = Image.fromarray(before).resize((width, height), Image.Resampling.BILINEAR)
        before = np.asarray(resized)
    difference = picture.astype(np.float32) - before
    return float(np.sqrt(np.square(difference).mean()))
