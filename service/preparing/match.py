"""Match: the mean and the covariance of another picture's colours, as far as it looks natural;
several styles can so share their colours.

By the least change that does so (:mod:`geometry.symmetry.colour_transport`), in Oklab: there equal
differences look equal. Photographs have black and white in them; on logits, where these are far
away, what little colour they have becomes neon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour_frame import ColourMoments
from geometry.symmetry.colour_transport import ColourTransport
from service.pictures.oklab import from_oklab, to_oklab
from service.tables.preparing_step import PreparingStep

_GAIN = 2.0  # by how much differences grow, at most: more shows noise and flat colours
_STRIP = 1 << 18  # pixels at a time: bounds the memory


def change(colours: Array, value: Any, picture: NDArray[np.uint8] | None) -> Array:
    """The least change that gives it the other one's colours. No colour becomes more colourful than
    any of both pictures."""
    assert picture is not None
    places, others = (to_oklab(x).reshape(-1, 3) for x in (colours, picture / 255))
    transport = ColourTransport.between(_moments(places), _moments(others), _GAIN)
    moved = places @ transport.linear.T + transport.shift
    most = max(_chroma(places).max(), _chroma(others).max())
    moved[:, 1:] *= (most / np.maximum(_chroma(moved), max(most, 1e-9)))[:, None]
    strips = np.array_split(moved, -(-len(moved) // _STRIP))
    return np.concatenate([from_oklab(strip) for strip in strips]).reshape(colours.shape)


def _moments(places: Array) -> ColourMoments:
    return ColourMoments(places.mean(axis=0), places.T @ places / len(places))


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
