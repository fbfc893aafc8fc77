"""What is delivered of a painting: repeated, cut or with a clear rim; and its receipt is true."""

import hashlib

import numpy as np
import pytest
from deliveries import delivered
from receipt_checker import (
    assert_whole,
    cell_errors,
    copy_shift,
    lattice_of,
    symmetry_errors,
    tile_errors,
)

from service.recipe.parsing import parse_recipe
from service.scene import make_scene

TILES = [
    ("p4", {"colouring": "2a"}),
    ("cmm", {"aspect": 0.6}),
    ("p1", {"colouring": "x=-g,-b,-r y=brg"}),
    ("p2", {"aspect": 1.5, "angle": 65.0}),
    ("p4", {"torus_map": "{4,4}2,1"}),
    ("p6", {"colouring": "3a"}),
]


@pytest.mark.parametrize(("group", "fields"), TILES)
@pytest.mark.parametrize("mirrored", [False, True])
def test_repeated_periods_are_the_period_again_and_again(tmp_path, group, fields, mirrored):
    fields = fields | {"mirrored": mirrored, "size": 66}
    one, receipt = delivered(tmp_path, "tile", group, **fields)
    many, of_many = delivered(tmp_path, "tile", group, repeat="2x3", **fields)
    height, width = one.shape[:2]
    assert many.shape == (3 * height, 2 * width, 3)
    assert np.array_equal(many[:height, :width], one)
    shift = copy_shift(one, receipt)
    i, j = np.indices(many.shape[:2])
    assert np.array_equal(many, one[i % height, (j - i // height * shift) % width])
    errors = [rms for rms, _ in tile_errors(many, of_many)]
    assert errors == pytest.approx([rms for rms, _ in tile_errors(one, receipt)], abs=0.02)
    assert np.array_equal(lattice_of(of_many), lattice_of(receipt))
    moved = np.subtract(of_many["lattice"]["origin"], receipt["lattice"]["origin"])
    assert_whole(np.linalg.solve(lattice_of(receipt), moved))


@pytest.mark.parametrize(("group", "fields"), TILES)
@pytest.mark.parametrize("cut", ["cell", "domain"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_cut_is_one_cell_with_its_symmetry(tmp_path, group, fields, cut, mirrored):
    """Alpha sums up to the cell's area, and what is fully there keeps every generator."""
    fields = fields | {"mirrored": mirrored, "size": 66}
    pixels, receipt = delivered(tmp_path, "tile", group, cut=cut, **fields)
    assert pixels.shape[2] == 4
    area = abs(np.linalg.det(lattice_of(receipt)))
    assert pixels[..., 3].sum() / 255 == pytest.approx(area, rel=0.01)
    errors = cell_errors(pixels, receipt)
    on_pixels = group != "p6" and "torus_map" not in fields
    assert None not in errors and max(errors) <= (0 if on_pixels else 1.5)


@pytest.mark.parametrize(("group", "fields"), TILES)
@pytest.mark.parametrize("cut", ["cell", "domain"])
@pytest.mark.parametrize("size", [96, 101])
def test_a_cut_is_as_wide_as_it_shall_be(group, fields, cut, size):
    """A cell may be wider than a period, or end within a pixel."""
    recipe = parse_recipe({"target": "tile", "group": group, "cut": cut, "size": size, **fields})
    design = make_scene(recipe).design(size)
    pixels, _ = design.trimmed(np.zeros((*design.shape, 3), np.uint8))
    assert pixels.shape[1] == size
    assert (pixels[..., 3] > 0).any(axis=0)[: size - 3].all()  # but for a rim


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_cells_origin_is_a_corner_and_a_domains_its_middle(tmp_path, mirrored):
    fields = {"aspect": 1.5, "angle": 65.0, "mirrored": mirrored}
    for cut in ("cell", "domain"):
        pixels, receipt = delivered(tmp_path, "tile", "p2", cut=cut, **fields)
        y, x = np.indices(pixels.shape[:2]) + 0.5
        middle = [np.average(v, weights=pixels[..., 3]) for v in (x, y)]
        origin, lattice = np.array(receipt["lattice"]["origin"]), lattice_of(receipt)
        expected = origin + (lattice.sum(axis=1) / 2 if cut == "cell" else 0)
        assert np.abs(middle - expected).max() < 0.2


def test_a_cut_shows_what_the_period_shows(tmp_path):
    """The pixels of a cell are those of the period at the places that the receipts tell."""
    whole, of_whole = delivered(tmp_path, "tile", "p4", colouring="2a")
    cut, of_cut = delivered(tmp_path, "tile", "p4", colouring="2a", cut="domain")
    moved = np.array(of_whole["lattice"]["origin"]) - of_cut["lattice"]["origin"]
    assert_whole(moved)
    dx, dy = np.rint(moved).astype(int)
    i, j = np.nonzero(cut[..., 3] == 255)
    height, width = whole.shape[:2]
    assert np.array_equal(cut[i, j, :3], whole[(i + dy) % height, (j + dx) % width])


@pytest.mark.parametrize(
    ("model", "clear"),
    [("poincare", 1 - np.pi / 4), ("klein", 1 - np.pi / 4), ("halfplane", 0), ("band", 0),
     ("square", 0), ("conformal", 0)],
)  # fmt: skip
def test_discs_have_a_clear_rim_and_other_models_fill_the_picture(tmp_path, model, clear):
    pixels, receipt = delivered(tmp_path, "hyperbolic", "[4,6]+", model=model)
    assert pixels.shape[2] == (4 if clear else 3)
    if not clear:
        return
    alpha = pixels[..., 3] / 255
    radius, centre = receipt["model"]["radius"], receipt["model"]["center"]
    y, x = np.indices(alpha.shape) + 0.5
    away = np.hypot(x - centre[0], y - centre[1])
    assert (alpha[away < radius - 1] == 1).all() and (alpha[away > radius + 1] == 0).all()
    assert alpha.sum() == pytest.approx(np.pi * radius**2, rel=0.002)
    assert alpha[0].max() == 0 == alpha[:, -1].max()


@pytest.mark.parametrize(
    ("target", "group", "fields"),
    [
        ("tile", "p4", {"cut": "domain"}),
        ("tile", "p6", {"repeat": "2x1"}),
        ("hyperbolic", "[7,3]+", {}),
        ("sphere", "432", {"projection": "cube"}),
        ("spiral", "spiral5", {}),
    ],
)
def test_a_receipt_is_of_the_picture_that_lies_beside_it(tmp_path, target, group, fields):
    pixels, receipt = delivered(tmp_path, target, group, **fields)
    height, width = pixels.shape[:2]
    assert receipt["picture"] == {
        "width": width,
        "height": height,
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
    }
    assert receipt["group"]["name"] == group
    assert len(receipt["generators"]) == len(symmetry_errors(pixels, receipt)) > 0
    assert {g["name"] for g in receipt["generators"]} >= {
        e["name"] for e in receipt["quality"]["symmetry"]
    }
