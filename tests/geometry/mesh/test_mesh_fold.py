import functools

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import expit
from shapes import head, icosphere, prism, vase

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.mesh.fold import MeshFold
from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.mesh.symmetry import place
from geometry.mesh.symmetry_error import symmetry_error
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.folds import parse_folds
from geometry.symmetry.groups import elements

SIDE, MARGIN = 512, 3.0


@functools.cache
def surface(make):
    mesh = make()
    return mesh, uv_surface(mesh, SIDE, SIDE, MARGIN)


def waves(points, seed=0, length=0.5):
    """Smooth logits (n, 3) that are not symmetric: waves through space, ``length`` long or more."""
    random = np.random.default_rng(seed)
    towards = random.normal(size=(24, 3))
    towards *= random.uniform(0.3, 1, (24, 1)) / np.linalg.norm(towards, axis=1, keepdims=True)
    phases = points.reshape(-1, 3) @ towards.T * (2 * np.pi / length) + random.uniform(0, 7, 24)
    return np.sin(phases) @ random.normal(size=(24, 3)) * 0.4


@functools.cache
def folded(make, name, rule="none", axis="Z", centre="centroid", folds=None):
    mesh, texels = surface(make)
    group = find_group(name, "sphere")
    colouring = (
        colourings(group)[int(rule)] if rule.lstrip("-").isdigit() else find_colouring(group, rule)
    )
    placement = place(mesh, axis, centre)
    fold = MeshFold(mesh, group, colouring, placement, (SIDE, SIDE), MARGIN, folds).whole()
    logits = fold.apply(waves(texels.position))
    texture = np.rint(255 * expit(logits)).astype(np.uint8).reshape(SIDE, SIDE, 3)
    return fold, texture, mesh, (group, colouring, placement)


def off_centre():
    mesh = vase()
    points = mesh.vertices[:, [2, 0, 1]] * 3 + (5, -2, 1)
    return make_mesh(points, mesh.triangles, mesh.uvs)


def seven_sided():
    return prism(7)


@pytest.mark.parametrize(
    ("make", "name", "rule", "axis"),
    [
        (vase, "12.12", "-1", "Z"),
        pytest.param(vase, "*66", "-1", "Z", marks=pytest.mark.slow),
        (off_centre, "12.12", "-1", "X"),
        (seven_sided, "*227", "-1", "Z"),
        (icosphere, "532", "none", "Z"),
        pytest.param(icosphere, "*532", "none", "Z", marks=pytest.mark.slow),
        (head, "*", "-1", "Y"),
    ],
)
def test_the_texture_is_symmetric(make, name, rule, axis):
    _, texture, mesh, symmetry = folded(make, name, rule, axis)
    errors = symmetry_error(texture, mesh, *symmetry)
    assert [error.letter for error in errors] == [g.letter for g in symmetry[0].generators]
    assert all(error.rms < 1.0 for error in errors), errors
    assert np.ptp(texture[SIDE // 4 : SIDE // 2, : SIDE // 3]) > 60  # there is a picture


def test_a_turned_vase_repeats_along_u():
    """By the vase's own making: a twelfth of a turn is a twelfth of the texture's width."""
    _, texture, _, (_, colouring, _) = folded(vase, "12.12", "-1")
    colour = signed_matrix(colouring.images["r"])
    picture = texture / 255 - 0.5
    shifted = ndimage.shift(picture, (0, -SIDE / 12, 0), order=3, mode="grid-wrap")
    error = (shifted - picture @ colour.T)[8 : SIDE - 8]
    assert 255 * np.sqrt((error**2).mean()) < 1.0
    assert 255 * np.abs(picture - shifted).mean() > 5


def test_an_asymmetric_texture_is_measured_as_such():
    mesh, texels = surface(vase)
    group = find_group("12.12", "sphere")
    symmetry = (group, find_colouring(group, "none"), place(mesh, "Z", "centroid"))
    texture = expit(waves(texels.position)).reshape(SIDE, SIDE, 3)
    (error,) = symmetry_error(texture, mesh, *symmetry)
    assert error.rms > 20
    assert error.worst > error.rms
    few = rounded(texture)
    (of_few,) = symmetry_error(few, mesh, *symmetry)
    (of_many,) = symmetry_error(few.astype(np.uint16) * 257, mesh, *symmetry)
    assert of_few.rms == pytest.approx(error.rms, rel=0.01)
    assert of_many.rms == pytest.approx(of_few.rms, rel=1e-9)


def test_weights_sum_to_one_where_there_is_surface_and_rows_beyond_the_margin_are_empty():
    fold, *_ = folded(icosphere, "532")
    _, texels = surface(icosphere)
    sums = np.bincount(np.arange(fold.rows).repeat(np.diff(fold.indptr)), fold.weights, fold.rows)
    painted = (texels.triangle >= 0).ravel()
    assert np.allclose(sums[painted], 1)
    assert not np.diff(fold.indptr)[~painted].any()
    assert fold.columns == fold.rows == SIDE * SIDE


@pytest.mark.parametrize(("make", "name"), [(vase, "*12.12"), (icosphere, "532"), (head, "22")])
def test_about_one_element_contributes(make, name):
    """Over most of the surface the strongest copy has nearly all the weight."""
    fold, *_ = folded(make, name)
    _, texels = surface(make)
    painted = texels.covered.ravel() & (np.diff(fold.indptr) > 0)
    by_copy = np.add.reduceat(fold.weights, np.arange(0, len(fold.weights), 4))
    strongest = np.maximum.reduceat(by_copy, fold.indptr[:-1][np.diff(fold.indptr) > 0] // 4)
    assert np.mean(strongest > 0.9) > 0.6
    assert painted.any()


def test_without_symmetry_paint_stays_where_it_is():
    fold, *_ = folded(icosphere, "1")
    _, texels = surface(icosphere)
    paint = waves(texels.position)
    inside = ndimage.binary_erosion(texels.covered, iterations=5).ravel()
    assert np.abs(fold.apply(paint) - paint)[inside].max() < 1e-3


def test_the_fold_agrees_with_the_sphere_of_its_directions():
    """On a fine sphere F must be invariant under every element, by the directions alone."""
    fold, *_ = folded(icosphere, "332")
    _, texels = surface(icosphere)
    group = find_group("332", "sphere")
    logits = apply_map(fold, waves(texels.position, length=1.0))
    inside = np.flatnonzero(ndimage.binary_erosion(texels.covered, iterations=3).ravel())
    points = texels.position.reshape(-1, 3)[inside]
    tree = cKDTree(points)
    for matrix in elements(group, find_colouring(group, "none")).matrices[1:6]:
        distance, near = tree.query(points[::97] @ matrix.T)
        close = distance < 0.004  # about a texel
        assert close.sum() > 300
        assert np.abs(logits[inside[near]] - logits[inside[::97]])[close].mean() < 0.05


def test_partial_folds_weigh_the_turns():
    """1/12: the paint and its copy a twelfth of a turn on, with equal weights."""
    fold, *_ = folded(vase, "12.12", folds=parse_folds("1/12"))
    _, texels = surface(vase)
    paint = waves(texels.position)
    turned = ndimage.shift(
        paint.reshape(SIDE, SIDE, 3), (0, -SIDE / 12, 0), order=1, mode="grid-wrap"
    ).reshape(-1, 3)
    difference = (fold.apply(paint) - (paint + turned) / np.sqrt(2)).reshape(SIDE, SIDE, 3)
    assert np.abs(difference[8 : SIDE - 8]).max() < 0.05


def test_several_textures_fold_into_each_other():
    """The prism's ends in a second texture: mirroring it across still repeats them."""
    one = seven_sided()
    ends = (np.ptp(one.corners[:, :, 2], axis=1) < 0.1).astype(int)
    mesh = make_mesh(one.vertices, one.triangles, one.uvs, ends)
    texels = uv_surface(mesh, SIDE, 2 * SIDE, MARGIN)
    group = find_group("7*", "sphere")
    rule, placement = colourings(group)[-1], place(mesh, "Z", "centroid")
    fold = MeshFold(mesh, group, rule, placement, (2 * SIDE, SIDE), MARGIN).whole()
    texture = expit(fold.apply(waves(texels.position))).reshape(2 * SIDE, SIDE, 3)
    for error in symmetry_error(texture, mesh, group, rule, placement):
        assert error.rms < 1.0
