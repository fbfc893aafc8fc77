"""Colour profiles of picture files, which Blender reads past: their colours as sRGB. No bpy.

Of profiles those are known that cameras, phones and screens use: three primaries and a curve for
each (Adobe RGB, Display P3, ProPhoto). All others, and broken ones, are passed over.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from .pictures import encode_srgb

MOST_BYTES = 1 << 22  # of a profile, unpacked
SAME = 1 / 255  # a profile that changes less is sRGB's own: the picture keeps its bits
PRIMARIES = np.array(  # of sRGB, XYZ in columns, adapted to the white of profiles
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
STEPS = 4096  # of the curves, between which is interpolated


def as_srgb(colours: np.ndarray, file: bytes) -> np.ndarray:
    """The colours 0..1 (..., 3) of a picture file, whose bytes are given, as sRGB."""
    try:
        curves, primaries = _parsed(_embedded(file))
    except (ValueError, LookupError, ArithmeticError, struct.error, zlib.error):
        return colours
    matrix = np.linalg.inv(PRIMARIES) @ primaries

    def convert(values: np.ndarray) -> np.ndarray:
        levels = np.linspace(0, 1, STEPS)
        light = np.stack([np.interp(values[..., k], levels, curves[k]) for k in range(3)], -1)
        return encode_srgb(light @ matrix.T)

    steps = np.linspace(0, 1, 9)
    grid = np.stack(np.meshgrid(steps, steps, steps), -1)
    if np.abs(convert(grid) - grid).max() <= SAME:
        return colours
    return convert(colours).astype(colours.dtype)


def _embedded(file: bytes) -> bytes:
    """The profile in a PNG, JPEG or WebP file. Raises ValueError if there is none."""
    if file.startswith(b"\x89PNG"):
        at = file.index(b"iCCP", 0, file.index(b"IDAT"))
        (length,) = struct.unpack_from(">I", file, at - 4)
        packed = file[at + 4 : at + 4 + length]
        return zlib.decompressobj().decompress(packed[packed.index(b"\0") + 2 :], MOST_BYTES)
    if file.startswith(b"\xff\xd8"):
        parts, at = {}, 2
        while file[at] == 0xFF and file[at + 1] != 0xDA:  # up to the picture itself
            (length,) = struct.unpack_from(">H", file, at + 2)
            segment = file[at + 4 : at + 2 + length]
            if file[at + 1] == 0xE2 and segment.startswith(b"ICC_PROFILE\0"):
                parts[segment[12]] = segment[14:]
            at += 2 + length
        return b"".join(parts[number] for number in sorted(parts))
    if file.startswith(b"RIFF") and file[8:12] == b"WEBP":
        at = file.index(b"ICCP", 12, 64)  # the first chunk after the header's
        (length,) = struct.unpack_from("<I", file, at + 4)
        return file[at + 8 : at + 8 + length]
    raise ValueError("no profile is looked for in such files")


def _parsed(profile: bytes) -> tuple[list[np.ndarray], np.ndarray]:
    """The curves (3 × STEPS,), from values to light, and the primaries (3, 3), XYZ in columns."""
    if profile[16:20] != b"RGB ":
        raise ValueError("no profile of red, green and blue")
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * k) for k in range(min(count, 256)))
    tags = {name: profile[start : start + size] for name, start, size in entries}
    columns = [struct.unpack_from(">3i", tags[c + b"XYZ"], 8) for c in (b"r", b"g", b"b")]
    curves = [_curve(tags[c + b"TRC"]) for c in (b"r", b"g", b"b")]
    return curves, np.array(columns).T / 65536


def _curve(tag: bytes) -> np.ndarray:
    """A curve at STEPS values from 0 to 1."""
    x = np.linspace(0, 1, STEPS)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        table = np.frombuffer(tag, ">u2", count, 12)
        if count > 1:
            return np.interp(x, np.linspace(0, 1, count), table / 65535)
        return x ** (table[0] / 256) if count else x
    if tag[:4] != b"para":
        raise ValueError("no curve that is known")
    (kind,) = struct.unpack_from(">H", tag, 8)
    numbers = struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)
    g, a, b, c, d, e, f = [n / 65536 for n in numbers] + [0.0] * (7 - len(numbers))
    if kind == 0:
        return x**g
    if kind < 3:  # constant below where the power begins
        c, d, e, f = 0.0, -b / a, c, c
    return np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
