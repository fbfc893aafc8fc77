import numpy as np
import pytest
import trimesh
from shapes import plane, torus, uv_sphere

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.mesh.surface import nearest_points, uv_surface

POINTS = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
FACE = [[0, 1, 2]]
UVS = [[[0, 0], [1, 0], [0, 1]]]


@pytest.mark.parametrize(
    ("vertices", "triangles", "uvs", "code"),
    [
        ([], [], None, "mesh-empty"),
        (POINTS, np.zeros((0, 3), int), UVS, "mesh-empty"),
        ([[0, 0], [1, 0], [0, 1]], FACE, UVS, "mesh-bad-shape"),
        (POINTS, FACE, [UVS[0], UVS[0]], "mesh-bad-shape"),
        ([[0, 0, 0], [np.nan, 0, 0], [0, 1, 0]], FACE, UVS, "mesh-non-finite"),
        (POINTS, FACE, [[[0, 0], [np.inf, 0], [0, 1]]], "mesh-non-finite"),
        (POINTS, [[0, 1, 3]], UVS, "mesh-bad-index"),
        (POINTS, [[0, 1, -1]], UVS, "mesh-bad-index"),
        (POINTS, [[0.0, 1.0, 2.0]], UVS, "mesh-bad-index"),
        ([[0, 0, 0], [1, 1, 1], [2, 2, 2]], FACE, UVS, "mesh-zero-area"),
        (POINTS, FACE, None, "mesh-no-uv"),
        (POINTS, FACE, [[[0, 0], [1, 1], [0.5, 0.5]]], "mesh-no-uv"),
        (POINTS, FACE, [[[0, 0], [2, 0], [0, 1]]], "mesh-uv-range"),
    ],
)
def test_bad_meshes_are_refused_in_one_line(vertices, triangles, uvs, code):
    with pytest.raises(InputError) as refused:
        make_mesh(vertices, triangles, uvs)
    assert refused.value.code == code
    assert "\n" not in str(refused.value)


def test_a_mesh_is_a_frozen_copy():
    vertices = np.array(POINTS, float)
    mesh = make_mesh(vertices, FACE, UVS)
    vertices[0] = 5
    assert mesh.vertices[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        mesh.vertices[0] = 1


def test_layouts_in_another_tile_are_moved_home():
    moved = make_mesh(POINTS, FACE, np.add(UVS, (7, -3)))
    assert np.array_equal(moved.uvs, UVS)


def test_islands_over_the_side_of_the_texture_come_in_on_the_other():
    inside = make_mesh(POINTS, FACE, [[[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]]])
    across = make_mesh(POINTS, FACE, inside.uvs - (0.5, -0.5))
    home, wrapped = (uv_surface(mesh, 64, 32, margin=2) for mesh in (inside, across))
    for name in ("covered", "margin"):
        rolled = np.roll(getattr(home, name), (-16, -32), axis=(0, 1))
        assert np.array_equal(rolled, getattr(wrapped, name))
    rolled = np.roll(home.position, (-16, -32), axis=(0, 1))
    assert np.allclose(rolled, wrapped.position, atol=1e-5)


def test_tiny_meshes_have_area():
    assert make_mesh(np.array(POINTS) * 1e-9, FACE, UVS).triangles.shape == (1, 3)


@pytest.mark.parametrize("place", [0.0, 1000.0])
def test_nearest_points_agree_with_trimesh(place):
    mesh = torus(16, 8)
    points = np.random.default_rng(1).normal(size=(200, 3)) + place
    found = nearest_points(mesh.vertices + place, mesh.triangles, points)
    oracle = trimesh.Trimesh(mesh.vertices + place, mesh.triangles, process=False)
    closest, distance, _ = trimesh.proximity.closest_point_naive(oracle, points)
    ours = np.einsum("nk,nkd->nd", found.barycentric, mesh.corners[found.triangle] + place)
    assert np.allclose(found.distance, distance, atol=1e-5)
    assert np.allclose(ours, closest, atol=1e-4)


def test_points_too_far_away_have_no_triangle():
    mesh = plane()
    found = nearest_points(
        mesh.vertices, mesh.triangles, np.array([[0, 0, 0.4], [0, 0, 0.6]]), max_distance=0.5
    )
    assert found.triangle[0] >= 0
    assert found.triangle[1] == -1
    assert np.isinf(found.distance[1])


def test_texel_centres_of_a_plane_lie_where_the_convention_says():
    surface = uv_surface(plane(3, 2), width=8, height=4, margin=2)
    assert surface.covered.all()
    u, v = (np.arange(8) + 0.5) / 8, 1 - (np.arange(4) + 0.5) / 4
    assert np.allclose(surface.position[..., 0], 2 * u - 1, atol=1e-6)
    assert np.allclose(surface.position[..., 1], (2 * v - 1)[:, None], atol=1e-6)


def test_islands_are_covered_then_margin_then_nothing():
    # One right-angled island: u, v >= 1/4 and u + v <= 1.
    mesh = make_mesh(POINTS, FACE, [[[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]]])
    size, margin = 64, 3
    surface = uv_surface(mesh, size, size, margin)
    x, y = np.meshgrid(np.arange(size) + 0.5, size - np.arange(size) - 0.5)
    corners = np.array([[16, 16], [48, 16], [16, 48]], float)
    distance = _distance_to_triangle(np.stack([x, y], -1), corners)
    assert np.array_equal(surface.covered, distance <= 0.75)
    assert np.array_equal(surface.margin, (distance > 0.75) & (distance < margin))
    assert np.array_equal(surface.triangle >= 0, surface.covered | surface.margin)
    # Paint of the margin is paint of the border: no position leaves the triangle.
    inside = surface.position[surface.triangle >= 0]
    assert inside.min() >= -1e-5
    assert inside[:, :2].sum(axis=1).max() <= 1 + 1e-5


def _distance_to_triangle(points, corners):
    """Closed form: 0 inside a counter-clockwise triangle, else the nearest edge's distance."""
    inside = np.ones(points.shape[:2], bool)
    nearest = np.full(points.shape[:2], np.inf)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge, away = b - a, points - a
        inside &= edge[0] * away[..., 1] - edge[1] * away[..., 0] >= 0
        t = np.clip(away @ edge / (edge @ edge), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(away - t[..., None] * edge, axis=-1))
    return np.where(inside, 0, nearest)


def test_texels_of_a_sphere_lie_on_its_triangles():
    mesh = uv_sphere(16, 8)
    surface = uv_surface(mesh, 64, 32, margin=1)
    corners = mesh.corners[surface.triangle]
    normals = np.cross(
        corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :]
    )
    off = np.einsum("ijk,ijk->ij", surface.position - corners[..., 0, :], normals)
    assert np.abs(off).max() < 1e-6
    assert surface.position[0, :, 2].min() > 0.9  # row 0 is v = 1: the north pole


@pytest.mark.parametrize("mesh", [uv_sphere(16, 8), torus(16, 8), torus(33, 14)])
def test_closed_grids_are_oriented_and_know_their_outside(mesh):
    """They are split along their seams and collapsed at their poles, as files have them."""
    assert mesh.oriented
    assert not mesh.inside_out
    merged = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
    merged.merge_vertices(digits_vertex=9)
    assert len(np.unique(mesh.welded)) == len(merged.vertices)
    mirrored = make_mesh(mesh.vertices * (1, 1, -1), mesh.triangles, mesh.uvs)
    assert mirrored.oriented
    assert mirrored.inside_out


def test_an_open_or_disagreeing_mesh_is_not_inside_out():
    assert plane(3, 3).oriented
    assert not plane(3, 3).inside_out
    ring = torus(8, 6)
    triangles = ring.triangles.copy()
    triangles[5] = triangles[5, ::-1]
    twisted = make_mesh(ring.vertices * (1, 1, -1), triangles, ring.uvs)
    assert not twisted.oriented
    assert not twisted.inside_out


@pytest.mark.parametrize(
    ("vertices", "triangles", "code"),
    [
        ([[0, 0], [1, 0], [0, 1]], FACE, "mesh-bad-shape"),
        (POINTS, [[0, 1]], "mesh-bad-shape"),
        ([[0, 0, 0], [np.inf, 0, 0], [0, 1, 0]], FACE, "mesh-non-finite"),
        (POINTS, [[0, 1, 3]], "mesh-bad-index"),
        (POINTS, [[0.0, 1.0, 2.0]], "mesh-bad-index"),
    ],
)
def test_bad_occluders_are_refused_by_name(vertices, triangles, code):
    with pytest.raises(InputError) as refused:
        make_occluders(vertices, triangles)
    assert refused.value.code == code
    assert refused.value.field.startswith("occluder_")


def test_there_may_be_no_occluders():
    for nothing in (make_occluders([], []), make_occluders(POINTS, np.zeros((0, 3), int))):
        assert nothing.vertices.shape == nothing.triangles.shape == (0, 3)


def test_points_on_a_plane_of_symmetry_are_welded_in_spite_of_rounding():
    ring = torus(24, 12)  # y is 0 on one side of the seam and −2e-16 on the other
    assert ring.welded.max() + 1 == 24 * 12
    assert len(np.unique(ring.vertices, axis=0)) > 24 * 12


def test_faces_that_are_lines_do_not_count_for_the_orientation():
    sphere = uv_sphere(24, 12)  # quads at the poles are a triangle and a line
    assert sphere.oriented
    turned = np.array(sphere.triangles)
    turned[100] = turned[100, ::-1]
    assert not make_mesh(sphere.vertices, turned, sphere.uvs).oriented


def test_texels_of_a_mesh_far_away_lie_on_it():
    near = uv_sphere(24, 12)
    home = np.array((512345.25, 4612345.5, 311.0))
    far = make_mesh(near.vertices + home, near.triangles, near.uvs)
    here, there = (uv_surface(mesh, 64, 32, margin=3) for mesh in (near, far))
    np.testing.assert_array_equal(here.triangle, there.triangle)
    apart = (there.position - home - here.position)[here.triangle >= 0]
    assert np.abs(apart).max() < 1e-6
