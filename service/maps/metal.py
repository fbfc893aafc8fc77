"""Which colours of a picture are metal."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array
from service.pictures.look import to_linear

_SURE, _FAR = 0.06, 0.14  # distances in Oklab: a colour that near is metal, one that far is not
# Oklab (Ottosson 2020): from linear sRGB to cones, and from their cube roots to L, a, b
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENT = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def metal_of(pixels: NDArray[np.uint8], colours: Sequence[str]) -> Array:
    """(H, W) in 0..1: how near the pixels (H, W, 3) sRGB come to one of ``colours`` '#rrggbb'.
    Raises InputError("bad-value") for other words."""
    metallic = np.zeros(pixels.shape[:2])
    if not colours:
        return metallic
    place = _oklab(pixels)
    for colour in colours:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise InputError(
                "bad-value", "metal", f"'{colour[:20]}' is no colour.", "Write it like '#c8a040'."
            )
        wanted = _oklab(np.array(tuple(bytes.fromhex(colour[1:])), np.uint8))
        distance = np.linalg.norm(place - wanted, axis=2)
        share = np.clip((_FAR - distance) / (_FAR - _SURE), 0, 1)
        metallic = np.maximum(metallic, share * share * (3 - 2 * share))
    return metallic


def _oklab(colours: NDArray[np.uint8]) -> Array:
    return np.cbrt(to_linear(colours / 255) @ _CONES.T) @ _OPPONENT.T
