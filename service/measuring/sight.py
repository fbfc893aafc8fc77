"""A picture as it is measured: of a moderate size, with what of it counts."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, special

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour_frame import CLAMP, RGB, ColourFrame, ColourMoments
from service.pictures.files import over_white

LARGEST = 768  # pixels along a side: larger pictures are averaged over blocks of pixels
SMALLEST = 32
_LEAST_SEEN = 0.3  # of the pixels
_BLUR = 1.0  # pixels: so that half a pixel does not matter where symmetries are looked for


@dataclass(frozen=True, eq=False)
class Sight:
    """picture: (H, W, 3) uint8; seen: (H, W), which of it is opaque; block: how many pixels of what
    was given, along a side, became one of these; frame: of the colours in which rules are looked
    for."""

    picture: NDArray[np.uint8]
    seen: NDArray[np.bool_]
    block: int
    frame: ColourFrame = RGB

    @functools.cached_property
    def pixels(self) -> Array:
        """(H, W, 3), on which signed permutations of the frame's axes are signed permutations: red,
        green and blue in −½ … ½, or logits along the axes."""
        if self.frame.is_rgb:
            return self.picture / 255 - 0.5
        x = special.logit(np.clip(self.picture / 255, CLAMP, 1 - CLAMP))
        along = np.linalg.inv(np.array(self.frame.axes))
        found: Array = (x - np.array(self.frame.mean)) @ along.T
        return found

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
        """The RMS by which two places that have nothing to do with each other differ, in 1/255."""
        return float(np.sqrt(2 * self.picture[self.seen].astype(float).var(axis=0).mean()))

    @functools.cached_property
    def spread(self) -> float:
        """The mean square of the same on the blurred pixels, a channel, in their units."""
        return float(2 * self.smooth[self.seen].var(axis=0).mean())


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
    if seen.mean() < _LEAST_SEEN:
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
    sight = Sight(np.asarray(image), whole.all(axis=(1, 3)), block)
    if sight.unrelated < 1:
        raise InputError(
            "flat-picture",
            "picture",
            "This picture has one colour: it is as symmetric as one likes.",
            "Give one with something in it.",
        )
    return sight


def own_frame(colours: Array) -> ColourFrame:
    """The principal axes of colours (n, 3) in 0..1, all as long as the first: a pattern that has a
    rule which inverts some of its style's axes has these axes, too. RGB where there is one colour.
    """
    frame = ColourMoments.of(colours).frame()
    if frame is None:
        return RGB
    axes = np.array(frame.axes)
    lengths = np.linalg.norm(axes, axis=0)
    return ColourFrame.from_array(np.column_stack([axes / lengths * lengths[0], frame.mean]))
