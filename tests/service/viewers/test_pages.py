"""Pages as text, and what is said of receipts that are none."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from paintings import write_painting
from typer.testing import CliRunner

import service.viewers
from geometry.errors import InputError
from service.cli.app import app
from service.viewers.page import viewer_page
from service.viewers.reading import read_painting
from service.viewers.scenes import scene_json

HERE = Path(service.viewers.__file__).parent
P4 = {"target": "tile", "group": "p4", "colouring": "2a", "size": 64}


def test_bundles_are_made_of_the_sources():
    names = [
        f for f in (HERE / "src").iterdir() if re.fullmatch(r".*\.m?js|package.*\.json", f.name)
    ]
    digest = hashlib.sha256()
    for file in sorted(names, key=lambda file: file.name):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    for bundle in ("symmetric.js", "mesh.js"):
        first = (HERE / "dist" / bundle).read_text("utf-8").partition("\n")[0]
        assert first.startswith(f"/* sources {digest.hexdigest()};"), "npm run build in src/"


def test_a_page_is_one_file_without_addresses(tmp_path):
    text = viewer_page(read_painting(write_painting(tmp_path, P4)))
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", text)
    assert "default-src 'none'" in text
    assert 'aria-label="A pattern of the plane, with the symmetry p4 and the colour rule' in text
    assert len(text) < 1e6


def test_the_tile_and_the_groups_that_fit_it(tmp_path):
    scene = scene_json(read_painting(write_painting(tmp_path, P4)))
    names = [symmetry["name"] for symmetry in scene["symmetries"]]
    assert names[0] == "painted" and {"p4m", "p4g", "cmm", "pg"} <= set(names)
    assert not {"p3", "p6m"} & set(names)
    hexagonal = scene_json(
        read_painting(write_painting(tmp_path, P4 | {"group": "p3", "colouring": "none"}))
    )
    names = [symmetry["name"] for symmetry in hexagonal["symmetries"]]
    assert {"p6m", "p31m", "cmm"} <= set(names) and "p4" not in names


def test_a_frieze_is_folded_by_the_other_six(tmp_path):
    recipe = {"target": "frieze", "group": "p2mg", "colouring": "none", "size": 64}
    scene = scene_json(read_painting(write_painting(tmp_path, {**recipe, "repeat": "2x1"})))
    names = [symmetry["name"] for symmetry in scene["symmetries"]]
    assert len(names) == len(set(names)) == 7
    assert {"frieze-p2mm", "frieze-p11g"} <= set(names) and "frieze-p2mg" not in names
    assert scene["periods"][0] == [64, 0]
    axis = scene["source"]["numbers"]["strip"][2]
    turn = np.reshape(scene["moves"][0]["matrix"], (3, 3))
    assert np.allclose(turn @ (10, 5, 1), (-10, -5, 1)) and axis == 16


@pytest.mark.slow
def test_generators_move_as_their_logarithms_say(tmp_path):
    from scipy.linalg import expm

    for recipe in (
        P4,
        {"target": "sphere", "group": "532", "size": 128},
        {"target": "hyperbolic", "group": "[4,6]+", "size": 64},
        {"target": "spiral", "group": "spiral3", "size": 64},
    ):
        scene = scene_json(read_painting(write_painting(tmp_path, recipe)))
        for move in scene["moves"]:
            matrix = np.reshape(move["matrix"], (3, 3))
            assert np.allclose(expm(np.reshape(move["log"], (3, 3))), matrix, atol=1e-9), recipe


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"schema": "other"}, "receipt"),
        ({"projection": "mercator"}, "projection"),
        ({"picture": {"width": 5, "height": 64}}, "picture"),
        ({"lattice": None}, "lattice"),
        ({"projection": "frieze"}, "strip"),
        ({"lattice": {"a": [1e300, 0], "b": [0, 1], "origin": [0, 0]}}, "lattice.a.0"),
        ({"generators": "all"}, "generators"),
        ({"projection": "uv"}, "mesh"),
    ],
)
def test_bad_receipts_are_refused_by_name(tmp_path, changes, field):
    receipt = write_painting(tmp_path, P4, **changes)
    with pytest.raises(InputError) as caught:
        viewer_page(read_painting(receipt))
    assert caught.value.field == field


def test_generators_that_make_no_group_are_refused(tmp_path):
    receipt = write_painting(tmp_path, P4)
    data = json.loads(receipt.read_text("utf-8"))
    for matrix in ([[1, 0, 0], [0, 1, 0], [0, 0, 0]], [[0.6, -0.8, 3], [0.8, 0.6, 9], [0, 0, 1]]):
        data["generators"][0]["matrix"] = matrix
        receipt.write_text(json.dumps(data), "utf-8")
        with pytest.raises(InputError, match="generator"):
            viewer_page(read_painting(receipt))


def test_the_command_writes_a_page(tmp_path):
    receipt = write_painting(tmp_path, P4)
    page = tmp_path / "p4.html"
    result = CliRunner().invoke(app, ["view", str(receipt.with_suffix(".png")), "-o", str(page)])
    assert result.exit_code == 0 and page.read_text("utf-8").startswith("<!doctype html>")
