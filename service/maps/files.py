"""Maps as the contents of files: 8 bits, 16 bits, floating point."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour_frame import rounded
from service.reporting.formats import picture_bytes

_BITS = {"png": (8, 16), "exr": (16, 32), "webp": (8,), "jpg": (8,)}


@dataclass(frozen=True)
class MapFormat:
    """suffix: "png", "exr", "webp" or "jpg"; bits: per channel, of EXR floating point."""

    suffix: str
    bits: int

    @classmethod
    def of(cls, suffix: str, bits: int | None) -> MapFormat:
        """The format of a suffix; bits: None for the fewest. Raises InputError("bad-value") for a
        format that is not written, or cannot hold so many bits."""
        suffix = suffix.lower().lstrip(".").replace("jpeg", "jpg")
        if suffix not in _BITS:
            raise InputError(
                "bad-value",
                "format",
                f"Maps are not written as '{suffix[:20]}'.",
                f"Choose one of {', '.join(_BITS)}.",
            )
        can = _BITS[suffix]
        if bits is not None and bits not in can:
            others = [name for name, these in _BITS.items() if bits in these]
            raise InputError(
                "bad-value",
                "bits",
                f"{suffix.upper()} holds {' or '.join(map(str, can))} bits per channel, "
                f"not {bits}.",
                f"Choose --bits {can[0]}"
                + (f", or --format {' or '.join(others)}." if others else "."),
            )
        return cls(suffix, bits or can[0])


def map_bytes(values: Array, kind: MapFormat) -> bytes:
    """Values (H, W) or (H, W, 3), 0..1, as the content of a file."""
    if kind.suffix == "exr":
        return exr_bytes(values, kind.bits)
    return picture_bytes(rounded(values, f"u{kind.bits // 8}"), f".{kind.suffix}")


def exr_bytes(values: Array, bits: int = 16) -> bytes:
    """Values (H, W) or (H, W, 3) of any size as an OpenEXR file, half or single precision."""
    import OpenEXR  # takes a while

    data = np.ascontiguousarray(values, np.float16 if bits == 16 else np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    stream = io.BytesIO()
    with OpenEXR.File(header, {"Y" if data.ndim == 2 else "RGB": data}) as file:
        file.write(stream)
    return stream.getvalue()
