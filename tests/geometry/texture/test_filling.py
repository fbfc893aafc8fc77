import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve
from shapes import plane, torus

from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.texture.filling import fill_unseen
from geometry.texture.multigrid import solve_on_grid


def halves(apart=0.0):
    """The square (±1, ±1, 0) cut along x = 0 into two islands: the left one upright on the left of
    the layout, the right one turned by 90° and at another scale; moved ``apart`` in x."""
    square = [[-1, -1, 0], [0, -1, 0], [0, 1, 0], [-1, 1, 0]]
    points = np.array(square + [[x + 1 + apart, y, z] for x, y, z in square], float)
    faces = [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]
    left = [[0.05, 0.05], [0.45, 0.05], [0.45, 0.85], [0.05, 0.85]]
    right = [[0.55, 0.35], [0.55, 0.05], [0.95, 0.05], [0.95, 0.35]]
    return make_mesh(points, faces, np.array(left + right)[np.array(faces)])


def filled(mesh, side, colour, hole):
    """colour(positions) with a hole filled, the texels, the hole, the true texture."""
    texels = uv_surface(mesh, side, side, 1)
    truth = colour(texels.position)
    unseen = hole(texels.position) & texels.covered
    texture = np.where(unseen[..., None], -9.0, truth)
    out = fill_unseen(texture.reshape(-1, truth.shape[-1]), unseen, texels, mesh)
    return out.reshape(truth.shape), texels, unseen, truth


def test_harmonic_colours_come_back_and_all_else_is_left_alone():
    def colour(p):
        x, y = p[..., 0], p[..., 1]
        return np.stack([x, y, x * y, x * x - y * y], axis=-1)

    out, _, unseen, truth = filled(
        plane(), 96, colour, lambda p: np.linalg.norm(p[..., :2], axis=-1) < 0.7
    )
    assert unseen.sum() > 3000
    assert np.abs(out - truth)[unseen].max() < 2e-3
    assert np.array_equal(out[~unseen], truth[~unseen])


def test_colours_run_across_a_seam_to_an_island_that_is_turned_and_scaled():
    def colour(p):
        return p[..., :2] * 0.5 + 0.5

    out, _, unseen, truth = filled(
        halves(), 160, colour, lambda p: np.linalg.norm(p[..., :2], axis=-1) < 0.6
    )
    step = 2 / (0.3 * 160) / 2  # a texel of the coarser island, in colour
    error = np.abs(out - truth)[unseen]
    assert error.max() < step
    assert error.mean() < step / 4


def test_a_patch_that_touches_nothing_seen_takes_the_nearest_colours():
    out, texels, unseen, _ = filled(
        halves(apart=0.5), 128, lambda p: p[..., 1:2] * 0.5 + 0.5, lambda p: p[..., 0] > 0.2
    )
    wanted = texels.position[..., 1] * 0.5 + 0.5
    assert unseen.sum() > 1000
    assert np.abs(out[..., 0] - wanted)[unseen].mean() < 0.06
    steps = np.abs(np.diff(out[..., 0], axis=1))[unseen[:, 1:] & unseen[:, :-1]]
    assert steps.max() < 0.05


def test_a_hole_is_filled_alike_in_the_middle_of_a_layout_and_across_its_ends():
    ring = torus()
    rolled = make_mesh(ring.vertices, ring.triangles, ring.uvs + 0.5)
    # The ring's outermost point is the layout's corner; rolled, it is its middle.
    results = [
        filled(mesh, 128, lambda p: p + 0.5 * p**2, lambda p: p[..., 0] > 1.0)
        for mesh in (ring, rolled)
    ]
    (corner, _, unseen, _), (middle, _, unseen_there, _) = results
    assert 0.05 < unseen.mean() < 0.5
    assert unseen[0, 0]
    assert unseen_there[64, 64]
    assert np.abs(np.roll(corner, 64, axis=(0, 1)) - middle).max() < 0.03


def test_nothing_seen_or_nothing_unseen_changes_nothing():
    mesh = plane()
    texels = uv_surface(mesh, 16, 16, 1)
    texture = np.random.default_rng(0).random((256, 3))
    for unseen in (np.ones((16, 16), bool), np.zeros((16, 16), bool)):
        assert np.array_equal(fill_unseen(texture, unseen, texels, mesh), texture)


def test_multigrid_solves_what_a_direct_solver_solves():
    rng = np.random.default_rng(5)
    inside = rng.random((70, 90)) < 0.9  # ragged, in several parts
    number = np.where(inside, np.cumsum(inside).reshape(inside.shape) - 1, -1)
    pairs = [
        np.column_stack([a.ravel(), b.ravel()])
        for a, b in ((number[1:], number[:-1]), (number[:, 1:], number[:, :-1]))
    ]
    one, other = np.concatenate(pairs)[(np.concatenate(pairs) >= 0).all(axis=1)].T
    count = int(inside.sum())
    links = sparse.csr_matrix((rng.uniform(0.1, 4, len(one)), (one, other)), (count, count))
    links = links + links.T
    pull = np.where(rng.random(count) < 0.01, 1.0, 1e-3)
    matrix = (sparse.diags(pull + np.asarray(links.sum(axis=1)).ravel()) - links).tocsr()
    right = rng.normal(size=(count, 2))
    places = np.column_stack([np.zeros(count, int), *np.nonzero(inside)])
    found = solve_on_grid(matrix, right, places, tolerance=1e-8)
    assert found == pytest.approx(spsolve(matrix.tocsc(), right), abs=1e-5)
