import numpy as np
import pytest
from shapes import affine_texture, cube, grid_mesh, islands, plane, torus, two_islands, uv_sphere

from geometry.mesh.mesh import make_mesh
from geometry.mesh.seams import find_seams, lookup_taps, seam_samples
from geometry.mesh.surface import uv_surface

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])


@pytest.mark.parametrize("textures", [1, 2])
def test_a_cube_of_six_islands_has_twelve_seams(textures):
    seams = find_seams(cube(3, textures))
    assert np.allclose(seams.cut.length, 2)
    assert len(seams.cut.length) == 12
    assert np.allclose(seams.inner.length, 2 * np.sqrt(2))  # the squares' diagonals
    assert len(seams.inner.length) == 6
    assert not seams.inner.folded.any()
    assert len(seams.open_sides) == 0


def test_both_sides_of_a_seam_run_the_same_way():
    mesh = cube(1)
    seams = find_seams(mesh)
    places = []
    for faces, ends in zip(seams.cut.faces.T, np.moveaxis(seams.cut.uvs, 1, 0), strict=True):
        # corner of the face with that UV, and its place in space
        match = np.abs(mesh.uvs[faces][:, None] - ends[:, :, None]).max(axis=-1)
        corner = match.argmin(axis=2)
        assert match.min(axis=2).max() < 1e-12
        places.append(mesh.corners[faces[:, None], corner])
    assert np.array_equal(*places)


def test_inward_is_the_way_into_the_face_by_length_in_space():
    pairs = find_seams(two_islands(turns=(0.0, np.pi / 2), sizes=(0.5, 0.25))).cut
    # Islands are turned clockwise in neither; UV per unit of length is half the cells' sizes.
    assert np.allclose(np.linalg.norm(pairs.inward[0], axis=1), [0.25, 0.125])
    assert np.allclose(pairs.inward[0, 0], [-0.25, 0])
    run = pairs.uvs[0, 1, 1] - pairs.uvs[0, 1, 0]
    assert abs(run @ pairs.inward[0, 1]) < 1e-12


def test_a_texture_that_repeats_has_no_seam_where_it_meets_itself():
    seams = find_seams(torus(12, 8))
    assert len(seams.cut.length) == 0
    assert len(seams.inner.length) == 12 * 8 * 3
    assert len(seams.open_sides) == 0


def test_collapsed_faces_are_passed_over():
    """At the poles of an equirectangular sphere half the faces have a side without length: the
    others meet there, each at its own longitude."""
    seams = find_seams(uv_sphere(16, 8))
    assert len(seams.cut.length) == 2 * 16
    assert len(seams.open_sides) == 0


def test_open_borders_are_no_seams():
    seams = find_seams(plane(3, 2))
    assert len(seams.cut.length) == 0
    assert len(seams.open_sides) == 10


def test_three_faces_on_an_edge_are_paired_one_after_the_other():
    leaves = [SQUARE, SQUARE * (1, -1, 1), SQUARE[:, [0, 2, 1]]]
    seams = find_seams(islands(leaves, [0, 1, 2], [0.5] * 3, 2))
    assert len(seams.cut.length) == 2
    assert len(seams.open_sides) == 9


def test_mirrored_halves_fold_at_their_middle():
    mesh = grid_mesh(lambda u, v: (2 * u - 1, v, 0 * u), 4, 1)
    folded = make_mesh(
        mesh.vertices, mesh.triangles, np.abs(mesh.uvs - (0.5, 0)) + np.array([0.1, 0])
    )
    seams = find_seams(folded)
    assert len(seams.cut.length) == 0
    assert np.array_equal(np.flatnonzero(seams.inner.folded), [4]) or seams.inner.folded.sum() == 1


def test_files_that_split_vertices_have_the_same_seams():
    mesh = uv_sphere(12, 6)
    split = make_mesh(mesh.corners.reshape(-1, 3), np.arange(72 * 6).reshape(-1, 3), mesh.uvs)
    ours, theirs = find_seams(mesh), find_seams(split)
    assert np.array_equal(ours.cut.sides, theirs.cut.sides)
    assert np.array_equal(ours.inner.sides, theirs.inner.sides)


def test_lookups_are_blenders():
    """Texel centres are read as they are; half-way between is the mean; a texture repeats and does
    not read the next one."""
    texture = np.random.default_rng(0).normal(size=(8, 6))
    uvs = np.array([[2.5 / 6, 1 - 1.5 / 4], [3 / 6, 1 - 1.5 / 4], [0, 1], [1 + 2.5 / 6, -1.5 / 4]])
    taps, weights = lookup_taps(uvs, np.array([1, 1, 0, 0]), 2, (8, 6))
    values = (texture.ravel()[taps] * weights).sum(axis=1)
    corner = texture[[0, 0, 3, 3], [0, 5, 0, 5]].mean()
    expected = [texture[5, 2], texture[5, 2:4].mean(), corner, texture[1, 2]]
    assert np.allclose(values, expected)


def test_seam_energy_is_the_mean_square_step_by_length():
    """A colour for each island of the cube: every seam's step is that of its two colours."""
    mesh = cube(5)
    seams = find_seams(mesh)
    size = 192
    colours = np.random.default_rng(2).normal(size=(6, 3))
    texels = uv_surface(mesh, size, size, margin=8)
    texture = colours[texels.triangle // 2] * (texels.triangle >= 0)[..., None]
    energy = (seam_samples(mesh, seams, (size, size)).apply(texture.reshape(-1, 3)) ** 2).sum()
    a, b = (colours[seams.cut.faces[:, side] // 2] for side in (0, 1))
    assert np.isclose(energy, ((a - b) ** 2).sum(axis=1).mean())


def test_a_texture_that_goes_on_over_the_seam_has_no_seam_energy():
    mesh = two_islands()
    size = 64
    seams = find_seams(mesh)
    slope = np.array([[0.7, -0.2, 0.1], [0.3, 0.5, -0.4]])
    texture = affine_texture(mesh, size, slope)
    samples = seam_samples(mesh, seams, (size, size), per_texel=2)
    assert samples.rows >= 2 * 0.55 / 2 * size
    assert np.abs(samples.apply(texture)).max() < 1e-9
