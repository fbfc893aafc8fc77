"""How pictures go over the wire: as they are, or encoded for a slow line."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.reporting.delivery import png_bytes

RAW = "raw"
ENCODINGS = (RAW, "zlib", "jpeg", "png")
JPEG_QUALITY = 90


def encode_picture(pixels: NDArray[np.uint8], encoding: str) -> tuple[str, NDArray[np.uint8]]:
    """(H, W, 3) or (H, W, 4) in one of :data:`ENCODINGS`, and which it became, (N,): JPEG has no
    alpha, so what has is a PNG instead. ``raw`` stays as it is."""
    if encoding == RAW:
        return RAW, pixels
    if encoding == "zlib":
        # The fastest level: the others are 3 to 10 times as slow for some hundredths less.
        return "zlib", _bytes(zlib.compress(np.ascontiguousarray(pixels).data, 1))
    if encoding == "jpeg" and pixels.shape[2] == 3:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY)
        return "jpeg", _bytes(stream.getvalue())
    return "png", _bytes(png_bytes(pixels))


def decode_picture(
    data: NDArray[np.uint8], encoding: str, shape: Sequence[int]
) -> NDArray[np.uint8]:
    """The inverse, for a client: the picture of this shape. Raises ValueError for anything else."""
    if encoding == "zlib":
        whole = zlib.decompressobj()
        plain = whole.decompress(data.data, int(np.prod(shape)) + 1)
        return np.frombuffer(plain, np.uint8).reshape(shape)
    try:
        picture = np.asarray(Image.open(io.BytesIO(data.data), formats=[encoding.upper()]))
    except (OSError, SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"no picture: {error}") from None
    if picture.shape != tuple(shape):
        raise ValueError(f"a picture of another shape: {picture.shape}")
    return picture


def _bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)
