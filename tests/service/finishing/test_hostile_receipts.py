"""Receipts and paint that somebody else wrote: refused in one line, never a traceback."""

from __future__ import annotations

import json

import numpy as np
import pytest
import safetensors.numpy

from geometry.errors import InputError
from service.cli.larger.painted import read_painted
from service.cli.recipe_file import read_json
from service.painting.kept import Paint
from service.reporting.receipt import SCHEMA

RECEIPT = {"schema": SCHEMA, "recipe": {"target": "tile", "group": "p1"}}


@pytest.mark.parametrize(
    "part",
    [
        {"paint": [1]},
        {"paint": {"sha256": 7}},
        {"weights": 7},
        {"styles": [None]},
        {"styles": {}},
        {"enlarged": [1]},
        {"mesh": "vase.obj"},
        {"steering": None},
    ],
)
def test_a_part_of_another_kind_is_named(tmp_path, part):
    receipt = tmp_path / "tile.json"
    receipt.write_text(json.dumps(RECEIPT | part))
    with pytest.raises(InputError) as caught:
        read_painted(receipt)
    assert caught.value.code == "bad-receipt"
    assert caught.value.field.split(".")[0] in part


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_numbers_that_json_has_not_are_refused(tmp_path, number):
    receipt = tmp_path / "tile.json"
    receipt.write_text(f'{{"seconds": {number}}}')
    with pytest.raises(InputError, match="cannot be read as JSON") as caught:
        read_json(receipt)
    assert str(receipt) not in caught.value.hint


@pytest.mark.parametrize(
    "part",
    [
        {"logits": np.full((1, 4, 4, 3), np.nan, np.float16)},
        {"mirrored": np.zeros((2, 2), np.uint8)},
        {"frame": np.full((3, 4), np.inf)},
        {"widths": np.array([np.nan, 4])},
        {"widths": np.array([-4, 4])},
    ],
)
def test_paint_that_is_none_is_refused(part):
    good = {
        "logits": np.zeros((1, 4, 4, 3), np.float16),
        "mirrored": np.zeros(1, np.uint8),
        "frame": np.eye(3, 4),
        "widths": np.array([4, 4]),
    }
    assert Paint.from_bytes(safetensors.numpy.save(good)).width == 4
    with pytest.raises(InputError, match="cannot be read"):
        Paint.from_bytes(safetensors.numpy.save(good | part))
