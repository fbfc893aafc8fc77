"""How pictures go over the wire: as they are, or encoded for a slow line."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from service.reporting.formats import picture_bytes
from service.serving.protocol.answers import HINT, check_picture, check_shape
from service.serving.protocol.fields import EncodingName
from service.serving.protocol.wire import WireError

RAW_BUFFER, DATA_BUFFER = "pixels", "data"  # of a message
RAW = "raw"
ENCODINGS: tuple[EncodingName, ...] = get_args(EncodingName)
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
    def of(
        cls, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray], longest: int = 0
    ) -> Picture | None:
        """The picture of a message, if there is one, with sides of at most ``longest`` pixels; 0:
        of any length. Raises WireError("bad-reply")."""
        if RAW_BUFFER in buffers:
            pixels = buffers[RAW_BUFFER]
            check_picture(pixels, RAW_BUFFER, longest)
            return cls(RAW, pixels.shape, pixels)
        if DATA_BUFFER not in buffers:
            return None
        encoding, data = header.get("encoding"), buffers[DATA_BUFFER]
        if encoding not in ENCODINGS or encoding == RAW or data.dtype != np.uint8 or data.ndim != 1:
            raise _bad_picture("a picture that it does not describe")
        return cls(encoding, check_shape(header.get("shape"), "shape", longest), data)

    def pixels(self) -> NDArray[np.uint8]:
        """The picture itself, for a client; no more is unpacked than its shape says. Raises
        WireError("bad-reply") if the data are none of this shape."""
        if self.encoding == RAW:
            return self.data
        try:
            found = _unpacked(self.encoding, self.data.data, self.shape)
        except Exception as error:  # decoders of strangers' bytes: anything may come
            raise _bad_picture(f"what is no picture ({type(error).__name__})") from None
        if found is None:
            raise _bad_picture("a picture of another shape than it says")
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
        data = picture_bytes(pixels)
    return Picture(encoding, pixels.shape, np.frombuffer(data, np.uint8))


def _unpacked(encoding: str, data: memoryview, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """The pixels, or None if they are of another shape. Raises anything."""
    height, width, channels = shape
    if encoding == "zlib":
        size = height * width * channels
        plain = zlib.decompressobj().decompress(data, size + 1)
        return np.frombuffer(plain, np.uint8).reshape(shape) if len(plain) == size else None
    read: type[PngImageFile | JpegImageFile] = PngImageFile if encoding == "png" else JpegImageFile
    with read(io.BytesIO(data)) as picture:  # no more than its header so far
        if picture.size != (width, height) or picture.mode != "RGBA"[:channels]:
            return None
        return np.asarray(picture)


def _bad_picture(what: str) -> WireError:
    return WireError("bad-reply", DATA_BUFFER, f"The service sent {what}.", HINT)
