"""How pictures go over the wire: as they are, or encoded for a slow line."""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.reporting.delivery import png_bytes

RAW_BUFFER, DATA_BUFFER = "pixels", "data"  # of a message
RAW = "raw"
ENCODINGS = (RAW, "zlib", "jpeg", "png")
JPEG_QUALITY = 90
ZLIB_LEVEL = 1  # of a painting, the next ones take twice as long for some hundredths less


@dataclass(frozen=True)
class Picture:
    """A picture in one of :data:`ENCODINGS`. data: (N,) uint8, or, raw, (H, W, C); shape: of the
    picture, (H, W, 3), or (H, W, 4) with alpha."""

    encoding: str
    shape: tuple[int, ...]
    data: NDArray[np.uint8]

    def fields(self) -> dict[str, Any]:
        """What the header of a message says of it."""
        return {"encoding": self.encoding, "shape": list(self.shape)}

    def buffers(self) -> dict[str, np.ndarray]:
        """What a message carries of it."""
        return {RAW_BUFFER if self.encoding == RAW else DATA_BUFFER: self.data}

    @classmethod
    def of(cls, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Picture | None:
        """The picture of a message, if there is one. Raises ValueError for an odd one."""
        if RAW_BUFFER in buffers:
            pixels = buffers[RAW_BUFFER]
            return cls(RAW, pixels.shape, pixels)
        if DATA_BUFFER not in buffers:
            return None
        encoding, shape = header.get("encoding"), header.get("shape")
        if encoding not in ENCODINGS or not isinstance(shape, list):
            raise ValueError("a picture that it does not describe")
        return cls(encoding, tuple(shape), buffers[DATA_BUFFER])

    def pixels(self) -> NDArray[np.uint8]:
        """The picture itself, for a client. ValueError if the data are none of this shape."""
        if self.encoding == RAW:
            return self.data
        try:
            if self.encoding == "zlib":
                plain = zlib.decompressobj().decompress(self.data.data, math.prod(self.shape) + 1)
                return np.frombuffer(plain, np.uint8).reshape(self.shape)
            stream = io.BytesIO(self.data.data)
            found = np.asarray(Image.open(stream, formats=[self.encoding.upper()]))
        except (OSError, SyntaxError, zlib.error) as error:
            raise ValueError(f"what is no picture ({error})") from None
        if found.shape != self.shape:
            raise ValueError(f"a picture of another shape, {found.shape}")
        return found


def encode_picture(pixels: NDArray[np.uint8], encoding: str) -> Picture:
    """(H, W, 3) or (H, W, 4) in one of :data:`ENCODINGS`. JPEG has no alpha: what has some becomes
    a PNG instead."""
    if encoding == RAW:
        return Picture(RAW, pixels.shape, pixels)
    if encoding == "jpeg" and pixels.shape[2] == 4:
        encoding = "png"
    if encoding == "zlib":
        data = zlib.compress(np.ascontiguousarray(pixels).data, ZLIB_LEVEL)
    elif encoding == "jpeg":
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY)
        data = stream.getvalue()
    else:
        data = png_bytes(pixels)
    return Picture(encoding, pixels.shape, np.frombuffer(data, np.uint8))
