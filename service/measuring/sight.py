"""A picture as it is measured: of a moderate size, with what of it counts."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from geometry.errors import InputError
from geometry.spaces import Array
from service.pictures.files import over_white

LARGEST = 768  # pixels along a side: larger pictures are averaged over blocks of pixels
SMALLEST = 32
_MOST_CLEAR = 0.5  # of the pixels
_BLUR = 1.0  # pixels: so that half a pixel does not matter where symmetries are looked for


@dataclass(frozen=True, eq=False)
class Sight:
    """pixels: (H, W, 3) in −½ … ½, about mid-grey, on which colour rules of red, green and blue are
    signed permutations; seen: (H, W), which of them are opaque; block: how many pixels of the
    picture along a side became one; a pixel's middle is at a whole number and a half."""

    pixels: Array
    seen: NDArray[np.bool_]
    block: int

    @functools.cached_property
    def smooth(self) -> Array:
        """The pixels, a little blurred; what is not seen does not spread."""
        weight = ndimage.gaussian_filter(self.seen.astype(float), _BLUR, mode="nearest")
        blurred = ndimage.gaussian_filter(
            np.where(self.seen[..., None], self.pixels, 0), (_BLUR, _BLUR, 0), mode="nearest"
        )
        return blurred / np.maximum(weight, 1e-3)[..., None]

    @functools.cached_property
    def unrelated(self) -> float:
        """The RMS by which two places that have nothing to do with each other differ."""
        return float(np.sqrt(2 * self.pixels[self.seen].var(axis=0).mean()))


def sight_of(picture: NDArray[np.uint8]) -> Sight:
    """Of a picture (H, W, 4) uint8. Raises InputError: "too-small", "flat-picture", "bad-value" for
    a picture of which there is little to see."""
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        raise InputError(
            "too-small",
            "picture",
            f"This picture has {width} × {height} pixels: too few to measure.",
            f"Give one of {SMALLEST} pixels a side or more, with two periods in it.",
        )
    seen = picture[..., 3] == 255
    if seen.mean() < _MOST_CLEAR:
        raise InputError(
            "bad-value",
            "picture",
            "Most of this picture is transparent.",
            "Cut out the part that is to be measured.",
        )
    block = -(-max(height, width) // LARGEST)
    rows, columns = height // block * block, width // block * block
    image = Image.fromarray(over_white(picture)[:rows, :columns]).reduce(block)
    whole = seen[:rows, :columns].reshape(rows // block, block, columns // block, block)
    sight = Sight(np.asarray(image, float) / 255 - 0.5, whole.all(axis=(1, 3)), block)
    if sight.unrelated < 1 / 255:
        raise InputError(
            "flat-picture",
            "picture",
            "This picture has one colour: it is as symmetric as one likes.",
            "Give one with something in it.",
        )
    return sight
