"""Which colours of a picture are metal."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array
from service.pictures.oklab import to_oklab

_SURE, _FAR = 0.06, 0.14  # distances in Oklab: a colour that near is metal, one that far is not


def metal_of(pixels: NDArray[np.uint8], colours: Sequence[str]) -> Array:
    """(H, W) in 0..1: how near the pixels (H, W, 3) sRGB come to one of ``colours`` '#rrggbb'.
    Raises InputError("bad-value") for other words."""
    metallic = np.zeros(pixels.shape[:2])
    if not colours:
        return metallic
    place = to_oklab(pixels / 255)
    for colour in colours:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise InputError(
                "bad-value", "metal", f"'{colour[:20]}' is no colour.", "Write it like '#c8a040'."
            )
        wanted = to_oklab(np.array(tuple(bytes.fromhex(colour[1:]))) / 255)
        distance = np.linalg.norm(place - wanted, axis=2)
        share = np.clip((_FAR - distance) / (_FAR - _SURE), 0, 1)
        metallic = np.maximum(metallic, share * share * (3 - 2 * share))
    return metallic
