"""What a JPEG's header says of its size, before anything decodes it: a file of some kilobytes can
ask for gigabytes. No bpy in here."""

from __future__ import annotations

_BEGINS = b"\xff\xd8"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what decoders take
_BARE = frozenset({0x01, *range(0xD0, 0xDA)})  # markers without a length


def size_of(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG with three channels of 8 bits; None for anything else."""
    if not data.startswith(_BEGINS):
        return None
    place = len(_BEGINS)
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
