"""``service measure``: paintings against their receipts, figures, JSON, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import run_command
from deliveries import delivered
from paintings import write_painting
from PIL import Image

from geometry.errors import InputError

TILE = {"target": "tile", "group": "p4g", "colouring": "2a", "size": 64, "colours": "rgb"}
OWN = {
    "tile": TILE,
    "repeated": {**TILE, "group": "p2", "colouring": "none", "angle": 70, "repeat": "2x3"},
    "sphere": {"target": "sphere", "group": "432", "colouring": "none", "size": 128},
    "hyperbolic": {"target": "hyperbolic", "group": "[4,6]", "colouring": "none", "size": 96},
    "frieze": {"target": "frieze", "group": "p2mm", "colouring": "none", "size": 64},
}


def run(*arguments) -> str:
    return run_command("measure", *arguments).stdout


def measured(*arguments) -> dict:
    return json.loads(run(*arguments, "--json"))


@pytest.mark.parametrize("space", OWN)
def test_a_painting_is_measured_against_its_own_symmetry_and_drawn(tmp_path, space):
    painting = write_painting(tmp_path, OWN[space])
    found = measured(painting, "--figure")
    assert all(row["rms"] < 0.1 * found["unrelated"] for row in found["symmetry"])
    if space in ("tile", "repeated", "frieze"):
        assert all(row["exact"] and row["rms"] == 0 for row in found["symmetry"])
    png, svg = (Path(path) for path in found["figures"])
    width, height = Image.open(png).size
    assert (width, height) > tuple(found["picture"]["size"])
    assert svg.read_text().startswith("<svg")


def test_one_wrong_pixel_is_noticed_in_any_period(tmp_path):
    painting = write_painting(tmp_path, OWN["repeated"])
    pixels = np.asarray(Image.open(painting.with_suffix(".png"))).copy()
    pixels[-5, -7] ^= 0x80
    Image.fromarray(pixels).save(painting.with_suffix(".png"))
    assert [row["exact"] for row in measured(painting)["symmetry"]] == [False] * 3


@pytest.mark.parametrize(
    ("group", "fields"),
    [
        ("p4", {"mirrored": True}),
        ("p3", {"cut": "domain"}),
        ("p1", {"repeat": "2x2", "angle": 75.0}),
    ],
)
def test_what_is_delivered_is_measured_as_the_receipt_did(tmp_path, group, fields):
    _, receipt = delivered(tmp_path, "tile", group, **fields)
    found = measured(tmp_path / "picture.json")
    assert [row["name"] for row in found["symmetry"]] == [g["name"] for g in receipt["generators"]]
    # a cut shows less of the pattern, and is read between its pixels
    most = 0.01 if "cut" not in fields else 0.1 * found["unrelated"]
    for row, known in zip(found["symmetry"], receipt["quality"]["symmetry"], strict=True):
        assert abs(row["rms"] - known["rms"]) <= most


def test_pixels_alone_tell_the_same_as_the_receipt(tmp_path):
    painting = write_painting(tmp_path, TILE)
    own, found = measured(painting), measured(painting, "--find")
    assert found["group"] == own["group"]
    assert found["colouring"]["name"] == own["colouring"]["name"]
    assert found["without_colours"] == "p4"
    painting.write_text("{}")  # of another program
    with pytest.raises(InputError, match="not a receipt"):
        run(painting.with_suffix(".png"))
    with pytest.raises(InputError, match="two periods"):
        run(painting.with_suffix(".png"), "--find")


def test_one_group_is_measured_of_a_painting_of_another(tmp_path):
    only = measured(write_painting(tmp_path, TILE), "--group", "p4m")
    assert (only["group"]["name"], only["agrees"]) == ("p4m", False)


def test_the_table_says_what_was_found(tmp_path):
    painting = write_painting(tmp_path, TILE)
    text = run(painting, "--find")
    assert text.startswith("p4g (4*2)")
    assert "64.0 and 64.0 at 90.0°" in text
    assert "not p4m" in run(painting, "-g", "p4m")


def test_a_figure_goes_where_it_is_wanted(tmp_path):
    painting = write_painting(tmp_path, TILE)
    before = {file.name for file in tmp_path.iterdir()}
    run(painting, "-o", tmp_path / "drawn.svg")
    assert {file.name for file in tmp_path.iterdir()} - before == {"drawn.svg"}


def test_a_receipt_of_another_picture_is_refused(tmp_path):
    painting = write_painting(tmp_path, TILE)
    data = json.loads(painting.read_text())
    data["generators"][0]["matrix"][0][2] += 5
    painting.write_text(json.dumps(data))
    with pytest.raises(InputError, match="not those of its recipe"):
        run(painting)


REFUSED = {
    "missing-file": ["nothing.png"],
    "bad-image": ["words.png"],
    "no-symmetry": ["noise.png"],
    "bad-lattice": ["noise.png", "--lattice", "40,0,0,40"],
    "bad-value": ["noise.png", "--lattice", "40,0,40"],
    "bad-output": ["noise.png", "-o", "noise.png"],
    "unknown-group": ["noise.png", "--group", "p5"],
    "wrong-space": ["noise.png", "--group", "532"],
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_measured_is_refused_in_a_line(tmp_path, monkeypatch, code):
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save("noise.png")
    Path("words.png").write_text("words")
    with pytest.raises(InputError) as refused:
        run(*REFUSED[code])
    assert refused.value.code == code
    assert "\n" not in str(refused.value)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["noise.png", "words.png"]
