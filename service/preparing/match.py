"""Match: the mean and the covariance of another picture's colours, as far as it looks natural;
several styles can so share their colours.

By the least change that does so (:mod:`geometry.symmetry.colour_transport`), in Oklab: there equal
differences look equal. Photographs have black and white in them; on logits, where these are far
away, what little colour they have becomes neon.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour_frame import ColourMoments
from geometry.symmetry.colour_transport import ColourTransport
from service.pictures.oklab import from_oklab, to_oklab
from service.tables.preparing_step import PreparingStep

_GAIN = 2.0  # by how much differences grow, at most: more shows noise and flat colours
_STRIP = 1 << 18  # pixels at a time: bounds the memory

_Number = TypeVar("_Number", np.uint8, np.float64)


def change(colours: Array, value: Any, picture: NDArray[np.uint8] | None) -> Array:
    """The least change that gives it the other one's colours. No colour becomes more colourful than
    any of both pictures."""
    assert picture is not None
    places = to_oklab(colours).reshape(-1, 3)
    others = (to_oklab(strip / 255) for strip in _strips(picture.reshape(-1, 3)))
    (own, own_chroma), (wanted, their_chroma) = _seen(_strips(places)), _seen(others)
    transport = ColourTransport.between(own, wanted, _GAIN)
    moved = places @ transport.linear.T + transport.shift
    most = max(own_chroma, their_chroma)
    moved[:, 1:] *= (most / np.maximum(_chroma(moved), max(most, 1e-9)))[:, None]
    return np.concatenate([from_oklab(strip) for strip in _strips(moved)]).reshape(colours.shape)


def _strips(pixels: NDArray[_Number]) -> list[NDArray[_Number]]:
    return np.array_split(pixels, -(-len(pixels) // _STRIP))


def _seen(strips: Iterable[Array]) -> tuple[ColourMoments, float]:
    """The moments of places in Oklab, and the largest chroma."""
    count, total, squares, most = 0, np.zeros(3), np.zeros((3, 3)), 0.0
    for places in strips:
        count += len(places)
        total += places.sum(axis=0)
        squares += places.T @ places
        most = max(most, float(_chroma(places).max()))
    return ColourMoments(total / count, squares / count), most


def _chroma(places: Array) -> Array:
    return np.hypot(places[:, 1], places[:, 2])


STEP = PreparingStep(
    name="match",
    title="Match",
    description="A picture whose colours it takes, by mean and covariance: an exemplar or a file.",
    rank=31,
    default=None,
    picture=True,
    change=change,
)
