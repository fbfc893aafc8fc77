"""PNG files (ISO/IEC 15948) of 8 and 16 bits a channel, written some rows at a time. Pillow writes
colours of 8 bits alone, and holds a copy of all of them, with four bytes a pixel.

Strips of rows are filtered and compressed side by side. Together they are one zlib stream (RFC
1950): each ends at a byte (a sync flush), and none refers to one before it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from geometry.symmetry.colour_frame import Pixels

Bytes = NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # by the number of channels: grey, RGB, RGBA
_METRE = 1 / 0.0254  # inches
_STRIP = 1 << 18  # bytes: what is worked on stays in a processor's cache
_LEVEL = 3  # of zlib
_ADLER = 65521  # the modulus of Adler-32
_ZLIB_HEAD = b"\x78\x01"
_ZLIB_END = b"\x03\x00"  # an empty last block


def write_png(
    stream: BinaryIO, picture: Pixels, dpi: float | None = None, profile: bytes | None = None
) -> None:
    """Write a picture, (H, W) or (H, W, 3 or 4), uint8 or uint16. dpi: pixels per inch that the
    file names; profile: ICC."""
    height, width = picture.shape[:2]
    channels = picture.shape[2] if picture.ndim == 3 else 1
    depth = 8 * picture.itemsize
    head = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPES[channels], 0, 0, 0)
    stream.write(_SIGNATURE + _chunk(b"IHDR", head))
    if profile is not None:
        stream.write(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(profile)))
    if dpi is not None:
        pixels = round(dpi * _METRE)
        stream.write(_chunk(b"pHYs", struct.pack(">IIB", pixels, pixels, 1)))
    for part in _compressed(picture):
        stream.write(_chunk(b"IDAT", part))
    stream.write(_chunk(b"IEND", b""))


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(name))
    return b"".join((struct.pack(">I", len(data)), name, data, struct.pack(">I", check)))


def _compressed(picture: Pixels) -> Iterator[bytes]:
    """The parts of the zlib stream of all rows."""
    height, row = len(picture), picture[0].nbytes
    tall = max(1, _STRIP // row)

    def strip(top: int) -> tuple[bytes, int, int]:
        """Compressed; and of what was compressed its checksum and length."""
        rows = _bytes(picture[top : top + tall])
        above = _bytes(picture[top - 1 : top])[0] if top else np.zeros(row, np.uint8)
        data = _filtered(rows, above, row // picture.shape[1]).data
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
        packed = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
        return packed, zlib.adler32(data), data.nbytes

    yield _ZLIB_HEAD
    low, high = 1, 0  # the two sums of Adler-32
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # zlib and NumPy let go of the lock
        for packed, check, length in pool.map(strip, range(0, height, tall)):
            yield packed
            high = (high + (check >> 16) + length * (low - 1)) % _ADLER
            low = (low + (check & 0xFFFF) - 1) % _ADLER
    yield _ZLIB_END + struct.pack(">HH", high, low)


def _bytes(rows: Pixels) -> Bytes:
    """Rows as the file has them, (n, bytes): numbers of two bytes begin with the higher one."""
    ordered = np.ascontiguousarray(rows, rows.dtype.newbyteorder(">"))
    return ordered.view(np.uint8).reshape(len(rows), -1)


def _filtered(rows: Bytes, above: Bytes, pixel: int) -> Bytes:
    """What is left of rows (n, bytes) when a guess is taken away, each behind the number of its
    filter (§ 9.2): that which leaves the least sum of sizes (§ 12.7). ``above``: the row before;
    ``pixel``: bytes of one."""
    up = np.vstack([above[None], rows[:-1]])
    left, corner = (np.pad(x, ((0, 0), (pixel, 0)))[:, :-pixel] for x in (rows, up))
    mean = (left >> 1) + (up >> 1) + (left & up & 1)
    guesses = (np.zeros_like(rows), left, up, mean, _paeth(left, up, corner))
    found = np.zeros((len(rows), 1 + rows.shape[1]), np.uint8)
    least = np.full(len(rows), np.iinfo(np.int64).max)
    for number, guess in enumerate(guesses):
        rest = rows - guess
        sizes = np.minimum(rest, -rest).sum(axis=1, dtype=np.int64)
        better = sizes < least
        least[better] = sizes[better]
        found[better, 0] = number
        found[better, 1:] = rest[better]
    return found


def _paeth(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:
    """Of three neighbours the nearest to left + up - corner, in this order."""
    a, b, c = (x.astype(np.int16) for x in (left, up, corner))
    to_left, to_up, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    beside = np.where(to_up <= to_corner, up, corner)
    return np.where((to_left <= to_up) & (to_left <= to_corner), left, beside)
