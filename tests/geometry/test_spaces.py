import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, affine, apply, circle, rotation, translation

RANDOM = np.random.default_rng(3)


def on(space, n=50):
    """Points of a space by its defining equation."""
    p = RANDOM.normal(size=(n, 3))
    if space is PLANE:
        p[:, 2] = 1
    elif space is SPHERE:
        p /= np.linalg.norm(p, axis=1, keepdims=True)
    else:
        p[:, 2] = np.sqrt(1 + p[:, 0] ** 2 + p[:, 1] ** 2)
    return p


def some_isometry(space):
    if space is PLANE:
        return affine(rotation(np.array([0, 0, 1.0]), 0.7)[:2, :2] @ np.diag([1, -1]), (2, -3))
    if space is SPHERE:
        return -Rotation.from_rotvec([0.3, -1, 2]).as_matrix()
    c, s = np.cosh(0.8), np.sinh(0.8)
    boost = np.array([[c, 0, s], [0, 1, 0], [s, 0, c]])
    return boost @ rotation(np.array([0, 0, 1.0]), 1.1)


def test_distances_have_their_closed_forms():
    a, b = on(PLANE), on(PLANE)
    assert np.allclose(PLANE.distance(a, b), np.hypot(*(a - b)[:, :2].T))
    a, b = on(SPHERE), on(SPHERE)
    assert np.allclose(SPHERE.distance(a, b), np.arccos(np.sum(a * b, axis=1)))
    a, b = on(HYPERBOLIC), on(HYPERBOLIC)
    product = a[:, 2] * b[:, 2] - a[:, 0] * b[:, 0] - a[:, 1] * b[:, 1]
    assert np.allclose(HYPERBOLIC.distance(a, b), np.arccosh(product))


def test_near_points_keep_their_distance():
    """arccos of a product near 1 would round 1e-9 to 0."""
    for space in (SPHERE, HYPERBOLIC):
        a, b = np.array([0, 0, 1.0]), np.array([1e-9, 0, 1.0])
        assert space.distance(a, b) == pytest.approx(1e-9, rel=1e-6)


@pytest.mark.parametrize("space", [PLANE, SPHERE, HYPERBOLIC], ids=lambda s: s.name)
def test_isometries_are_told_from_other_maps(space):
    good = some_isometry(space)
    a, b = on(space), on(space)
    assert space.is_isometry(good)
    moved = space.distance(apply(good, a), apply(good, b))
    assert np.allclose(moved, space.distance(a, b), atol=1e-9)
    assert not space.is_isometry(good * 1.001)
    assert not space.is_isometry(good @ np.diag([1, 2, 1]))
    assert space.is_isometry(good) == space.is_isometry(np.linalg.inv(good))


def test_the_lower_sheet_is_not_the_hyperbolic_plane():
    assert not HYPERBOLIC.is_isometry(np.diag([1.0, 1.0, -1.0]))


def test_rotations_are_scipys():
    for _ in range(20):
        vector = RANDOM.normal(size=3)
        angle = np.linalg.norm(vector)
        assert np.allclose(rotation(5 * vector, angle), Rotation.from_rotvec(vector).as_matrix())


@pytest.mark.parametrize("space", [SPHERE, HYPERBOLIC], ids=lambda s: s.name)
def test_a_circle_has_its_radii_and_runs_counterclockwise(space):
    centre = np.array([0.6, 0.48, 0.64]) if space is SPHERE else np.array([0.6, -0.8, 2**0.5])
    radii, angles = np.array([0.01, 0.3, 1.2]), np.linspace(0, 2 * np.pi, 7)
    points = circle(space, centre, radii, angles)
    assert np.allclose(space.inner(points, points), space.curvature)
    assert np.allclose(space.distance(points, centre), radii[:, None])
    # a small turn to the left, seen from the side that the centre points to
    small = points[0] - centre
    turns = np.linalg.det(np.stack([small[:-1], small[1:], np.broadcast_to(centre, (6, 3))], 1))
    assert (turns > 0).all()


def test_a_translation_brings_the_origin_to_a_point_along_their_line():
    point = np.array([0.6, -1.7, np.sqrt(1 + 0.36 + 2.89)])
    step = translation(point)
    assert HYPERBOLIC.is_isometry(step)
    assert np.allclose(step @ [0, 0, 1], point)
    assert np.allclose(step @ (point * (-1, -1, 1)), [0, 0, 1])
    pole = np.cross(point, [0, 0, 1])  # of the line through both: it stays
    assert np.allclose(step @ pole, pole)
