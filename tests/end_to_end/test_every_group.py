"""Every group that 'service groups' lists: previewed, painted with the very command that it lists,
and checked from picture and receipt alone. Minutes: marked slow."""

import contextlib
import io
import json
import shlex

import pytest
from PIL import Image
from receipt_checker import load, symmetry_errors, tile_errors

from geometry.catalogue import groups
from service.cli import main

# RMS in 1/255 at 128 pixels, 4 steps: 1.5 times the largest that was measured
TOLERANCES = {"tiling": 0.6, "equirectangular": 1.3, "hyperbolic": 1.1, "spiral": 0.9}
COARSE = {"*432": 3.3, "*532": 3.3}  # 48 and 120 domains on 128 × 64 pixels
OFF_LATTICE = ("p3", "p31m", "p3m1", "p6", "p6m")  # hexagonal texels are no pixels


def printed(*words):
    """What a command prints, as JSON."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main([*words, "--json"]) == 0
    return json.loads(out.getvalue())


def painted(command, place, *more):
    """(pixels, receipt) of a tiny painting by a listed command."""
    program, *words = shlex.split(command)
    assert program == "service"
    quick = ("--size", "128", "--steps", "4", "--quality", "draft", "-o", str(place))
    assert main([*words, *more, *quick]) == 0
    return load(place)


def check(pixels, receipt, group):
    """Every generator, to the bit where it takes pixels to pixels."""
    assert receipt["group"]["name"] == group and receipt["steps"] == 4
    assert pixels[..., :3].std() > 5
    if receipt["projection"] == "tiling" and group not in OFF_LATTICE:
        diagonal = group in ("p4m", "p4g")  # a mirror that inverts wants 127.5 on its pixels
        rounding = 0.2 * diagonal if receipt["colour_frame"] is None else 0.3
        for rms, on_pixels in tile_errors(pixels, receipt):
            assert on_pixels and rms <= rounding
        return
    errors = [rms for rms in symmetry_errors(pixels, receipt) if rms is not None]
    assert errors or not receipt["generators"]
    assert max(errors, default=0) <= COARSE.get(group, TOLERANCES[receipt["projection"]])


@pytest.fixture(scope="module")
def rows():
    """What 'service groups' lists, by name."""
    return {row["name"]: row for row in printed("groups")}


@pytest.mark.slow
def test_all_groups_are_listed(rows):
    assert list(rows) == [group.name for group in groups()]


@pytest.mark.slow
@pytest.mark.parametrize("name", [group.name for group in groups()])
def test_a_group_is_previewed_and_painted_as_listed(rows, name, tmp_path):
    row = rows[name]
    place = tmp_path / "preview.png"
    assert main(["preview", name, "--size", "128", "-o", str(place)]) == 0
    with Image.open(place) as preview:
        pixels, receipt = painted(row["command"], tmp_path / "painted.png")
        assert preview.size == (receipt["picture"]["width"], receipt["picture"]["height"])
    check(pixels, receipt, name)


@pytest.mark.slow
@pytest.mark.parametrize("which", [1, 2, -1], ids=["first", "second", "last"])
@pytest.mark.parametrize("group", ["p4g", "*432", "[4,6]+", "spiral3"])
def test_colourings_are_painted_as_listed(rows, group, which, tmp_path):
    rule = printed("colourings", group)[which]
    pixels, receipt = painted(
        rows[group]["command"], tmp_path / "p.png", "--colouring", rule["name"]
    )
    colours = {g["name"]: g["colour"] for g in receipt["generators"]}
    assert colours == rule["images"] and receipt["colouring"]["colours"] == rule["colours"]
    check(pixels, receipt, group)
