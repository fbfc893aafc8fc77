"""Designs: partial folds, mirrored scenes, and the views they offer."""

import dataclasses

import numpy as np
import pytest
from deliveries import delivered, scene_of
from receipt_checker import hyperbolic_errors, sphere_errors, symmetry_errors, tile_errors

from geometry.catalogue import colourings, find_group


def random_logits(design, seed=0):
    """Soft noise on a design's charts: what a painting's canvas can hold."""
    charts, rows, columns = design.chart_shape
    random = np.random.default_rng(seed)
    coarse = random.normal(size=(charts, -(-rows // 4), -(-columns // 4), 3))
    fine = coarse.repeat(4, axis=1).repeat(4, axis=2)[:, :rows, :columns]
    for axis in (1, 2):
        for _ in range(3):
            fine = (np.roll(fine, 1, axis) + 2 * fine + np.roll(fine, -1, axis)) / 4
    return 2 * fine.reshape(-1, 3)


def with_generator(receipt, group, letter, colour=(1, 2, 3)):
    """The receipt, as if one generator of a group were all that it promises."""
    matrix = next(g.matrix for g in find_group(group).generators if g.letter == letter)
    return receipt | {"generators": [{"matrix": matrix.tolist(), "colour": list(colour)}]}


SPHERE_FOLD = {"size": 96, "colouring": "3a"}


def test_equal_folds_of_a_sphere_are_its_symmetry(tmp_path):
    """33 folded (1, 1, 1): nothing is promised, but the third turn holds, colours and all."""
    pixels, receipt = delivered(tmp_path, "sphere", "33", folds="1,1,1", **SPHERE_FOLD)
    assert receipt["generators"] == [] and receipt["quality"]["symmetry_rms"] is None
    rule = next(rule for rule in colourings(find_group("33")) if rule.name == "3a")
    assert sphere_errors(pixels, with_generator(receipt, "33", "r", rule.images["r"]))[0] < 1
    assert sphere_errors(pixels, with_generator(receipt, "33", "r"))[0] > 5


def test_one_fold_of_a_sphere_is_a_little_symmetric(tmp_path):
    """Between all of it and nothing: a copy is shared with the neighbour, not with the next."""
    colour = next(r for r in colourings(find_group("33")) if r.name == "3a").images["r"]
    errors = []
    for folds in ("1,1,1", "1/3", "1,0,0"):
        pixels, receipt = delivered(tmp_path, "sphere", "33", folds=folds, **SPHERE_FOLD)
        errors += sphere_errors(pixels, with_generator(receipt, "33", "r", colour))
    whole, some, none = errors
    assert whole < 1 and 5 < some < none


@pytest.mark.parametrize("colouring", ["none", "2a"])
def test_folds_of_turned_tiles_keep_the_side_mirrors_and_their_colours(tmp_path, colouring):
    fields = {"colouring": colouring, "size": 128, "folds": "1/4"}
    pixels, receipt = delivered(tmp_path, "hyperbolic", "[4+,6]", **fields)
    assert [g["name"] for g in receipt["generators"]] == ["m", "rmR", "rrmRR", "rrrmRRR"]
    errors = hyperbolic_errors(pixels, receipt)
    assert None not in errors and max(errors) < 2.6
    assert hyperbolic_errors(pixels, with_generator(receipt, "[4+,6]", "r"))[0] > 5
    if colouring != "none":
        assert all(g["colour"] != [1, 2, 3] for g in receipt["generators"])


def test_equal_folds_of_turned_tiles_are_the_whole_group(tmp_path):
    pixels, receipt = delivered(tmp_path, "hyperbolic", "[4+,6]", folds="1,1,1,1", size=128)
    assert hyperbolic_errors(pixels, with_generator(receipt, "[4+,6]", "r"))[0] < 1


@pytest.mark.parametrize(
    ("group", "folds", "colouring"),
    [("p4", "1/4", "2a"), ("p6", "2/6", "none"), ("p1", "1/3", "2a")],
)
def test_folds_of_a_tile_keep_its_translations(tmp_path, group, folds, colouring):
    """A recipe's folds: translations stay exact, the turn does not."""
    pixels, receipt = delivered(tmp_path, "tile", group, folds=folds, colouring=colouring)
    assert [g["name"] for g in receipt["generators"]] == ["x", "y"]
    assert tile_errors(pixels, receipt) == [(0.0, True)] * 2
    turn = np.array([[0, 1, 0], [-1, 0, pixels.shape[1]], [0, 0, 1.0]])
    if group == "p4":
        wrong = receipt | {"generators": [{"matrix": turn.tolist(), "colour": [1, 2, 3]}]}
        assert tile_errors(pixels, wrong)[0][0] > 5


MIRRORED = [
    ("tile", "p4", {"colouring": "2a"}, np.s_[:, ::-1]),
    ("tile", "p6", {}, np.s_[:, ::-1]),
    ("tile", "p2", {"aspect": 1.5, "angle": 65.0}, np.s_[:, ::-1]),
    ("tile", "p4", {"torus_map": "{4,4}2,1", "colouring": "2a"}, np.s_[:, ::-1]),
    ("sphere", "532", {}, np.s_[:, ::-1]),
    ("sphere", "432", {"projection": "octahedral", "colouring": "2a"}, np.s_[::-1]),
    ("hyperbolic", "[4,6]+", {"colouring": "2a"}, np.s_[::-1]),
    ("hyperbolic", "[5,4]+", {"model": "band"}, np.s_[::-1]),
]


@pytest.mark.parametrize(("target", "group", "fields", "over"), MIRRORED)
def test_a_mirrored_scene_is_the_picture_turned_over(tmp_path, target, group, fields, over):
    """Spheres and the hyperbolic plane at y → −y, tiles left to right; and the receipt is true."""
    scene = scene_of(target, group, **fields)
    plain, turned = (
        dataclasses.replace(scene, mirrored=mirrored).design(64) for mirrored in (False, True)
    )
    logits = random_logits(plain)
    picture = plain.bake(logits).astype(int)
    assert np.abs(picture[over] - turned.bake(logits)).max() <= 1
    assert np.abs(picture[over] - picture).max() > 20  # the pattern is chiral
    assert largest(delivered(tmp_path, target, group, size=96, mirrored=True, **fields)) < 2.5


def test_the_lattice_of_a_mirrored_brick_is_turned_over_too(tmp_path):
    """Its copies lie aside the other way: the lattice of the other hand does not fit."""
    fields = {"aspect": 1.5, "angle": 65.0}
    pixels, receipt = delivered(tmp_path, "tile", "p2", mirrored=True, **fields)
    _, other = delivered(tmp_path, "tile", "p2", mirrored=False, **fields)
    assert largest((pixels, receipt)) == 0
    assert largest((pixels, other)) > 5


def largest(delivery):
    """The largest symmetry error of a delivery."""
    return max(rms for rms in symmetry_errors(*delivery) if rms is not None)


@pytest.mark.parametrize(
    ("target", "group", "fields"),
    [
        ("sphere", "432", {}),
        ("sphere", "1", {"projection": "cube"}),
        ("hyperbolic", "[4,6]+", {}),
        ("hyperbolic", "[5+,4]", {"model": "halfplane", "folds": "1/5"}),
    ],
)
def test_views_lie_on_their_space_and_count_where_they_show_something(target, group, fields):
    scene = scene_of(target, group, **fields)
    design, space = scene.design(96), scene.group.space
    views = list(design.views(3, seed=2))
    again, other = (list(design.views(3, seed=seed)) for seed in (2, 3))
    assert len(views) == 3
    for number, view in enumerate(views):
        assert np.allclose(space.inner(view.points, view.points), space.curvature)
        assert len(view.starts) == len(view.weight) + 1 == view.shape[0] * view.shape[1] + 1
        assert view.starts[-1] == len(view.points)
        assert 0 <= view.weight.min() < view.weight.max() <= 1 + 1e-9
        empty = np.diff(view.starts) == 0
        assert (view.weight[empty] < 1e-9).all() and (view.coverage[empty] < 1e-9).all()
        assert np.array_equal(view.points, again[number].points)
    assert not np.array_equal(views[1].points, other[1].points)


def test_a_pixel_is_the_mean_of_its_samples_colours_not_of_their_logits():
    """Black and white make grey also where one of them is much blacker than the other is white."""
    design = scene_of("sphere", "1").design(64)
    view = design.picture_view()
    logits = np.zeros((len(view.points), 3))
    logits[::2], logits[1::2] = 60, -9
    shown = design.developed(view, logits, np.zeros(3))
    assert np.abs(shown.astype(int) - 127.5).max() < 1
