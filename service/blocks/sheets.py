"""Sheets: numbers on a torus that may be too many for memory.

They are kept in blocks, so that a window of them is a few long reads. Small sheets are in memory;
large ones in files without a name, which are gone when the program is, however it ends. Files are
read and written, not mapped: what is in memory is then no more than what is looked at, on every
system, and a full disk is an error instead of a crash.
"""

from __future__ import annotations

import errno
import math
import os
import tempfile
import weakref
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from geometry.errors import InputError
from service.blocks.boxes import Box, Level, boxes, parts
from service.blocks.sizes import BLOCK, blocks_of, lies_in_memory
from service.cache_folder import SCRATCH, cache_folder
from service.whole_files import reason

_BITS = {torch.float32: np.float32, torch.bfloat16: np.uint16}  # NumPy has no bfloat16


class Sheet:
    """A :class:`Level` of numbers (3, h, w) that can be changed block by block; of zeros at first.
    blocks: how many there are (down, across). Raises InputError("no-temporary-folder") where there
    is no room on the disk."""

    def __init__(self, size: tuple[int, int], dtype: torch.dtype = torch.float32) -> None:
        self._size, self.dtype = size, dtype
        self.blocks = blocks_of(size)
        shape = self.shape_of(size)
        store = _Memory if lies_in_memory(size, dtype.itemsize) else _File
        self._store: _Store = store(shape, dtype)

    @staticmethod
    def shape_of(size: tuple[int, int]) -> tuple[int, ...]:
        """Of the :meth:`array` of a sheet of ``size`` (h, w)."""
        return *blocks_of(size), 3, BLOCK, BLOCK

    @classmethod
    def of(cls, level: Level, dtype: torch.dtype = torch.float32) -> Sheet:
        """A copy of a level."""
        sheet = cls(level.size, dtype)
        for box in boxes(level.size, BLOCK):
            sheet.put(box.top // BLOCK, box.left // BLOCK, level.piece(box))
        return sheet

    @classmethod
    def restored(cls, size: tuple[int, int], dtype: torch.dtype, array: NDArray[Any]) -> Sheet:
        """With the numbers of :meth:`array`, which may lie in a file themselves."""
        sheet = cls(size, dtype)
        for i, j in np.ndindex(*sheet.blocks):
            sheet._store.write(i, j, torch.from_numpy(array[i, j].copy()).view(dtype))
        return sheet

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self._size

    def block(self, i: int, j: int) -> Tensor:
        """(3, h, w) of a block. Whoever changes it has to put it back."""
        height, width = self._sides(i, j)
        return self._store.read(i, j)[:, :height, :width]

    def put(self, i: int, j: int, values: Tensor) -> None:
        """Write a block (3, h, w)."""
        height, width = self._sides(i, j)
        whole = F.pad(values, (0, BLOCK - width, 0, BLOCK - height))
        self._store.write(i, j, whole.to(self.dtype))

    def piece(self, box: Box) -> Tensor:
        """See Level; a copy."""
        found = torch.empty(3, box.height, box.width, dtype=self.dtype)
        across = parts(box.left, box.width, self._size[1], BLOCK)
        for top, rows in parts(box.top, box.height, self._size[0], BLOCK):
            for left, columns in across:
                here = found[:, rows, columns]
                y, x = top % BLOCK, left % BLOCK
                block = self._store.read(top // BLOCK, left // BLOCK)
                here.copy_(block[:, y : y + here.shape[1], x : x + here.shape[2]])
        return found

    def array(self) -> NDArray[Any]:
        """Its blocks (down, across, 3, BLOCK, BLOCK), bfloat16 as its bits, to be read before it is
        changed: nothing is copied, and what lies in a file stays there."""
        return self._store.array()

    def _sides(self, i: int, j: int) -> tuple[int, int]:
        height, width = self._size
        return min(BLOCK, height - BLOCK * i), min(BLOCK, width - BLOCK * j)


class _Store(Protocol):
    """Where the blocks of a sheet are."""

    def read(self, i: int, j: int) -> Tensor: ...

    def write(self, i: int, j: int, block: Tensor) -> None: ...

    def array(self) -> NDArray[Any]: ...


class _Memory:
    def __init__(self, shape: tuple[int, ...], dtype: torch.dtype) -> None:
        self._values = torch.zeros(shape, dtype=dtype)

    def read(self, i: int, j: int) -> Tensor:
        return self._values[i, j]

    def write(self, i: int, j: int, block: Tensor) -> None:
        self._values[i, j] = block

    def array(self) -> NDArray[Any]:
        values = self._values
        return (values.view(torch.uint16) if values.dtype == torch.bfloat16 else values).numpy()


class _File:
    def __init__(self, shape: tuple[int, ...], dtype: torch.dtype) -> None:
        self._shape, self._dtype = shape, dtype
        self._each = math.prod(shape[2:]) * dtype.itemsize
        total = self._each * math.prod(shape[:2])
        folder = cache_folder(SCRATCH)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
            weakref.finalize(self, self._stream.close)
            self._stream.truncate(total)
            _reserve(self._stream.fileno(), total)
        except OSError as error:
            raise InputError(
                "no-temporary-folder",
                "temporary files",
                f"Paint of {total / 2**30:.1f} GiB cannot be laid out in {folder}: "
                f"{reason(error)}.",
                "Make room there, or name another folder: ORBITEX_CACHE=/another/folder.",
            ) from None

    def read(self, i: int, j: int) -> Tensor:
        block = torch.empty(self._shape[2:], dtype=self._dtype)
        self._stream.seek(self._at(i, j))
        self._stream.readinto(_bytes(block))
        return block

    def write(self, i: int, j: int, block: Tensor) -> None:
        self._stream.seek(self._at(i, j))
        self._stream.write(_bytes(block))

    def array(self) -> NDArray[Any]:
        self._stream.flush()
        return np.memmap(self._stream, _BITS[self._dtype], "r", shape=self._shape)

    def _at(self, i: int, j: int) -> int:
        return (i * self._shape[1] + j) * self._each


def _reserve(file: int, total: int) -> None:
    """So that a full disk is noticed now, not on the way; where the system can."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, 0, total)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise


def _bytes(block: Tensor) -> memoryview:
    return block.contiguous().view(torch.uint8).numpy().data.cast("B")
