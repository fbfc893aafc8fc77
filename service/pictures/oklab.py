"""Oklab, in which equal distances look about equal: L lightness, a green to red, b blue to yellow
(B. Ottosson, "A perceptual color space for image processing", 2020)."""

from __future__ import annotations

import numpy as np

from geometry.spaces import Array
from service.pictures.look import to_linear, to_srgb

_CONES = np.array(  # of linear sRGB
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENT = np.array(  # of the cube roots of what cones see
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_ROUNDS = 10  # halvings: to a thousandth of a colour's chroma
_SLACK = 1e-4  # of linear light: what rounding makes of colours on the border


def to_oklab(colours: Array) -> Array:
    """Colours (..., 3) in 0..1, sRGB, as (..., 3) L, a, b; L from 0 to 1."""
    found: Array = np.cbrt(to_linear(colours) @ _CONES.T) @ _OPPONENT.T
    return found


def from_oklab(places: Array) -> Array:
    """Places (..., 3) as colours in 0..1, sRGB. Where there is no such colour, one as light and of
    that hue, with as much chroma as there is."""
    flat = places.reshape(-1, 3)
    flat = np.column_stack([np.clip(flat[:, 0], 0, 1), flat[:, 1:]])
    linear = _linear(flat)
    outside = np.flatnonzero(~_is_colour(linear))
    if outside.size:
        lost = flat[outside]
        low, high = np.zeros(len(lost)), np.ones(len(lost))
        for _ in range(_ROUNDS):
            share = (low + high) / 2
            inside = _is_colour(_linear(_duller(lost, share)))
            low, high = np.where(inside, share, low), np.where(inside, high, share)
        linear[outside] = _linear(_duller(lost, low))
    return to_srgb(np.clip(linear, 0, 1)).reshape(places.shape)


def _linear(places: Array) -> Array:
    found: Array = (places @ np.linalg.inv(_OPPONENT).T) ** 3 @ np.linalg.inv(_CONES).T
    return found


def _is_colour(linear: Array) -> Array:
    found: Array = ((linear > -_SLACK) & (linear < 1 + _SLACK)).all(axis=1)
    return found


def _duller(places: Array, share: Array) -> Array:
    return np.column_stack([places[:, 0], places[:, 1:] * share[:, None]])
