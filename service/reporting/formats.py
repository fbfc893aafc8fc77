"""The formats of delivered pictures, by the suffixes of their files."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from geometry.errors import InputError
from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import Pixels
from service.pictures.depth import in_eight_bits
from service.pictures.files import over_white
from service.pictures.png import write_png

_TIFF_ROWS = 64  # of a strip

# Writes a picture into a file, with its pixels per inch and its ICC profile, if it has them.
Writer = Callable[[BinaryIO, Pixels, float | None, bytes | None], None]


@dataclass(frozen=True)
class Format:
    """bits: the most that a channel can have; alpha: whether it can be transparent; largest: how
    many pixels a side can have."""

    name: str
    write: Writer
    bits: int = 8
    alpha: bool = True
    largest: int = 2**31 - 1


def _by_pillow(name: str, **options: Any) -> Writer:
    def write(stream: BinaryIO, picture: Pixels, dpi: float | None, profile: bytes | None) -> None:
        named: dict[str, Any] = {} if dpi is None else {"dpi": (dpi, dpi)}
        named |= {} if profile is None else {"icc_profile": profile}
        shown = np.ascontiguousarray(picture)
        Image.fromarray(shown).save(stream, name, **options, **named)

    return write


def _write_tiff(
    stream: BinaryIO, picture: Pixels, dpi: float | None, profile: bytes | None
) -> None:
    import tifffile  # a tenth of a second

    tifffile.imwrite(
        tifffile.FileHandle(stream, name="picture"),  # the stream's own may be a number
        picture,
        photometric="minisblack" if picture.ndim == 2 else "rgb",
        extrasamples=["unassalpha"] if picture.shape[2:] == (4,) else None,
        compression="adobe_deflate",
        predictor=True,
        rowsperstrip=_TIFF_ROWS,
        resolution=None if dpi is None else (dpi, dpi),
        resolutionunit=None if dpi is None else "INCH",
        iccprofile=profile,
        metadata=None,
        software=False,
    )


_TIFF = Format("TIFF", _write_tiff, bits=16)
_JPEG = Format("JPEG", _by_pillow("JPEG", quality=95, subsampling=0), alpha=False, largest=65500)
FORMATS: dict[str, Format] = {
    ".png": Format("PNG", write_png, bits=16),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": Format("WEBP", _by_pillow("WEBP", lossless=True), largest=16383),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
}


def loses_transparency(picture: Pixels, suffix: str) -> bool:
    """Whether something of a picture is transparent, which the format of a suffix of FORMATS
    cannot say."""
    if FORMATS[suffix.lower()].alpha or picture.shape[2:] != (4,):
        return False
    return bool((picture[..., 3] < white(picture.dtype)).any())


def check_holds(shape: Sequence[int], bits: int, suffix: str) -> None:
    """Raise InputError("bad-output") for a picture (H, W, ...) with more pixels on a side, or more
    bits in a channel, than the format of a suffix of FORMATS can hold."""
    kind, (height, width) = FORMATS[suffix.lower()], shape[:2]
    if max(height, width) > kind.largest:
        what, most = f"has {width} × {height} pixels", f"{kind.largest} a side"
    elif bits > kind.bits:
        what, most = f"has {bits} bits a channel", f"{kind.bits}"
    else:
        return
    raise InputError(
        "bad-output",
        "output",
        f"This picture {what}, and {kind.name} holds {most}.",
        "Choose a name that ends with .png or .tif.",
    )


def picture_writer(
    picture: Pixels, suffix: str = ".png", dpi: float | None = None, profile: bytes | None = None
) -> Callable[[BinaryIO], None]:
    """What writes a picture, (H, W) or (H, W, 3 or 4), as the content of a file with a suffix of
    FORMATS; what is transparent lies over white where the format cannot say so. dpi: pixels per
    inch that it names; WebP has no place for them. profile: ICC, left out if None: it is sRGB.
    Raises InputError as :func:`check_holds`."""
    check_holds(picture.shape, 8 * picture.itemsize, suffix)
    kind = FORMATS[suffix.lower()]

    def write(stream: BinaryIO) -> None:
        clear = picture.shape[2:] == (4,) and not kind.alpha
        shown = over_white(in_eight_bits(picture)) if clear else picture
        kind.write(stream, shown, dpi, profile)

    return write


def picture_bytes(
    picture: Pixels, suffix: str = ".png", dpi: float | None = None, profile: bytes | None = None
) -> bytes:
    """The same, all at once."""
    stream = io.BytesIO()
    picture_writer(picture, suffix, dpi, profile)(stream)
    return stream.getvalue()
