"""The sphere in triangles: a group permutes them, and what is sampled on them."""

import numpy as np
import pytest
import trimesh
from solid_groups import matrices_of

from geometry.solid.ball_mesh import ball_mesh
from geometry.solid.orbits import averaged, closed, contains, orbits, permutation
from geometry.spaces import rotation

NAMES = ["532", "*532", "432", "3*2", "332", "*332", "1", "x", "22", "5x", "2*7", "*226", "60*"]


@pytest.mark.parametrize("name", NAMES)
def test_a_group_permutes_corners_and_triangles(name):
    matrices = matrices_of(name)
    mesh = ball_mesh(matrices, 0.2)
    solid = trimesh.Trimesh(mesh.points, mesh.triangles, process=False)
    assert solid.is_volume and solid.euler_number == 2
    assert 0.95 * 4 / 3 * np.pi < solid.volume < 4 / 3 * np.pi
    assert solid.edges_unique_length.max() < 0.3
    assert contains(mesh.kept, matrices)
    triangles = {frozenset(triangle) for triangle in mesh.triangles.tolist()}
    for matrix in matrices[:: max(1, len(matrices) // 7)]:
        moved = permutation(mesh.points, matrix)
        assert {frozenset(moved[list(triangle)].tolist()) for triangle in triangles} == triangles


@pytest.mark.parametrize("name", ["532", "*332", "5x"])
def test_orbits_are_those_of_all_elements(name):
    matrices = matrices_of(name)
    points = ball_mesh(matrices, 0.4).points
    orbit = orbits(points, matrices)
    images = np.array([permutation(points, matrix) for matrix in matrices])
    for point in range(0, len(points), 9):
        assert set(np.flatnonzero(orbit == orbit[point])) == set(images[:, point].tolist())
    values = np.random.default_rng(0).normal(size=(len(points), 2))
    mean = averaged(values, orbit)
    assert np.allclose(mean, values[images].mean(axis=0))
    assert (mean[images] == mean).all()


def test_a_group_with_its_axes_elsewhere_keeps_nothing_that_it_has_not():
    tilted = rotation(np.array([1.0, 0.3, 0.2]), 0.7)
    matrices = tilted @ matrices_of("532") @ tilted.T
    mesh = ball_mesh(matrices, 0.3)
    assert not contains(mesh.kept, matrices)
    assert orbits(mesh.points, matrices).max() == len(mesh.points) - 1


def test_what_is_no_finite_group_is_not_closed():
    with pytest.raises(ValueError, match="elements"):
        closed([rotation(np.array([0.0, 0.0, 1.0]), 1.0)])
