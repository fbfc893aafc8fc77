"""Blender's images as bytes for the wire. No bpy: images are handed in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..link.messages import bad_picture
from ..problems import ProblemError

# Byte pixels are as in the file, in the image's own colour space: linear values in these, in all
# others they are taken as sRGB. Float pixels are scene-linear whatever the name says.
LINEAR_SPACES = frozenset({"Non-Color", "Linear Rec.709", "Linear"})


def encode_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear values as sRGB values 0..1 (IEC 61966-2-1), clipped to 0..1."""
    values = np.clip(linear, 0, 1)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Values 0..1 as bytes, rounded; others are clipped."""
    return np.ascontiguousarray(np.rint(np.clip(values, 0, 1) * 255), np.uint8)


def read_pixels(image: Any) -> np.ndarray | None:
    """The image's pixels, float32 (H, W, 4), sRGB and straight alpha 0..1, top row first.

    Bytes of an sRGB image come out exactly. None if the image has no pixels: a missing file.
    """
    width, height = image.size
    if not width or not height:
        return None
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    if not image.has_data:  # known only once something has asked for the pixels
        return None
    rows: np.ndarray = pixels.reshape(height, width, 4)[::-1]
    if image.is_float:
        rows = np.nan_to_num(rows)  # renders have pixels that are no numbers
    if image.is_float or image.colorspace_settings.name in LINEAR_SPACES:
        rows = np.concatenate([encode_srgb(rows[..., :3]), rows[..., 3:]], axis=2)
    return rows


def decode(images: Any, data: bytes, size: tuple[int, int]) -> np.ndarray:
    """A picture file's bytes as float32 (width·height·4,), RGBA, bottom row first, by way of
    ``bpy.data.images``: in the main thread, 4 ms for a JPEG of 512² and 18 ms for one of 1024².
    Raises ProblemError "bad-reply"."""
    image = images.new("Orbitex decodes", 1, 1)
    try:
        image.pack(data=data, data_len=len(data))
        image.source = "FILE"
        if tuple(image.size) != size:
            raise ProblemError(bad_picture())
        pixels = np.empty(size[0] * size[1] * 4, np.float32)
        image.pixels.foreach_get(pixels)
        return pixels
    finally:
        images.remove(image)
