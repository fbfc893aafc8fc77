"""What receipts say of their pictures' quality, against the independent checker."""

import numpy as np
import pytest
from deliveries import CPU, delivered, random_paint, scene_of
from receipt_checker import symmetry_errors

from service.reporting.quality import measure_quality
from service.surfaces.surface import make_surface

SCENES = [
    ("tile", "p31m", {"colouring": "2a"}),
    ("tile", "p4", {"torus_map": "{4,4}2,1"}),
    ("sphere", "*532", {}),
    ("sphere", "7x", {"colouring": "2a"}),
    ("sphere", "*432", {"projection": "cube", "colouring": "2a"}),
    ("sphere", "332", {"projection": "octahedral", "colouring": "3a"}),
    ("hyperbolic", "[4,6]+", {"colouring": "2a"}),
    ("hyperbolic", "[7,3]", {"model": "klein"}),
    ("hyperbolic", "[5+,4]", {"model": "halfplane"}),
    ("hyperbolic", "[4,6+]", {"model": "band"}),
    ("hyperbolic", "[5,4]+", {"model": "square"}),
    ("hyperbolic", "[4,6]", {"model": "conformal"}),
    ("spiral", "spiral3", {"colouring": "2a"}),
    ("spiral", "spiral5", {"radius": "tunnel"}),
]


@pytest.mark.parametrize(("target", "group", "fields"), SCENES)
def test_a_receipt_says_what_the_checker_finds(tmp_path, target, group, fields):
    """Random paint at 96 pixels is as symmetric as the grid resolves it; the two agree on how much.
    They leave out nearly the same pixels at borders and in middles."""
    pixels, receipt = delivered(tmp_path, target, group, size=96, **fields)
    names = [generator["name"] for generator in receipt["generators"]]
    found = dict(zip(names, symmetry_errors(pixels, receipt), strict=True))
    told = {e["name"]: e["rms"] for e in receipt["quality"]["symmetry"]}
    both = [name for name, rms in found.items() if rms is not None and name in told]
    assert len(both) >= len(found) - 1 > 0 or len(found) == len(both) == 1
    for name in both:
        assert told[name] == pytest.approx(found[name], rel=0.1, abs=0.05)
        assert found[name] < 2.5


@pytest.mark.parametrize(("target", "group", "fields"), SCENES)
def test_a_picture_moved_by_a_little_has_lost_its_symmetry(target, group, fields):
    scene = scene_of(target, group, **fields)
    surface = make_surface(scene, 96, 1, CPU)
    picture = surface.delivered(random_paint(surface))
    frame = scene.design(96).picture_frame()
    whole = measure_quality(picture, frame).symmetry_rms
    spoilt = measure_quality(np.roll(picture, (4, 5), axis=(0, 1)), frame).symmetry_rms
    assert whole < 2.5 and spoilt > 5


@pytest.mark.parametrize(
    ("target", "group", "fields", "seams"),
    [
        ("tile", "p2", {"aspect": 1.5, "angle": 65.0}, {"horizontal", "vertical"}),
        ("sphere", "532", {}, {"horizontal"}),
        ("sphere", "532", {"projection": "cube"}, set()),
        ("hyperbolic", "[4,6]+", {}, set()),
        ("spiral", "spiral1", {}, set()),
    ],
)
def test_seams_are_measured_where_a_picture_is_repeated(tmp_path, target, group, fields, seams):
    _, receipt = delivered(tmp_path, target, group, size=96, **fields)
    found = receipt["quality"]["seams"]
    assert found.keys() == seams
    assert all(0.6 < ratio < 1.4 for ratio in found.values())
