"""How much memory and how much of the disk large paint takes. No torch in here."""

from __future__ import annotations

import math

BLOCK = 256  # texels a side of a block, which is read, moved and written at a time
IN_MEMORY = 1 << 28  # bytes of a sheet, beyond which it lies in a file
_KINDS = (4, 4, 2, 2)  # bytes of a number of the canvas, of its mean, and of Adam's two moments


def blocks_of(size: tuple[int, int]) -> tuple[int, int]:
    """How many blocks a sheet of ``size`` (h, w) has (down, across)."""
    return -(-size[0] // BLOCK), -(-size[1] // BLOCK)


def sheet_bytes(size: tuple[int, int], each: int) -> int:
    """What a sheet takes whose numbers have so many bytes."""
    return math.prod(blocks_of(size)) * 3 * BLOCK**2 * each


def lies_in_memory(size: tuple[int, int], each: int) -> bool:
    """Whether a sheet is in memory, and not in a file."""
    return sheet_bytes(size, each) <= IN_MEMORY


def paint_bytes(size: tuple[int, int]) -> tuple[int, int]:
    """What all that is kept of a canvas of ``size`` (h, w) takes: in memory, and on the disk."""
    memory = disk = 0
    while min(size) > BLOCK:
        for each in _KINDS:
            if lies_in_memory(size, each):
                memory += sheet_bytes(size, each)
            else:
                disk += sheet_bytes(size, each)
        size = size[0] // 2, size[1] // 2
    return memory, disk
