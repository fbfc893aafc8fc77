import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from shapes import blob, head, icosphere, prism, torus, uv_sphere, vase

from geometry.catalogue import find_colouring, find_group
from geometry.mesh.detection import detect_symmetries
from geometry.mesh.mesh import make_mesh
from geometry.mesh.symmetry import check_symmetry, place
from geometry.symmetry.groups import elements

TILT = Rotation.from_rotvec((0.4, -0.5, 1.3)).as_matrix()


def tilted(mesh, shift=(1, -2, 3)):
    return make_mesh(mesh.vertices @ TILT.T + shift, mesh.triangles, mesh.uvs)


def box():
    """Sides of three lengths."""
    cube = prism(4)
    quarter = Rotation.from_rotvec((0, 0, np.pi / 4)).as_matrix()
    return make_mesh(cube.vertices @ quarter.T * (1, 1.7, 1.2), cube.triangles, cube.uvs)


def tetrahedron():
    corners = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)])
    faces = corners[[(0, 1, 2), (0, 3, 1), (0, 2, 3), (1, 3, 2)]]
    triangles = np.arange(12).reshape(4, 3)
    return make_mesh(faces.reshape(-1, 3), triangles, prism(3).uvs[:4])


@pytest.mark.parametrize(
    ("mesh", "largest"),
    [
        (vase(columns=48, rows=24), "*12.12"),
        pytest.param(vase(columns=48, rows=24, twist=1), "12.12", marks=pytest.mark.slow),
        pytest.param(tilted(prism(7)), "*227", marks=pytest.mark.slow),
        (prism(4, 2**0.5), "*432"),
        pytest.param(tetrahedron(), "*332", marks=pytest.mark.slow),
        (icosphere(), "*532"),
        pytest.param(tilted(icosphere(2)), "*532", marks=pytest.mark.slow),
        (box(), "*222"),
        (tilted(head()), "*"),
        # of 64 segments: the largest in the catalogue
        pytest.param(uv_sphere(), "*2.2.32", marks=pytest.mark.slow),
        # no turn that the catalogue has
        pytest.param(uv_sphere(97, 31), "*", marks=pytest.mark.slow),
        pytest.param(torus(35, 12), "*2.2.35", marks=pytest.mark.slow),
    ],
    ids=[
        "vase",
        "twisted",
        "prism",
        "cube",
        "tetrahedron",
        "ball",
        "tilted",
        "box",
        "head",
        "sphere",
        "primes",
        "torus",
    ],
)
def test_the_largest_group_comes_first_and_each_is_there(mesh, largest):
    """Every proposal, taken as a recipe takes it, passes the check."""
    found = detect_symmetries(mesh)
    assert found[0].group == largest
    orders = []
    for proposal in found:
        group = find_group(proposal.group, "sphere")
        members = elements(group, find_colouring(group, "none"))
        placement = place(mesh, proposal.axis, proposal.centre, members)
        assert check_symmetry(mesh, members, placement, 0.01).rms < 0.003
        orders.append(len(members))
    assert orders == sorted(orders, reverse=True)


@pytest.mark.parametrize("seed", range(3))
def test_a_random_blob_has_none(seed):
    assert detect_symmetries(blob(seed=seed)) == ()


def test_a_body_in_its_frame_is_named_by_letters():
    assert {(p.axis, p.centre) for p in detect_symmetries(prism(5))} == {("Z", "origin")}
