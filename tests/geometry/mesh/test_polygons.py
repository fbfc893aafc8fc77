"""Polygons cut into triangles."""

import numpy as np
import pytest

from geometry.mesh.polygons import triangulated

SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2)]
NOTCHED = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
TURN = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]


def cut(*polygons, bumps=0.0):
    """Triangles (T, 3, 2) of polygons in the plane, cut in a slanted plane in space, and owners."""
    flat = np.concatenate(polygons).astype(float)
    noise = bumps * np.random.default_rng(1).normal(size=len(flat))
    points = np.column_stack([flat, noise]) @ TURN.T * 7 + 1000
    sizes = np.array([len(polygon) for polygon in polygons])
    triangles, owner = triangulated(points, np.arange(len(flat)), sizes)
    return flat[triangles], owner, triangles


def area(points):
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    return (x * np.roll(y, -1, -1) - y * np.roll(x, -1, -1)).sum(-1) / 2


def covers(polygon, **how):
    """Whether the triangles cover the polygon once: all turn as it does, areas add up."""
    triangles, _, places = cut(polygon, **how)
    areas = area(triangles) * np.sign(area(polygon))
    assert areas.sum() == pytest.approx(abs(area(polygon))) and areas.min() > -1e-9
    assert set(places.ravel()) == set(range(len(polygon)))
    return len(triangles)


@pytest.mark.parametrize("turned", range(6))
def test_a_notch_stays_open_wherever_the_polygon_begins(turned):
    polygon = np.roll(NOTCHED, turned, axis=0)
    assert covers(polygon) == covers(polygon[::-1]) == 4
    assert covers(polygon, bumps=0.03) == 4


@pytest.mark.parametrize("turned", range(4))
def test_a_hollow_quad_is_cut_from_its_hollow_corner(turned):
    arrow = np.roll([(0, 0), (3, 0), (1, 1), (0, 3)], turned, axis=0)
    assert covers(arrow) == covers(arrow[::-1]) == 2


def test_corners_on_straight_sides_are_kept():
    sides = [
        np.linspace(a, b, 4)[:-1] for a, b in zip(NOTCHED, np.roll(NOTCHED, -1, 0), strict=True)
    ]
    polygon = np.concatenate(sides)
    assert covers(polygon) == len(polygon) - 2
    places = cut(polygon)[2]
    edges = {tuple(sorted(edge)) for t in places for edge in zip(t, np.roll(t, 1), strict=True)}
    assert all(tuple(sorted((k, (k + 1) % 18))) in edges for k in range(18))


def test_a_comb_and_a_star_and_a_keyhole():
    comb = [(0, 3), (0, 0), (20, 0), (20, 3)]
    comb += [(x, y) for k in range(19, 0, -1) for x, y in [(k + 0.2, 3), (k, 1), (k - 0.2, 3)]]
    assert covers(comb) == len(comb) - 2
    angles = np.arange(400) * np.pi / 200
    radii = np.where(np.arange(400) % 2, 1, 3)
    assert covers(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])) == 398
    hole = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 0), (3, 3), (3, 6), (6, 6), (6, 3), (3, 3)]
    triangles, _, _ = cut(hole)
    assert area(triangles).sum() == pytest.approx(81 - 9) == area(hole)


def test_repeated_corners_and_polygons_without_area():
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
    polygons = [[0, 1, 2, 2], [0, 0, 1, 1, 2, 3, 3], [0, 1, 0], [2, 2, 2, 2], [1, 3], [0, 1, 1, 0]]
    sizes = np.array([len(polygon) for polygon in polygons])
    corners = np.concatenate(polygons)
    triangles, owner = triangulated(points, corners, sizes)
    assert [corners[t].tolist() for t in triangles[owner == 0]] == [[0, 1, 2]]
    assert np.bincount(owner).tolist() == [1, 2, 1]  # a triangle is kept as it is
    assert np.isin(corners[triangles[owner == 1]], (0, 1, 2, 3)).all()


def test_triangles_come_in_the_polygons_order():
    triangles, owner, _ = cut(NOTCHED, SQUARE, NOTCHED[::-1], SQUARE[:3])
    assert owner.tolist() == [0] * 4 + [1] * 2 + [2] * 4 + [3]
    sums = np.bincount(owner, area(triangles))
    np.testing.assert_allclose(sums, [3, 4, -3, 2])


def test_what_crosses_itself_ends():
    rng = np.random.default_rng(5)
    for count in (4, 5, 9, 40):
        polygons = rng.integers(0, 5, (50, count, 2))
        triangles, owner, _ = cut(*polygons)
        assert len(triangles) <= 50 * (count - 2) and owner.max(initial=0) < 50
