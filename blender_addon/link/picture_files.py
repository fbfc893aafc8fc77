"""Files of pictures, as far as the worker thread has to do with them: PNGs are written, of JPEGs
the size is read. No bpy in here.

``image.pack()`` encodes in Blender's main thread: 0.14 s at 1024², over 2 s at 4096². Packing
bytes that are a PNG already takes less than a millisecond. Where the main thread cannot wait for
another, it writes one without compression.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

_JPEG = b"\xff\xd8"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what decoders take
_BARE = frozenset({0x01, *range(0xD0, 0xDA)})  # markers without a length

SMALL, QUICK = 4, 0  # how hard to compress: QUICK not at all


def encode_png(picture: np.ndarray, effort: int = SMALL) -> bytes:
    """The PNG of a |u1 (H, W, 3), top row first; lossless, 8 bits a channel, without alpha."""
    height, width, _ = picture.shape
    rows = np.empty((height, 1 + width * 3), np.uint8)
    rows[:, 0] = 2  # every row is stored as its difference from the row above (filter "up")
    rows[0, 1:] = picture[0].reshape(-1)
    flat = picture.reshape(height, -1)
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])  # modulo 256, as PNG wants
    size = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", size)
        + _chunk(b"IDAT", zlib.compress(rows.data, effort))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(name))
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG with three channels of 8 bits; None for anything else. Before
    anything decodes it: a file of some kilobytes can ask for gigabytes."""
    if not data.startswith(_JPEG):
        return None
    place = len(_JPEG)
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            frame = data[place + 4 : place + 10]
            if len(frame) < 6 or frame[0] != 8 or frame[5] != 3:
                return None
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        if marker in _BARE or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xCC)) or length < 2:
            return None  # a scan without a frame, or a kind that nobody writes
        place += 2 + length
    return None
