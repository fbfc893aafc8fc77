"""Sheets in memory and in files."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest
import torch

from geometry.errors import InputError
from service.blocks import sizes
from service.blocks.boxes import Box, Held, whole
from service.blocks.sheets import Sheet
from service.blocks.sizes import BLOCK
from service.cache_folder import SCRATCH

SIZE = (2 * BLOCK + 40, BLOCK + 7)


@pytest.fixture(params=["memory", "file"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    kind = str(request.param)
    monkeypatch.setattr(sizes, "IN_MEMORY", 1 << 40 if kind == "memory" else 0)
    return kind


def _numbers() -> torch.Tensor:
    return torch.randn(3, *SIZE, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_holds_what_is_put_into_it(kept: str, dtype: torch.dtype) -> None:
    level, empty = Held(_numbers().to(dtype)), Sheet(SIZE, dtype)
    assert not whole(empty).any()
    sheet = Sheet.of(level, dtype)
    assert torch.equal(whole(sheet), level.values)
    box = Box(SIZE[0] - 30, -50, 300, 700)  # behind both borders, and more than once around
    assert torch.equal(sheet.piece(box), level.piece(box))
    block = sheet.block(2, 1)
    assert block.shape == (3, 40, 7)
    block += 1
    sheet.put(2, 1, block)
    wanted = level.values.clone()
    wanted[:, 2 * BLOCK :, BLOCK:] += 1
    assert torch.equal(whole(sheet), wanted)
    again = Sheet.restored(SIZE, dtype, sheet.array())
    assert torch.equal(whole(again), wanted)
    assert sheet.array().nbytes == sizes.sheet_bytes(SIZE, dtype.itemsize)


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(sizes, "IN_MEMORY", 0)
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(InputError, match="No space left") as caught:
        Sheet(SIZE)
    assert caught.value.code == "no-temporary-folder"


def test_it_leaves_no_file_behind(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(sizes, "IN_MEMORY", 0)
    monkeypatch.setenv("ORBITEX_CACHE", str(tmp_path))
    sheet = Sheet.of(Held(_numbers()))
    assert not list((tmp_path / SCRATCH).iterdir())
    array = sheet.array()
    del sheet
    assert np.isfinite(array).all()  # as long as somebody reads it
