"""Binary PLY files whose faces have different numbers of corners, as Blender writes them, put into
the form that trimesh reads: triangles alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIZES = {
    **dict.fromkeys(("char", "uchar", "int8", "uint8"), 1),
    **dict.fromkeys(("short", "ushort", "int16", "uint16"), 2),
    **dict.fromkeys(("int", "uint", "int32", "uint32", "float", "float32"), 4),
    **dict.fromkeys(("double", "float64"), 8),
}
_ORDERS = {"binary_little_endian": "little", "binary_big_endian": "big"}
_INDICES = ("vertex_indices", "vertex_index")


def readable_ply(data: bytes) -> bytes:
    """A PLY file with its larger faces cut into triangles, fans about their first corners, if it
    is binary and its faces differ in their number of corners; any other as it is, also one whose
    faces have more than corners. Raises ValueError if it ends too early."""
    end = data.find(b"\nend_header") + 1
    start = data.find(b"\n", end) + 1
    lines = data[:end].decode("ascii", "replace").splitlines()
    words = [[*line.split(), "", ""] for line in lines]
    order = next((_ORDERS.get(word[1]) for word in words if word[0] == "format"), None)
    face = next((k for k, word in enumerate(words) if word[:2] == ["element", "face"]), None)
    if not end or order is None or face is None:
        return data
    first = _first_face(words[:face], start)
    after = [*(word[0] for word in words[face + 1 :]), "element"]
    own = [face + 1 + k for k in range(after.index("element")) if after[k] == "property"]
    kind = words[own[0]] if len(own) == 1 else [""] * 5
    if first is None or kind[1] != "list" or kind[4] not in _INDICES:
        return data
    size, index = _SIZES[kind[2]], _SIZES[kind[3]]
    at, corners = _walked(data, first, int(words[face][2]), size, index, order)
    if len(np.unique(corners)) < 2:
        return data
    triangles = _fans(data, at, corners, index)
    lines[face] = f"element face {len(triangles)}"
    lines[own[0]] = f"property list uchar {kind[3]} vertex_indices"
    packed = np.concatenate([np.full((len(triangles), 1), 3, np.uint8), triangles], axis=1)
    rest = data[int(at[-1] + corners[-1] * index) :]
    head = "".join(f"{line}\n" for line in lines).encode()
    return b"".join((head, data[end:first], packed.tobytes(), rest))


def _first_face(words: list[list[str]], start: int) -> int | None:
    """Where the faces begin, behind the elements before them; None if that cannot be told."""
    count = 0
    for word in words:
        if word[0] == "element":
            count = int(word[2])
        elif word[0] == "property":
            if word[1] not in _SIZES:
                return None
            start += count * _SIZES[word[1]]
    return start


def _walked(
    data: bytes, first: int, count: int, size: int, index: int, order: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(count,) where the indices of each face begin, and how many it has. Only a face itself says
    where the next one is."""
    at, corners, place = np.empty(count, np.int64), np.empty(count, np.int64), first
    for k in range(count):
        many = int.from_bytes(data[place : place + size], order)  # type: ignore[arg-type]
        at[k], corners[k] = place + size, many
        place += size + many * index
    if place > len(data):
        raise ValueError("ends too early")
    return at, corners


def _fans(
    data: bytes, at: NDArray[np.int64], corners: NDArray[np.int64], index: int
) -> NDArray[np.uint8]:
    """(triangles, 3 · index) uint8: the indices of all triangles, as they are in the file."""
    parts = np.maximum(corners - 2, 0)
    base = np.repeat(at, parts)
    number = np.arange(len(base)) - np.repeat(np.cumsum(parts) - parts, parts)
    ends = base[:, None] + index * np.stack([0 * number, number + 1, number + 2], axis=1)
    raw = np.frombuffer(data, np.uint8)
    return raw[ends[..., None] + np.arange(index)].reshape(-1, 3 * index)
