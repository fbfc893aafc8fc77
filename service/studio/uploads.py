"""Pictures that were dropped on the page: read, checked and kept while the studio runs."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError, excerpt
from service.inputs.styles import MAX_PIXELS, checked_form
from service.pictures.files import over_white, read_picture

MAX_BYTES = 64 << 20  # of a file
MAX_KEPT = 512 << 20  # bytes of pixels of all pictures; then the oldest go
PREFIX = "buffer:"  # of a source that is a buffer of the wire
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")
_NAME = 40  # characters of a file's name that are kept


class Uploads:
    """Style pictures by the names that recipes have of them, 'buffer:HASH-NAME'. For any thread."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._kept: dict[str, NDArray[np.uint8]] = {}  # name of a buffer -> (H, W, 3)
        self._lock = threading.Lock()

    def add(self, data: bytes, name: str) -> str:
        """Keep a picture file; its source in a recipe. Raises InputError("bad-image")."""
        pixels = checked_form(_read(data, name), name or "The picture", "styles")
        digest = hashlib.sha256(str(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        buffer = f"{digest[:12]}-{_plain(name)}"
        with self._lock:
            self._kept.pop(buffer, None)
            self._kept[buffer] = pixels
            while sum(kept.nbytes for kept in self._kept.values()) > max(self._most, pixels.nbytes):
                del self._kept[next(iter(self._kept))]
        return PREFIX + buffer

    def buffers(
        self, sources: Sequence[str], field: str = "styles"
    ) -> Mapping[str, NDArray[np.uint8]]:
        """The buffers of a job whose pictures have these sources. Raises
        InputError("unknown-style") for one that is not here any more."""
        with self._lock:
            names = [s.removeprefix(PREFIX) for s in sources if s.startswith(PREFIX)]
            for name in names:
                if name not in self._kept:
                    raise InputError(
                        "unknown-style",
                        field,
                        f"The picture {excerpt(file_name(name))} is not here any more.",
                        "Drop it on the page again.",
                    )
            return {name: self._kept[name] for name in names}


def file_name(source: str) -> str:
    """What the file of a source was called, more or less; other sources as they are."""
    return re.sub(r"^(buffer:)?[0-9a-f]{12}-", "", source)


def _read(data: bytes, name: str) -> NDArray[np.uint8]:
    # Not all that Pillow knows: some of its readers start other programs.
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Exception:  # Pillow raises whatever a broken file makes it raise
        raise InputError(
            "bad-image",
            "styles",
            f"{excerpt(name or 'The file')} is not a picture that can be read.",
            "Use a PNG, JPEG, TIFF or WebP.",
        ) from None
    with image:
        return over_white(read_picture(image, "styles", name, limit=MAX_PIXELS))


def _plain(name: str) -> str:
    """A file's name as a part of a buffer's."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)[-_NAME:] or "picture"
