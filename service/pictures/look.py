"""How materials of mesh files look before they are painted over."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Look:
    """How a material looks. image: (H, W, 4) uint8 sRGB, top row first, or None. colour: (4,)
    uint8 sRGB, where there is no image; None if the file says nothing. unread: a sentence on what
    the file says of it and could not be read: then image and colour are not all of it."""

    name: str
    image: NDArray[np.uint8] | None = None
    colour: NDArray[np.uint8] | None = None
    unread: str | None = None

    @functools.cached_property
    def fingerprint(self) -> bytes:
        """Equal for looks that are equal but for their names."""
        content = self.image if self.image is not None else self.colour
        if content is None:
            return (self.unread or "").encode()
        return (
            str((content.shape, self.unread)).encode() + hashlib.sha256(content.tobytes()).digest()
        )


def linear_factor(colour: NDArray[np.uint8]) -> list[float]:
    """A colour (4,) uint8 sRGB as glTF's factor: linear light and alpha, 0 to 1."""
    return [*to_linear(colour[:3] / 255).tolist(), float(colour[3] / 255)]


def srgb_bytes(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A colour (4,) of linear light and alpha, 0..1, as uint8 sRGB."""
    return np.rint(255 * np.append(to_srgb(linear[:3]), linear[3])).astype(np.uint8)


def to_srgb(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear light 0..1 as sRGB (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def to_linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB 0..1 as linear light."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
