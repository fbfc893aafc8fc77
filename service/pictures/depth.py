"""Pictures of 8 and of 16 bits a channel, one made of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import Pixels


def in_eight_bits(picture: Pixels) -> NDArray[np.uint8]:
    """A picture in the nearest numbers of 8 bits."""
    if picture.dtype == np.uint8:
        return picture.astype(np.uint8, copy=False)
    step = white(np.uint16) // white(np.uint8)
    return ((picture.astype(np.uint32) + step // 2) // step).astype(np.uint8)


def in_depth(picture: NDArray[np.uint8], dtype: DTypeLike) -> Pixels:
    """A picture of 8 bits in numbers of another type, from which the same 8 bits come back."""
    return picture.astype(dtype) * np.dtype(dtype).type(white(dtype) // white(np.uint8))
