import numpy as np
import pytest
from shapes import affine_texture, cube, grid_mesh, plane, two_islands, uv_sphere

from geometry.mesh.mesh import make_mesh
from geometry.mesh.seams import find_seams, seam_samples
from geometry.mesh.surface import uv_surface
from geometry.texture.margins import filling, margin_map
from geometry.texture.seam_erasure import erase_seams
from geometry.texture.seam_steps import seam_ratio


def noise(texels: int, seed: int = 0):
    return np.random.default_rng(seed).normal(size=(texels, 3))


def test_an_affine_pattern_goes_on_beyond_the_seam():
    """Two islands turned and scaled differently: their margins hold what the plane holds there."""
    mesh, size, margin = two_islands(), 128, 10
    texture = affine_texture(mesh, size, np.array([[0.7, -0.2, 0.1], [0.3, 0.5, -0.4]]))
    filled = margin_map(mesh, (size, size), margin).apply(texture)
    texels = uv_surface(mesh, size, size, margin)
    at_seam = np.abs(texels.position[..., 0] - 1) < 1e-6
    along = (texels.position[..., 1] > 0.2) & (texels.position[..., 1] < 0.8)
    read = ((texels.triangle >= 0) & at_seam & along).ravel()
    assert read.sum() > 300
    assert np.allclose(filled[read], texture[read], atol=1e-3)


@pytest.mark.parametrize("mesh", [cube(4), cube(7, textures=2), uv_sphere(12, 6)])
def test_rows_are_means_of_texels_that_keep_their_paint(mesh):
    shape = (96 * mesh.textures, 96)
    filling = margin_map(mesh, shape, 6)
    assert filling.weights.min() >= 0
    assert np.allclose(np.add.reduceat(filling.weights, filling.indptr[:-1]), 1)
    paint = noise(shape[0] * shape[1])
    filled = filling.apply(paint)
    assert np.array_equal(filling.apply(filled), filled)
    inside = uv_surface(mesh, 96, shape[0], 1).covered.ravel()
    changed = np.abs(filled - paint).max(axis=1) > 0
    assert not changed[inside].all()
    assert changed[~inside].all()


def test_margins_of_a_cube_hold_the_next_face_as_far_away():
    """The texture says how far a face's points are from each edge: beyond an edge the texels say it
    of the neighbour, at the same distance."""
    mesh, size, margin = cube(9), 256, 6
    texels = uv_surface(mesh, size, size, margin)
    filled = margin_map(mesh, (size, size), margin).apply(texels.position.reshape(-1, 3))
    border = texels.position[texels.margin]
    beyond = filled[texels.margin.ravel()]
    middle = (np.abs(border) < 0.8).sum(axis=1) == 1  # not near the cube's corners
    face = np.abs(beyond - border)[middle]
    steps = np.sort(face, axis=1)
    assert middle.sum() > 500
    # One of the two coordinates that are ±1 on the edge has become smaller, and no other changes.
    assert steps[:, :2].max() < 0.02
    assert steps[:, 2].min() > 0


def test_beyond_an_open_border_is_the_nearest_texel():
    mesh = make_mesh(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], [[[0.3, 0.3], [0.7, 0.3], [0.3, 0.7]]]
    )
    size = 40
    paint = noise(size * size)
    filled = margin_map(mesh, (size, size), 3).apply(paint)
    covered = np.argwhere(uv_surface(mesh, size, size, 0).covered)
    for i, j in np.argwhere(~uv_surface(mesh, size, size, 0).covered):
        away = np.linalg.norm(covered - (i, j), axis=1)
        near = covered[away < away.min() + 1e-9] @ (size, 1)
        # The texture repeats, so that the far side may be nearer still.
        if away.min() < 3:
            assert (filled[i * size + j] == paint[near]).all(axis=1).any()
    assert (filled[:, None] == paint[covered @ (size, 1)][None]).all(axis=2).any(axis=1).all()


def test_islands_over_the_side_of_the_texture_are_filled_alike():
    mesh, size = cube(2), 96
    moved = make_mesh(mesh.vertices, mesh.triangles, np.add(mesh.uvs, (0.25, -0.5)))
    paint = noise(size * size).reshape(size, size, 3)
    here = margin_map(mesh, (size, size), 5).apply(paint.reshape(-1, 3)).reshape(size, size, 3)
    rolled = np.roll(paint, (size // 2, size // 4), axis=(0, 1)).reshape(-1, 3)
    there = margin_map(moved, (size, size), 5).apply(rolled).reshape(size, size, 3)
    back = np.roll(there, (-(size // 2), -(size // 4)), axis=(0, 1))
    near = uv_surface(mesh, size, size, 5).triangle >= 0
    differs = np.abs(back - here).max(axis=2) > 1e-3
    assert not differs[near].any()


def test_textures_of_one_mesh_read_each_other_only_over_seams():
    """Each square of the cube has one of two textures: without seams between them, nothing of one
    comes into the other."""
    mesh = two_islands(textures=2)
    apart = make_mesh(
        mesh.vertices + 5 * np.repeat([[0, 0, 0], [0, 0, 1]], 4, axis=0),
        mesh.triangles,
        mesh.uvs,
        mesh.texture,
    )
    for some, mixes in ((mesh, True), (apart, False)):
        filling = margin_map(some, (128, 64), 6)
        row = np.arange(filling.rows).repeat(np.diff(filling.indptr))
        assert ((row < 64 * 64) != (filling.indices < 64 * 64)).any() == mixes


def test_a_mirrored_layout_reads_its_mirror_image():
    mesh = grid_mesh(lambda u, v: (2 * u - 1, v, 0 * u), 4, 1)
    folded = make_mesh(
        mesh.vertices, mesh.triangles, np.abs(mesh.uvs - (0.5, 0)) * 0.8 + np.array([0.25, 0.1])
    )
    size = 64
    paint = noise(size * size).reshape(size, size, 3)
    filled = margin_map(folded, (size, size), 5).apply(paint.reshape(-1, 3)).reshape(size, size, 3)
    assert np.allclose(filled[10:50, 11:16], filled[10:50, 16:21][:, ::-1], atol=1e-5)
    assert np.array_equal(filled[10:50, 16:40], paint[10:50, 16:40])


def test_margins_make_two_sides_of_a_seam_agree_better():
    mesh, shape = cube(6), (128, 128)
    smooth = noise(16 * 16).reshape(16, 1, 16, 1, 3)
    paint = np.broadcast_to(smooth, (16, 8, 16, 8, 3)).reshape(-1, 3)
    samples = seam_samples(mesh, find_seams(mesh), shape)
    before = (samples.apply(paint) ** 2).sum()
    after = (samples.apply(margin_map(mesh, shape, 8).apply(paint)) ** 2).sum()
    assert after < 0.2 * before
    assert margin_map(plane(), shape, 4).indices.tolist() == list(range(128 * 128))


def test_any_heap_of_triangles_is_filled_and_erased():
    """Edges with many faces, slivers, faces without area in space or in the layout, overlaps."""
    rng = np.random.default_rng(3)
    points = rng.normal(size=(12, 3))
    points[:3] = [[0, 0, 0], [1, 0, 0], [0.5, 1e-9, 0]]
    faces = rng.integers(0, 12, (60, 3))
    faces[0] = 0, 1, 2
    uvs = rng.uniform(size=(60, 1, 2)) + 0.1 * rng.normal(size=(60, 3, 2))
    uvs[10] = uvs[10, :1]
    heap = make_mesh(points, faces, np.clip(uvs, 0, 1))
    filling = margin_map(heap, (64, 64), 5)
    assert np.allclose(np.add.reduceat(filling.weights, filling.indptr[:-1]), 1)
    seams = find_seams(heap)
    assert np.isfinite(seam_samples(heap, seams, (64, 64)).weights).all()
    erased = erase_seams(noise(64 * 64), heap, seams, (64, 64), 5)
    assert np.isfinite(erased).all()
    assert seam_ratio(erased.reshape(64, 64, 3), heap, seams, 0) > 0


@pytest.mark.parametrize("mesh", [cube(seed=2), plane(), two_islands()])
def test_some_texels_are_filled_as_all_of_them(mesh, monkeypatch):
    size, random = 64, np.random.default_rng(0)
    found, whole = filling(mesh, (size, size), 6), margin_map(mesh, (size, size), 6)
    paint = random.normal(size=(size**2, 3))
    some = random.integers(0, size**2, 300)
    assert np.array_equal(found.rows(some).apply(paint), whole.row_subset(some).apply(paint))
    wanted = whole.apply(paint)
    assert np.array_equal(wanted[found.kept], paint[found.kept])
    monkeypatch.setattr("geometry.texture.margins.AT_ONCE", 100)
    found.fill(paint)
    np.testing.assert_allclose(paint, wanted, atol=1e-12)
