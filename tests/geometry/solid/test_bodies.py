"""Solids of many kinds are closed, manifold, of their size, and as symmetric as their pictures.
trimesh is the judge."""

import manifold3d
import numpy as np
import pytest
import trimesh
from cases import quick
from shapes import torus, uv_sphere
from solid_groups import matrices_of

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import NearestSearch
from geometry.solid.ball_relief import carved_ball, finished_ball
from geometry.solid.body import Cuts
from geometry.solid.cavity import cavity
from geometry.solid.checks import check_closed, check_solid, crossings
from geometry.solid.mesh_relief import Relief, fine_surface, finished_mesh, with_relief
from geometry.solid.orbits import permutation
from geometry.solid.rounding import same_points

GROUPS = ["532", "1", "*332", "22", "2*5", "432", "3*2", "7*"]


def waves(seed, at=3):
    """A reader of colours and heights: smooth in space."""
    random = np.random.default_rng(seed)
    ways, shift = random.normal(size=(at, 4)) * 4, random.uniform(0, 6, 4)

    def read(places):
        values = np.sin(places @ ways + shift)
        return np.concatenate([127 * (1 + values[:, :3]), values[:, 3:]], axis=1)

    return read


def box(count=1, size=(2, 1, 1.5)):
    """A box with a UV map, sharp edges and few vertices."""
    solid = trimesh.creation.box(size)
    for _ in range(count):
        solid = solid.subdivide()
    corners = solid.vertices[solid.faces]
    return make_mesh(
        solid.vertices, solid.faces, (corners[..., :2] + 1) / 2 + 0.1 * corners[..., 2:]
    )


def cuts_of(random, size, depth):
    """A base and a hollow, or neither."""
    wall = depth + random.uniform(0.5, size / 12)
    return Cuts(
        base=random.choice([0, 0.05 * size]) * random.uniform(0.3, 1),
        wall=random.choice([None, wall]),
        drain=random.choice([0, size / 15]),
    )


def expect_solid(body):
    solid = trimesh.Trimesh(body.points, body.triangles, process=False)
    assert solid.is_watertight and solid.is_winding_consistent and solid.volume > 0
    assert same_points(body.points) == 0 and len(crossings(body.points, body.triangles)) == 0
    again = manifold3d.Manifold(manifold3d.Mesh64(body.points, body.triangles.astype(np.uint64)))
    assert again.status() == manifold3d.Error.NoError
    assert np.isclose(again.volume(), body.volume)
    check_solid(body.points, body.triangles)


@pytest.mark.parametrize("seed", quick(range(18), *range(0, 18, 3)))
def test_balls_are_solids_of_their_size(seed):
    random = np.random.default_rng(seed)
    size, depth = random.uniform(20, 90), random.uniform(0.2, 2)
    matrices = matrices_of(GROUPS[seed % len(GROUPS)])
    body, exact = carved_ball(matrices, matrices, waves(seed), size, depth, size / 20)
    assert exact == len(matrices)
    radii = np.linalg.norm(body.points, axis=1)
    assert np.isclose(2 * radii.max(), size, atol=1e-4)
    assert np.isclose(radii.min(), size / 2 - depth, atol=1e-4)
    for matrix in matrices[::7]:
        assert np.allclose(radii[permutation(body.points / size, matrix)], radii, atol=1e-5)
    cuts = cuts_of(random, size, depth)
    done = finished_ball(body, size, depth, cuts)
    expect_solid(done)
    bottom = body.points[:, 2].min() + cuts.base
    assert np.isclose(done.points[:, 2].min(), bottom, atol=1e-4)
    assert done.painted.all() == (not cuts.base and cuts.wall is None)
    if cuts.wall is not None:
        assert done.volume < body.volume


@pytest.mark.parametrize("seed", quick(range(12), 0, 1, 2, 4, 5))
def test_meshes_are_solids_of_their_size(seed):
    random = np.random.default_rng(seed)
    mesh = [box(seed % 2), torus(24, 12), uv_sphere(16, 12)][seed % 3]
    height, depth = random.uniform(30, 60), random.uniform(0.2, 1.2)
    relief = Relief(depth, raised=seed % 2 == 0)
    surface = fine_surface(mesh, height, height / 15, "YZ"[seed % 2])
    body, around = with_relief(surface, waves(seed), height, relief)
    expect_solid(body)
    assert np.isclose(body.size[2], height, atol=1e-3)
    cuts = cuts_of(random, height, depth)
    done = finished_mesh(body, around, relief, cuts)
    expect_solid(done)
    assert np.isclose(done.size[2], height - cuts.base, atol=1e-3)


@pytest.mark.parametrize("wall", [2.0, 4.0])
def test_walls_are_as_thick_as_they_should_be(wall):
    solid = trimesh.creation.box((40, 20, 16))
    points, triangles = cavity(solid.vertices, solid.faces, wall, -6.0)
    check_closed(points, triangles, "cavity")
    faces = solid.faces.astype(np.int32)
    places = np.concatenate([points, points[triangles].mean(axis=1)])
    distance = NearestSearch(np.asarray(solid.vertices), faces).find(places).distance
    assert wall - 1e-3 <= distance.min() <= 1.25 * wall
    assert points[:, 2].min() >= -6 + wall - 1e-3


def test_a_carved_edge_does_not_fold_over():
    """Along the faces' own normals a relief this deep would, on triangles this small."""
    surface = fine_surface(box(), 30, 0.5, "Z")
    body, _ = with_relief(surface, waves(1), 30, Relief(1.5))
    expect_solid(body)


def refusal(act):
    with pytest.raises(InputError) as error:
        act()
    return error.value


def test_what_bounds_nothing_is_refused_with_its_place():
    whole = box()
    cases = {
        "mesh-open": (whole.vertices, whole.triangles[1:]),
        "mesh-not-oriented": (
            whole.vertices,
            np.concatenate([whole.triangles[:1, ::-1], whole.triangles[1:]]),
        ),
        "mesh-not-manifold": (
            np.concatenate([whole.vertices, [(0, 0, 3)]]),
            np.concatenate([whole.triangles, [(*whole.triangles[0, :2], len(whole.vertices))]]),
        ),
        "mesh-crosses-itself": (
            np.concatenate([whole.vertices, whole.vertices + (0.3, 0.2, 0.1)]),
            np.concatenate([whole.triangles, whole.triangles + len(whole.vertices)]),
        ),
    }
    for code, (points, triangles) in cases.items():
        uvs = np.broadcast_to([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)], (len(triangles), 3, 2))
        mesh = make_mesh(points, triangles, uvs)
        found = refusal(lambda mesh=mesh: fine_surface(mesh, 20, 5, "Z"))
        assert found.code == code or (code, found.code) == ("mesh-not-manifold", "mesh-open")
        assert "near (" in found.message and found.hint


def test_a_wall_thinner_than_the_relief_is_refused():
    plate = fine_surface(box(size=(2, 0.1, 1.5)), 15, 1, "Z")  # of 1 mm
    found = refusal(lambda: with_relief(plate, waves(0), 15, Relief(0.9)))
    assert found.code == "relief-crosses-itself" and "near (" in found.message
    assert "--raised" in found.hint
    with_relief(plate, waves(0), 15, Relief(0.9, raised=True))
    ring = fine_surface(torus(24, 12, tube=0.1), 10, 1, "Z")
    found = refusal(lambda: with_relief(ring, waves(0), 10, Relief(7)))
    assert found.code == "relief-too-deep"
    matrices = matrices_of("1")
    body, _ = carved_ball(matrices, matrices, waves(0), 20, 1, 2)
    assert refusal(lambda: finished_ball(body, 20, 1, Cuts(wall=1.2))).code == "thin-wall"
    assert refusal(lambda: finished_ball(body, 20, 1, Cuts(wall=11))).code == "no-cavity"
    assert refusal(lambda: finished_ball(body, 20, 1, Cuts(base=9, wall=6))).code == "no-cavity"


def test_a_flat_picture_carves_nothing():
    matrices = matrices_of("1")
    grey = lambda places: np.full((len(places), 4), 0.5)  # noqa: E731
    found = refusal(lambda: carved_ball(matrices, matrices, grey, 20, 1, 4))
    assert found.code == "flat-picture" and "--heights" in found.hint


def test_triangles_that_cross_are_found():
    solid = trimesh.creation.box((1, 1, 1))
    turn = trimesh.transformations.rotation_matrix(0.7, (1, 2, 3))
    points, faces = (
        trimesh.transform_points(solid.subdivide().vertices, turn),
        solid.subdivide().faces,
    )
    assert len(crossings(points, faces)) == 0
    beside = np.concatenate([points, points + (3, 0, 0)])
    through = np.concatenate([points, points + (0.4, 0.3, 0.2)])
    twice = np.concatenate([faces, faces + len(points)])
    assert len(crossings(beside, twice)) == 0
    pairs = crossings(through, twice)
    assert len(pairs) and ((pairs < len(faces)).sum(axis=1) == 1).all()
