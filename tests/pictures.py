"""Picture files that no library writes for us: PNG of any depth, profiles of colour spaces."""

import struct
import zlib

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
ADOBE = [[0.6097, 0.2053, 0.1492], [0.3111, 0.6257, 0.0632], [0.0195, 0.0609, 0.7446]]
P3 = [[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]]
PROPHOTO = [[0.7977, 0.1352, 0.0313], [0.2880, 0.7119, 0.0001], [0.0, 0.0, 0.8249]]
SRGB = [[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]]


def png(values, depth, colour_type, key=()):
    """A PNG file's bytes. values: (H, W, channels) of so many bits; key: what is transparent."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = values.shape[:2]
    if depth == 16:
        lines = [row.astype(">u2").tobytes() for row in values]
    else:
        rows = [np.ravel(row)[:, None] >> np.arange(depth)[::-1] & 1 for row in values]
        lines = [np.packbits(row.ravel()).tobytes() for row in rows]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = [chunk(b"IHDR", header)]
    if key:
        chunks.append(chunk(b"tRNS", struct.pack(f">{len(key)}H", *key)))
    chunks.append(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + line for line in lines))))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def profile(space, matrix=None, gamma=2.2, curve=b""):
    """An ICC profile's bytes: of b"RGB " with its primaries' XYZ in columns, or of b"GRAY".
    curve: a tag's bytes, if a gamma does not say it."""

    def fixed(*values):
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = curve or b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed(*D50)}
    if matrix is None:
        tags[b"kTRC"] = curve
    else:
        for name, column in zip((b"r", b"g", b"b"), np.transpose(matrix), strict=True):
            tags[name + b"XYZ"] = b"XYZ " + bytes(4) + fixed(*column)
            tags[name + b"TRC"] = curve
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4sI4s4s4s", start + len(body), bytes(4), 0x02400000, b"mntr", space, b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + fixed(*D50) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body
