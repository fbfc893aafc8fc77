"""Arrays as the content of a file: safetensors, part by part. No torch in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.whole_files import Part

# As safetensors and NumPy name them.
DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "U8": "|u1", "U16": "<u2", "I64": "<i8"}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def tensor_parts(
    tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str] | None = None
) -> list[Part]:
    """A file's content one after the other, arrays as they are where they are contiguous: of a
    large painting all at once are gigabytes. Those of the widest numbers should come first."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    start = 0
    for name, array in arrays.items():
        end = start + array.nbytes
        kind = _NAMES[array.dtype.newbyteorder("<").str]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # arrays begin at multiples of 8
    return [
        len(text).to_bytes(8, "little"),
        text,
        *(array.data.cast("B") for array in arrays.values()),
    ]
