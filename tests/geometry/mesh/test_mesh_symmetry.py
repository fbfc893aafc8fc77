import re

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
from shapes import blob, head, icosphere, prism, torus, vase

from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError
from geometry.mesh.images import SurfaceSearch, points_at, spread_points
from geometry.mesh.mesh import make_mesh
from geometry.mesh.symmetry import check_symmetry, describe, deviation, place
from geometry.symmetry.groups import elements


def all_of(name, rule="none"):
    group = find_group(name, "sphere")
    return elements(group, find_colouring(group, rule))


def moved(mesh, rotation=None, shift=(0, 0, 0)):
    matrix = np.eye(3) if rotation is None else rotation
    return make_mesh(mesh.vertices @ matrix.T + shift, mesh.triangles, mesh.uvs)


@pytest.mark.parametrize("axis", ["X", "Y", "Z", "1,2,-3", "0,0,-2", "1e200,-1e200,0", "-1,0,1e-9"])
def test_the_frame_is_a_rotation_that_takes_z_to_the_axis(axis):
    rotation = place(torus(8, 8), axis, "origin").rotation
    wanted = np.eye(3)["XYZ".index(axis)] if axis in "XYZ" else np.array(eval(axis))
    wanted = wanted / np.abs(wanted).max()
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) > 0
    assert np.allclose(rotation[:, 2], wanted / np.linalg.norm(wanted), atol=1e-9)


def test_z_keeps_the_frame_and_directions_near_it_nearly():
    mesh = torus(8, 8)
    assert np.array_equal(place(mesh, "Z", "origin").rotation, np.eye(3))
    assert np.allclose(place(mesh, "1e-6,0,1", "origin").rotation, np.eye(3), atol=2e-6)


def test_the_centres():
    mesh = moved(torus(), shift=(1, 2, 3))
    assert np.allclose(place(mesh, "Z", "centroid").centre, (1, 2, 3), atol=1e-12)
    assert np.array_equal(place(mesh, "Z", "origin").centre, np.zeros(3))
    assert np.array_equal(place(mesh, "Z", "1,2,-3.5").centre, (1, 2, -3.5))


def test_points_are_spread_evenly():
    """Every tenth of the torus around its axis has its tenth of the points, and points keep their
    distance."""
    mesh = torus(200, 100)
    points = points_at(mesh, *spread_points(mesh, 4000))
    around = np.histogram(np.arctan2(points[:, 1], points[:, 0]), 10, (-np.pi, np.pi))[0]
    assert np.abs(around - 400).max() < 20
    assert cKDTree(points).query(points, 2)[0][:, 1].mean() > 0.5 * np.sqrt(mesh.areas.sum() / 4000)


@pytest.mark.parametrize(
    ("make", "name", "axis"),
    [
        (vase, "12.12", "Z"),
        (vase, "33", "Z"),
        (icosphere, "*532", "Z"),
        (lambda: prism(7), "*227", "Z"),
        (lambda: vase(twist=1), "12.12", "Z"),
    ],
)
def test_symmetric_meshes_deviate_by_rounding_only(make, name, axis):
    mesh = make()
    found = deviation(mesh, all_of(name), place(mesh, axis, "centroid"))
    assert found.rms <= found.worst < 1e-6


@pytest.mark.parametrize(("make", "name", "axis"), [(vase, "*12.12", "Z"), (head, "*", "Y")])
def test_the_diagonals_of_quads_deviate_little(make, name, axis):
    """Quads cut along one diagonal have no mirrors, if nothing else."""
    mesh = make()
    found = deviation(mesh, all_of(name), place(mesh, axis, "centroid"))
    assert 1e-5 < found.worst < 2e-3
    assert found.rms < 2e-4


def test_where_mirrors_stand_is_found():
    """The head's mirror contains z but not x: a mirror about Z finds it, a turned head too."""
    turn = Rotation.from_rotvec((0, 0, 0.3)).as_matrix()
    mesh, group = moved(head(), turn, (4, 5, 6)), all_of("*")
    assert deviation(mesh, group, place(mesh, "Z", "centroid")).worst > 0.05
    fitted = place(mesh, "Z", "centroid", group)
    assert deviation(mesh, group, fitted).worst < 2e-3
    normal = fitted.rotation[:, 1]
    assert np.abs(normal @ turn[:, 0]) > 1 - 1e-6


def test_a_polyhedral_group_is_turned_about_its_axis():
    tilted = Rotation.from_rotvec((0.4, -0.5, 1.3)).as_matrix()
    mesh = moved(icosphere(2), tilted, (0, 0, 7))
    axis = ",".join(f"{x:.12f}" for x in tilted[:, 2])
    group = all_of("532")
    assert deviation(mesh, group, place(mesh, axis, "centroid", group)).worst < 1e-5


def test_a_frame_that_fits_is_left():
    mesh = vase()
    assert np.array_equal(place(mesh, "Z", "centroid", all_of("*66")).rotation, np.eye(3))


def test_the_deviation_is_the_distance():
    """A point pulled out of a sphere's surface by 0.2: its images are that far from the surface."""
    mesh = icosphere(4)
    points = mesh.vertices.copy()
    top = points[:, 2] > 1 - 1e-9
    points[top] *= 1.2
    found = deviation(
        make_mesh(points, mesh.triangles, mesh.uvs), all_of("x"), place(mesh, "Z", "origin")
    )
    assert 0.01 < found.worst <= 0.2 / 3.4
    assert abs(found.place[2]) > 0.9


def test_an_asymmetric_mesh_is_refused_and_the_worst_place_named():
    mesh = prism(6)
    points = np.concatenate([mesh.corners.reshape(-1, 3)])
    points[np.linalg.norm(points - (1, 0, 0.75), axis=1) < 1e-9] = (2, 0, 0.75)
    mesh = make_mesh(points, np.arange(len(points)).reshape(-1, 3), mesh.uvs)
    with pytest.raises(InputError) as error:
        check_symmetry(mesh, all_of("66"), place(mesh, "Z", "origin"), 0.01)
    assert error.value.code == "mesh-not-symmetric"
    assert error.value.field == "group"
    text = error.value.message
    assert re.search(r"after a \S+ turn about Z it differs by \d+ % of its size, most at the", text)
    assert "1 % is allowed" in text
    assert "\n" not in str(error.value)
    assert "--detect" in error.value.hint
    assert "direction" in error.value.hint


def test_a_refusal_says_which_ear():
    """One of two sides is pulled out at the top: no coordinates, wherever the mesh is."""
    mesh = prism(4, 2**0.5)
    for far in (0.0, 5e6):
        points = mesh.corners.reshape(-1, 3).copy()
        ear = points[(points[:, 0] > 0.9) & (points[:, 2] > 0)][0]
        points[np.linalg.norm(points - ear, axis=1) < 1e-9] += (0.4, 0, 0.0)
        moved = make_mesh(points + far, np.arange(len(points)).reshape(-1, 3), mesh.uvs)
        with pytest.raises(InputError) as error:
            check_symmetry(moved, all_of("*"), place(moved, "Y", f"{far},{far},{far}"), 0.01)
        assert "its left differs from its right by" in error.value.message
        assert re.search(r"\((\+|-)X\)", error.value.message)
        assert "(+Z)" in error.value.message


def test_the_tolerance_decides():
    mesh, group = blob(), all_of("22")
    frame = place(mesh, "Z", "centroid")
    found = deviation(mesh, group, frame)
    assert check_symmetry(mesh, group, frame, found.worst * 1.01).worst == found.worst
    with pytest.raises(InputError):
        check_symmetry(mesh, group, frame, found.worst * 0.99)


def test_thin_parts_keep_their_sides():
    """Two sheets 0.002 apart: points lifted by more than half of that still find their own."""
    sheet = prism(4, height=0.002)
    search = SurfaceSearch(sheet)
    triangle, barycentric = spread_points(sheet, 500)
    ends = np.abs(points_at(sheet, triangle, barycentric))[:, :2].sum(axis=1) < 0.99
    facing = search.facing[triangle[ends]]
    points = points_at(sheet, triangle[ends], barycentric[ends]) - 0.0015 * facing
    found = search.find(points, facing)
    assert np.array_equal(search.facing[found.triangle], facing)
    assert np.allclose(found.distance, 0.0015, atol=1e-5)


@pytest.mark.parametrize(
    ("matrix", "text"),
    [
        (np.eye(3), "as it stands it differs by"),
        (-np.eye(3), "inverted in its centre it differs by"),
        (np.diag([-1.0, 1, 1]), "its left differs from its right by"),
        (
            Rotation.from_rotvec((0, 0, np.pi / 6)).as_matrix(),
            "after a 1/12 turn about Z it differs by",
        ),
        (
            Rotation.from_rotvec((np.pi, 0, 0)).as_matrix(),
            "after a half turn about X it differs by",
        ),
        (
            Rotation.from_rotvec((0, 0, 0.8 * np.pi)).as_matrix(),
            "after a 2/5 turn about Z it differs by",
        ),
        (
            Rotation.from_rotvec((0, np.pi / 2, 0)).as_matrix() @ np.diag([1.0, -1, 1]),
            "after a quarter turn about Y and a reflection it differs by",
        ),
    ],
)
def test_elements_in_words(matrix, text):
    assert describe(matrix) == text


def test_what_is_little_more_than_allowed_does_not_read_like_it():
    mesh = blob(12, 8)
    where = place(mesh, "Z", "origin")
    worst = deviation(mesh, all_of("222"), where).worst
    with pytest.raises(InputError) as error:
        check_symmetry(mesh, all_of("222"), where, worst * 0.9999)
    differs, allowed = re.findall(r"([\d.e+-]+) %", error.value.message)
    assert float(differs) > float(allowed)
