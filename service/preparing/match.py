"""Match: the mean and the covariance of another picture's colours
(:mod:`geometry.symmetry.colour_transport`): several styles can so share their colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.colour_transport import ColourTransport, moments_of
from service.tables.preparing_step import PreparingStep


def change(colours: Array, value: Any, picture: NDArray[np.uint8] | None) -> Array:
    """The least change that gives it the other one's colours."""
    assert picture is not None
    pixels = rounded(colours)
    return ColourTransport.between(moments_of(pixels), moments_of(picture)).on_pixels(pixels) / 255


STEP = PreparingStep(
    name="match",
    title="Match",
    description="A picture whose colours it takes, by mean and covariance: an exemplar or a file.",
    rank=31,
    default=None,
    picture=True,
    change=change,
)
