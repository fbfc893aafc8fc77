"""Delivered pictures against a checker that trusts only the picture and its receipt."""

import numpy as np
import pytest
from deliveries import delivered
from receipt_checker import (
    copy_shift,
    recoloured,
    sphere_errors,
    tile_errors,
    translation_error,
)

from geometry.catalogue import colourings, find_group
from geometry.sphere.pictures import EQUIRECTANGULAR
from service.reporting.quality import measure_quality, seam_ratio
from service.spaces.frame import Frame, PictureGenerator
from service.spaces.sphere import SphereLayout


def inverting(group, colours):
    """The first colour rule of so many colours that inverts a channel."""
    return next(
        rule.name
        for rule in colourings(find_group(group))
        if rule.colours == colours and min(map(min, rule.images.values())) < 0
    )


ON_PIXELS = ["p1", "p2", "pm", "pg", "cm", "pmm", "pmg", "pgg", "cmm", "p4", "p4m", "p4g"]


@pytest.mark.parametrize("group", ON_PIXELS)
@pytest.mark.parametrize("colours", [1, 2, 4])
def test_generators_that_permute_pixels_are_exact_to_the_bit(tmp_path, group, colours):
    """All of them off the hexagonal lattice. Only pixels on a diagonal mirror that inverts colours
    would have to be 127.5, and are half a level off."""
    colouring = inverting(group, colours) if colours > 1 else "none"
    pixels, receipt = delivered(tmp_path, "tile", group, colouring=colouring)
    errors = tile_errors(pixels, receipt)
    assert len(errors) == len(find_group(group).generators)
    on_diagonal = group in ("p4m", "p4g") and colours > 1
    for (rms, on_pixels), told in zip(errors, receipt["quality"]["symmetry"], strict=True):
        assert on_pixels
        assert told["worst"] <= on_diagonal and rms <= 0.2 * on_diagonal
        assert told["exact"] == (rms == 0)
        assert told["rms"] == pytest.approx(rms, abs=1e-6)


def test_a_brick_is_repeated_as_its_lattice_says(tmp_path):
    """Two translations that carry colour make an oblique period: its copy below lies aside."""
    pixels, receipt = delivered(tmp_path, "tile", "p1", colouring="x=-g,-b,-r y=brg", size=66)
    assert 0 < copy_shift(pixels, receipt) < pixels.shape[1]
    assert tile_errors(pixels, receipt) == [(0.0, True)] * 2
    receipt["lattice"]["b"][0] += 1
    assert max(rms for rms, _ in tile_errors(pixels, receipt)) > 1


@pytest.mark.parametrize(
    ("group", "colouring"),
    [("p3", "none"), ("p3", "3a"), ("p6", "2e"), ("p6", "3a"), ("p3m1", "2a"), ("p3m1", "6c"),
     ("p31m", "3a"), ("p6m", "none"), ("p6m", "4h")],
)  # fmt: skip
def test_other_plane_generators_hold_to_a_grey_level(tmp_path, group, colouring):
    pixels, receipt = delivered(tmp_path, "tile", group, colouring=colouring)
    errors = [rms for rms, _ in tile_errors(pixels, receipt)]
    assert max(errors) <= 1.0
    # the receipt says what the checker finds
    told = [entry["rms"] for entry in receipt["quality"]["symmetry"]]
    np.testing.assert_allclose(told, errors, rtol=0.02, atol=0.005)


def test_the_lattice_leaves_the_picture_unchanged_and_a_wrong_rule_does_not(tmp_path):
    pixels, receipt = delivered(tmp_path, "tile", "p6", colouring="3a")
    a, b = (np.array(receipt["lattice"][name]) for name in "ab")
    assert max(translation_error(pixels, v, receipt) for v in (a, b)) <= 1.0
    assert translation_error(pixels, a / 3 + b / 3, receipt) > 5
    # the picture is a whole number of periods
    counts = np.linalg.solve(np.column_stack([a, b]), np.diag(pixels.shape[1::-1]))
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)
    for generator in receipt["generators"]:
        generator["colour"] = [1, 2, 3]
    assert max(rms for rms, _ in tile_errors(pixels, receipt)) > 5


def test_the_generators_generate_the_lattice(tmp_path):
    # p1's own translations carry the colours here; twice and thrice they do not any more
    _, receipt = delivered(tmp_path, "tile", "p1", colouring="x=gbr y=-r,-g,-b")
    own = [np.array(g["matrix"])[:2, 2] for g in receipt["generators"]]
    lattice = np.column_stack([receipt["lattice"]["a"], receipt["lattice"]["b"]])
    for vector in (3 * own[0], 2 * own[1]):
        counts = np.linalg.solve(lattice, vector)
        np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)
    assert round(abs(np.linalg.det(lattice) / np.linalg.det(np.column_stack(own)))) == 6


@pytest.mark.parametrize(("group", "colouring"), [("332", "3a"), ("432", "2a"), ("532", "none")])
def test_a_spheres_receipt_says_what_the_checker_finds(tmp_path, group, colouring):
    pixels, receipt = delivered(tmp_path, "sphere", group, colouring=colouring)
    assert receipt["projection"] == "equirectangular" and pixels.shape == (32, 64, 3)
    told = [entry["rms"] for entry in receipt["quality"]["symmetry"]]
    np.testing.assert_allclose(told, sphere_errors(pixels, receipt), rtol=0.02, atol=1e-6)


def smooth_sphere(generators, size=128):
    """A smooth picture of the sphere with the symmetry of (matrix, colour) pairs, by summing over
    words of them: nothing of the project's own fold."""
    longitude = np.pi * (2 * (np.arange(size) + 0.5) / size - 1)
    latitude = np.pi * (0.5 - (np.arange(size // 2) + 0.5) / (size // 2))
    phi, theta = np.meshgrid(latitude, longitude, indexing="ij")
    points = np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], -1)
    found = [(np.eye(3), np.eye(3))]
    for matrix, colour in found:
        for g, c in generators:
            new = (g @ matrix, c @ colour)
            if not any(np.allclose(new[0], old) for old, _ in found):
                found.append(new)
    centres, total = np.random.default_rng(5).normal(size=(3, 3)), 0
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for matrix, colour in found:
        bumps = np.exp(30 * ((points @ matrix.T) @ centres.T - 1))  # one bump for every channel
        total = total + bumps @ np.linalg.inv(colour).T
    if all((colour >= 0).all() for _, colour in found):
        total = total - total.mean()  # an inverting rule has centred it already
    return np.rint(255 / (1 + np.exp(-total / total.std()))).astype(np.uint8)


@pytest.mark.parametrize(("group", "colouring"), [("332", "3a"), ("432", "2a"), ("532", "none")])
def test_the_measure_of_a_sphere_is_right(group, colouring):
    found = find_group(group)
    rule = next(r for r in colourings(found) if r.name == colouring)
    frame, pairs, receipt = [], [], {"generators": []}
    for g in found.generators:
        colour = rule.images[g.letter]
        linear = np.zeros((3, 3))
        for new, old in enumerate(colour):
            linear[new, abs(old) - 1] = np.sign(old)
        frame.append(PictureGenerator(g.letter, g.title, g.matrix, colour))
        pairs.append((g.matrix, linear))
        receipt["generators"].append({"matrix": g.matrix.tolist(), "colour": list(colour)})
    pixels = smooth_sphere(pairs)
    layout = SphereLayout(EQUIRECTANGULAR, pixels.shape[:2])
    right = Frame("equirectangular", tuple(frame), layout)
    quality = measure_quality(pixels, right)
    assert 0 < quality.symmetry_rms < 0.6  # little more than the rounding to 8 bits
    assert max(sphere_errors(pixels, receipt)) < 0.6
    assert quality.seams["horizontal"] < 2 and set(quality.seams) == {"horizontal"}
    spoilt = np.roll(pixels, 3, axis=1)
    assert measure_quality(spoilt, right).symmetry_rms > 3


def test_seam_ratio_sees_a_seam():
    ramp = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None] * 2, 32, 0).repeat(3, 2)
    assert seam_ratio(ramp, 1) == pytest.approx(63)
    wave = (128 + 100 * np.sin(2 * np.pi * np.arange(64) / 64)).astype(np.uint8)
    periodic = np.tile(wave[None, :, None], (32, 1, 3))
    assert 0.5 < seam_ratio(periodic, 1) < 2
    assert seam_ratio(periodic, 0) is None  # no step anywhere


def test_colours_are_read_as_the_contract_says():
    values = np.array([[10.0, 20.0, 30.0]])
    np.testing.assert_array_equal(recoloured([2, 3, 1], values), [[20, 30, 10]])
    np.testing.assert_array_equal(recoloured([-1, 2, 3], values), [[245, 20, 30]])
