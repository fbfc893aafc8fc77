import numpy as np
import pytest
from shapes import plane, torus

from geometry.mesh.mesh import make_mesh
from geometry.texture.layout import overlapping_texels


def pair(second_uvs, texture=None, apart=3.0):
    """Two squares of two triangles each, the first with the lower left quarter as UVs."""
    one = plane()
    points = np.concatenate([one.vertices, np.add(one.vertices, [apart, 0, 0])])
    faces = np.concatenate([one.triangles, one.triangles + 4])
    return make_mesh(points, faces, np.concatenate([one.uvs / 2, second_uvs]), texture)


QUARTER = plane().uvs / 2


def test_neighbours_do_not_overlap():
    for mesh in (plane(7, 5), torus(31, 17), plane(64, 64)):
        share, picture = overlapping_texels(mesh, (64, 64))
        assert share == 0
        assert not picture.any()


def test_mirrored_islands_share_all_their_texels():
    share, picture = overlapping_texels(pair(QUARTER * (-1, 1) + (0.5, 0)), (64, 64))
    assert share == 1
    assert picture[32:, :32].all()
    assert not picture[:32].any()
    assert not picture[:, 32:].any()


def test_half_an_overlap_is_a_third_of_what_is_covered():
    share, _ = overlapping_texels(pair(np.add(QUARTER, [0.25, 0])), (256, 256))
    assert share == pytest.approx(1 / 3)
    share, _ = overlapping_texels(pair(np.add(QUARTER, [0.5, 0])), (256, 256))
    assert share == 0


def test_islands_wrap_around_the_tile_and_then_overlap():
    share, picture = overlapping_texels(pair(np.add(QUARTER, [0.75, 0])), (64, 64))
    assert share == pytest.approx(1 / 3)
    assert picture[32:, :16].all()
    assert not picture[:, 16:].any()


def test_other_textures_and_doubled_faces_are_no_overlap():
    number = np.array([0, 0, 1, 1])
    assert overlapping_texels(pair(QUARTER, number), (128, 64))[0] == 0
    assert overlapping_texels(pair(QUARTER, apart=0.0), (64, 64))[0] == 0  # the same place twice
