"""Arrays of numbers of a glTF file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.gltf.document import Document
from service.mesh_files.gltf.errors import GltfError

_KINDS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
MAX_COUNT = 2**26  # elements of an array: three for each triangle that can be painted


def numbers(document: Document, index: int) -> NDArray[np.float64]:
    """An accessor's values (count, width) float64, normalised ones as 0..1 or -1..1. Raises
    GltfError."""
    accessor = document.entry("accessors", index)
    return scaled(_raw(document, index), bool(accessor.get("normalized")))


def integers(document: Document, index: int) -> NDArray[np.int64]:
    """An accessor's values (count, width) as whole numbers. Raises GltfError."""
    raw = _raw(document, index)
    if raw.dtype.kind == "f":
        raise GltfError(f"accessors[{index}] holds no whole numbers")
    return raw.astype(np.int64)


def scaled(raw: NDArray[Any], normalised: bool) -> NDArray[np.float64]:
    """Values as float64; ``normalised``: whole numbers stand for 0..1 or -1..1."""
    values = raw.astype(np.float64)
    if normalised and raw.dtype.kind in "iu":
        values = np.maximum(values / np.iinfo(raw.dtype).max, -1.0)
    return values


def has_data(document: Document, index: int) -> bool:
    """Whether an accessor's values are in the file; those of compressed meshes are not."""
    accessor = document.entry("accessors", index)
    return "bufferView" in accessor or "sparse" in accessor


def _raw(document: Document, index: int) -> NDArray[Any]:
    """(count, width) in the file's own type, sparse values put in."""
    accessor = document.entry("accessors", index)
    kind, count = accessor["componentType"], accessor["count"]
    width = _WIDTHS.get(accessor["type"])
    if kind not in _KINDS or width is None or not 0 <= count <= MAX_COUNT:
        raise GltfError(f"accessors[{index}] is of no known kind")
    if "bufferView" in accessor:
        found = _laid_out(document, accessor, _KINDS[kind], count, width)
    else:
        found = np.zeros((count, width), _KINDS[kind])
    if "sparse" not in accessor:
        return found
    sparse = accessor["sparse"]
    places = sparse["indices"]
    if places["componentType"] not in _KINDS:
        raise GltfError(f"accessors[{index}] is of no known kind")
    rows = _laid_out(document, places, _KINDS[places["componentType"]], sparse["count"], 1)[:, 0]
    if len(rows) and not 0 <= rows.min() <= rows.max() < count:
        raise GltfError(f"accessors[{index}] has sparse values beyond its end")
    found = found.copy()
    found[rows] = _laid_out(document, sparse["values"], _KINDS[kind], sparse["count"], width)
    return found


def _laid_out(
    document: Document, where: dict[str, Any], kind: str, count: int, width: int
) -> NDArray[Any]:
    """(count, width) numbers where an accessor, or a part of a sparse one, says."""
    number = where["bufferView"]
    data, start = document.view(number), where.get("byteOffset", 0)
    dtype = np.dtype(kind)
    size = width * dtype.itemsize
    step = document.entry("bufferViews", number).get("byteStride", size)
    if count < 0 or start < 0 or step < 1 or start + step * (count - 1) + size > len(data):
        raise GltfError(f"an accessor reaches beyond bufferViews[{number}]")
    return np.ndarray((count, width), dtype, data, start, (step, dtype.itemsize))
