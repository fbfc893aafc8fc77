"""The formats of delivered pictures, by the suffixes of their files."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from service.pictures.files import over_white


@dataclass(frozen=True)
class Format:
    """name: Pillow's; options: to save with; alpha: whether it can be transparent; largest: how
    many pixels a side can have."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    alpha: bool = True
    largest: int = 2**31 - 1


_TIFF = Format("TIFF", {"compression": "tiff_adobe_deflate"})
_JPEG = Format("JPEG", {"quality": 95, "subsampling": 0}, alpha=False, largest=65500)
FORMATS: dict[str, Format] = {
    ".png": Format("PNG", {"compress_level": 3}),  # thrice as fast, 6 % larger
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": Format("WEBP", {"lossless": True}, largest=16383),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
}


def loses_transparency(picture: NDArray[np.uint8], suffix: str) -> bool:
    """Whether something of a picture is transparent, which the format of a suffix of FORMATS
    cannot say."""
    can = FORMATS[suffix.lower()].alpha
    return not can and picture.shape[2:] == (4,) and bool((picture[..., 3] < 255).any())


def check_sides(shape: Sequence[int], suffix: str) -> None:
    """Raise InputError("bad-output") for a picture (H, W, ...) with more pixels on a side than the
    format of a suffix of FORMATS can say."""
    kind, (height, width) = FORMATS[suffix.lower()], shape[:2]
    if max(height, width) > kind.largest:
        raise InputError(
            "bad-output",
            "output",
            f"This picture has {width} × {height} pixels, and {kind.name} holds {kind.largest} "
            "a side.",
            "Choose a name that ends with .png or .tif.",
        )


def picture_writer(
    picture: NDArray[np.uint8],
    suffix: str = ".png",
    dpi: float | None = None,
    profile: bytes | None = None,
) -> Callable[[BinaryIO], None]:
    """What writes a picture, (H, W) or (H, W, 3 or 4) uint8, as the content of a file with a suffix
    of FORMATS; what is transparent lies over white where the format cannot say so. dpi: pixels per
    inch that it names; WebP has no place for them. profile: ICC, left out if None: it is sRGB.
    Raises InputError as :func:`check_sides`."""
    check_sides(picture.shape, suffix)
    kind = FORMATS[suffix.lower()]
    options = dict(kind.options) | ({} if dpi is None else {"dpi": (dpi, dpi)})
    options |= {} if profile is None else {"icc_profile": profile}

    def write(stream: BinaryIO) -> None:
        clear = picture.shape[2:] == (4,) and not kind.alpha
        shown = over_white(picture) if clear else np.ascontiguousarray(picture)
        Image.fromarray(shown).save(stream, kind.name, **options)

    return write


def picture_bytes(
    picture: NDArray[np.uint8],
    suffix: str = ".png",
    dpi: float | None = None,
    profile: bytes | None = None,
) -> bytes:
    """The same, all at once."""
    stream = io.BytesIO()
    picture_writer(picture, suffix, dpi, profile)(stream)
    return stream.getvalue()
