"""Which way pinwheels turn: measured on patterns whose hand is known, and chosen while painting."""

import dataclasses

import numpy as np
import pytest
from deliveries import CPU, random_paint, scene_of
from receipt_checker import symmetry_errors
from scipy import sparse
from scipy.ndimage import map_coordinates
from scipy.sparse.linalg import lsqr

from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.recipe.parsing import parse_recipe
from service.reporting.finish import finish
from service.scene import make_scene
from service.spaces.handedness import winding
from service.surfaces.surface import make_surface


def plane_places(design, axis):
    """Polar coordinates of the chart's texels around a point of the torus, and what colours them.
    On a square lattice texels are pixels: their y goes down."""
    side = design.shape[1]
    i, j = np.divmod(np.arange(side * side), side)
    x, y = (
        (t + 0.5 - c + side / 2) % side - side / 2
        for t, c in ((j, axis[0] / axis[2]), (i, axis[1] / axis[2]))
    )
    average, unfold = map(as_matrix, design.kaleidoscope)
    matrix = unfold @ average
    return np.hypot(x, y) / side, np.arctan2(-y, x), matrix


def sphere_places(design, axis):
    """Polar coordinates of the picture's points around an axis, seen from outside."""
    points = design.picture_view().points
    axis = axis / np.linalg.norm(axis)
    aside = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    aside /= np.linalg.norm(aside)
    up = np.cross(axis, aside)
    radius = np.arccos(np.clip(points @ axis, -1, 1))
    return radius, np.arctan2(points @ up, points @ aside), as_matrix(design.fold(points))


def hyperbolic_places(design, axis):
    """Polar coordinates of the picture's points around the tile's centre, where r's axis is."""
    assert np.allclose(axis[:2], 0)
    points = design.picture_view().points
    angle = np.arctan2(points[:, 1], points[:, 0])
    return np.arccosh(points[:, 2]), angle, as_matrix(design.fold(points))


def as_matrix(sampling):
    shape = (sampling.rows, sampling.columns)
    return sparse.csr_matrix((sampling.weights, sampling.indices, sampling.indptr), shape=shape)


# target, group, order of its generator r, how far the arms reach, how places are found
KNOWN = [
    ("tile", "p4", 4, 0.36, plane_places),
    ("sphere", "532", 5, 0.45, sphere_places),
    ("sphere", "77", 7, 0.7, sphere_places),
    ("hyperbolic", "[4,6]+", 4, 0.8, hyperbolic_places),
]


def wound(target, group, order, reach, places, bend):
    """The winding of a pattern with ``order`` arms around the centre of r. An arm is where
    φ = bend · ln ρ: for a positive bend it goes counterclockwise on its way out. The paint is what
    least squares find for that."""
    scene = scene_of(target, group, size=96)
    design = scene.design(96)
    turn = next(g for g in scene.group.generators if g.letter == "r").matrix
    if target == "tile":
        frame = design.picture_frame()
        turn = next(g.matrix for g in frame.generators if g.name == "r")
    values, vectors = np.linalg.eig(turn)
    radius, angle, matrix = places(design, np.real(vectors[:, np.argmin(np.abs(values - 1))]))
    near = np.flatnonzero((radius < reach) & (radius > 0.02))
    wanted = 2 * np.cos(order * (angle - bend * np.log(radius)))[near]
    one_channel = lsqr(matrix[near], wanted, iter_lim=80)[0]
    return winding(design, scene.group, np.repeat(one_channel[:, None], 3, axis=1))


@pytest.mark.parametrize(("target", "group", "order", "reach", "places"), KNOWN)
def test_arms_that_turn_one_way_are_measured_so(target, group, order, reach, places):
    left, straight, right = (
        wound(target, group, order, reach, places, bend) for bend in (0.5, 0, -0.5)
    )
    assert left > 0.2 and right < -0.2
    assert abs(straight) < 0.15


def chart_paint(design, seed=0):
    return np.random.default_rng(seed).normal(size=(np.prod(design.chart_shape), 3))


@pytest.mark.parametrize(
    ("target", "group"),
    [("sphere", "532"), ("sphere", "225"), ("hyperbolic", "[4,6]+"), ("hyperbolic", "[7,3]+")],
)
def test_the_mirror_image_winds_as_far_the_other_way(target, group):
    scene = scene_of(target, group, size=64)
    turned = dataclasses.replace(scene, mirrored=True)
    paint = chart_paint(scene.design(64))
    one = winding(scene.design(64), scene.group, paint)
    other = winding(turned.design(64), turned.group, paint)
    assert 0.002 < abs(one) < 1
    assert other == pytest.approx(-one, abs=1e-3)


@pytest.mark.parametrize(
    ("target", "group"), [("tile", "p4m"), ("tile", "p2"), ("sphere", "*532"), ("sphere", "5x")]
)
def test_patterns_without_a_hand_do_not_wind(target, group):
    scene = scene_of(target, group, size=64)
    design = scene.design(64)
    assert winding(design, scene.group, chart_paint(design)) == 0


def turning(pixels, receipt):
    """How far a delivered tile winds around its centres of order 3 or more, from its pixels and its
    receipt alone: the correlation of the slopes outward and along rings."""
    side = pixels.shape[1]
    found = []
    for generator in receipt["generators"]:
        linear = np.array(generator["matrix"])[:2, :2]
        if abs(np.trace(linear) + 2) < 1e-6:  # a half turn
            continue
        x, y = np.linalg.solve(np.eye(2) - linear, np.array(generator["matrix"])[:2, 2])
        # to where other centres begin: the threefold ones of p6 have less room
        crowded = receipt["recipe"]["group"] == "p6" and abs(np.trace(linear) + 1) < 1e-6
        ring = np.geomspace(0.05, 0.22 if crowded else 0.33, 24)[:, None] * side
        angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)[None]
        place = [y - ring * np.sin(angle) - 0.5, x + ring * np.cos(angle) - 0.5]
        seen = np.stack(
            [map_coordinates(pixels[..., k].astype(float), place, order=1, mode="grid-wrap")
             for k in range(3)]
        )  # fmt: skip
        out, along = np.gradient(seen, axis=1), np.roll(seen, -1, 2) - np.roll(seen, 1, 2)
        found.append(-(out * along).mean() / np.sqrt((out**2).mean() * (along**2).mean()))
    return np.mean(found)


def painted(group, chirality, target="tile", **fields):
    """(pixels, receipt, last) of a tiny painting."""
    data = {"target": target, "group": group, "chirality": chirality, "size": 64, "views": 1}
    recipe = parse_recipe(data | {"steps": 3} | fields)
    scene, styles = make_scene(recipe), load_styles(recipe)
    *_, last = paint(recipe, scene, styles, CPU)
    return *finish(recipe, scene, styles, last)[:2], last


def test_both_hands_of_a_tile_are_mirror_images():
    """One stage, one seed: the same painting, one of them turned over; both receipts are true."""
    left, right = (painted("p4", hand, seed=3) for hand in ("ccw", "cw"))
    assert left[2].mirrored != right[2].mirrored
    assert np.array_equal(left[0], right[0][:, ::-1])
    assert turning(*left[:2]) > 0.01 and turning(*right[:2]) < -0.01
    for pixels, receipt, _ in (left, right):
        assert symmetry_errors(pixels, receipt) == [0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("chirality", ["ccw", "cw"])
@pytest.mark.parametrize(("group", "seed"), [("p3", 1), ("p4", 8), ("p6", 1)])
def test_a_hand_is_right_at_the_end_of_several_stages(group, seed, chirality):
    """With seeds that grow a clear hand in so few steps."""
    pixels, receipt, _ = painted(group, chirality, size=96, steps=24, seed=seed)
    assert turning(pixels, receipt) * {"ccw": 1, "cw": -1}[chirality] > 0.03
    assert receipt["recipe"]["chirality"] == chirality
    assert max(symmetry_errors(pixels, receipt)) < (1 if group != "p4" else 1e-9)


@pytest.mark.parametrize(("target", "group"), [("sphere", "532"), ("hyperbolic", "[4,6]+")])
def test_both_hands_of_a_curved_space_keep_their_receipts_true(target, group):
    pictures = {hand: painted(group, hand, target, steps=1, size=96) for hand in ("ccw", "cw")}
    assert {last.mirrored for _, _, last in pictures.values()} == {False, True}
    for pixels, receipt, _ in pictures.values():
        assert max(e for e in symmetry_errors(pixels, receipt) if e is not None) < 2.5
    one, other = (pixels.astype(int) for pixels, _, _ in pictures.values())
    over = np.s_[:, ::-1] if target == "sphere" else np.s_[::-1]  # y → −y
    assert np.abs(one[over] - other).max() <= 1


def test_any_hand_is_left_as_it_grows():
    assert not painted("p4", "any")[2].mirrored


def test_the_network_sees_a_mirrored_tile_as_it_is_delivered():
    """Letters, or strokes that lean, must not be painted the wrong way round."""
    scene = scene_of("tile", "p4", size=64)
    seen = []
    for mirrored in (False, True):
        surface = make_surface(dataclasses.replace(scene, mirrored=mirrored), 64, 1, CPU)
        surface.prepare_views(3)
        (look,) = surface.look(random_paint(surface), [0])
        seen.append(look.pixels.numpy())
    assert np.array_equal(seen[0][..., ::-1], seen[1])
