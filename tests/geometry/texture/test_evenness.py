"""Densities that change gradually over a surface, against all-pairs shortest paths."""

import numpy as np
import pytest
from scipy.sparse import csgraph
from shapes import blob, cube, prism, torus

from geometry.mesh.mesh import make_mesh
from geometry.texture.evenness import OCTAVE_LENGTH, gradual_density

MESHES = {"cube": cube(), "prism": prism(7), "torus": torus(16, 8), "blob": blob(14, 9)}


def edge_distances(mesh):
    """(P, P) lengths of the shortest ways along edges, in lengths of an octave."""
    points = mesh.welded
    count = points.max() + 1
    extent = np.linalg.norm(np.ptp(mesh.vertices, axis=0))
    dense = np.full((count, count), np.inf)
    for k in range(3):
        a, b = points[:, k], points[:, (k + 1) % 3]
        length = np.linalg.norm(mesh.corners[:, k] - mesh.corners[:, (k + 1) % 3], axis=1)
        dense[a, b] = dense[b, a] = length / (OCTAVE_LENGTH * extent)
    return csgraph.shortest_path(dense, directed=False)


def largest_field(mesh, density):
    """(F,) by the definition: over all known points, log₂ ρ(q) + d(p, q)."""
    points, octaves = mesh.welded, np.full(mesh.welded.max() + 1, np.inf)
    for face in np.flatnonzero(density > 0):
        octaves[points[face]] = np.minimum(octaves[points[face]], np.log2(density[face]))
    reached = (edge_distances(mesh) + octaves).min(axis=1)
    limit = np.where(density > 0, density, np.inf)
    return np.minimum(limit, 2 ** reached[points].mean(axis=1)), reached


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.parametrize("silent", [0.0, 0.3])
def test_it_is_the_largest_gradual_field(name, silent):
    mesh, random = MESHES[name], np.random.default_rng(3)
    density = 2 ** random.uniform(-6, 6, len(mesh.triangles))
    density[random.random(len(density)) < silent] = 0
    gradual = gradual_density(mesh, density)
    expected, reached = largest_field(mesh, density)
    np.testing.assert_allclose(gradual, expected, rtol=1e-9)
    assert (gradual <= np.where(density > 0, density, np.inf)).all()
    assert (gradual < 0.99 * density).any()  # something was evened
    # from any corner to any other: at most an octave per length, the Lipschitz property
    steps = np.abs(reached[:, None] - reached)
    assert (steps <= edge_distances(mesh) + 1e-9).all()


def test_an_even_density_stays():
    mesh = torus(16, 8)
    density = np.full(len(mesh.triangles), 37.5)
    np.testing.assert_allclose(gradual_density(mesh, density), density, rtol=1e-12)


def test_size_and_units_do_not_matter():
    mesh = blob(14, 9)
    density = 2 ** np.random.default_rng(1).uniform(-4, 4, len(mesh.triangles))
    large = make_mesh(1000 * mesh.vertices, mesh.triangles, mesh.uvs)
    once = gradual_density(mesh, density)
    np.testing.assert_allclose(gradual_density(large, density / 1000), once / 1000, rtol=1e-6)


def test_it_goes_across_uv_seams_but_not_through_the_air():
    """Two islands of one surface are neighbours, two surfaces are not, however close."""
    mesh = cube(seed=1)
    density = np.full(12, 1e6)
    density[0] = 1.0
    assert (gradual_density(mesh, density)[1:] < 1e6).any()
    apart = make_mesh(
        np.concatenate([mesh.vertices, mesh.vertices + (0, 0, 2.001)]),
        np.concatenate([mesh.triangles, mesh.triangles + len(mesh.vertices)]),
        np.concatenate([mesh.uvs, mesh.uvs]),
    )
    both = gradual_density(apart, np.concatenate([density, np.full(12, 1e6)]))
    np.testing.assert_allclose(both[12:], 1e6, rtol=1e-9)


def test_nothing_known_is_nothing_changed():
    mesh = cube()
    np.testing.assert_array_equal(gradual_density(mesh, np.zeros(12)), np.zeros(12))
