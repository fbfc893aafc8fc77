from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from shapes import plane, torus, uv_sphere

from geometry.mesh.mesh import make_mesh
from geometry.seeing.cameras import Camera, projection_matrix, view_matrix
from geometry.texture.layout import pixels_per_unit, texel_stretch

ABOVE = ((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, 4.0), (0, 0, 0, 1.0))


def moved(mesh, matrix, texture=None):
    return make_mesh(mesh.vertices @ np.transpose(matrix), mesh.triangles, mesh.uvs, texture)


def test_a_plane_has_the_texels_per_unit_that_it_is_given():
    turn = Rotation.random(random_state=4).as_matrix()
    stretch = texel_stretch(moved(plane(3, 2), turn), (64, 256))  # the plane is 2 × 2 units
    assert stretch.most == pytest.approx(128)
    assert stretch.least == pytest.approx(32)
    assert stretch.density == pytest.approx(64)
    assert stretch.ratio_median == pytest.approx(4)
    assert stretch.ratio_95 == pytest.approx(4)
    assert stretch.spread == pytest.approx(1)


def test_skewed_uvs_are_not_taken_for_even_ones():
    mesh = plane()
    skewed = make_mesh(mesh.vertices, mesh.triangles, mesh.uvs @ [[0.5, 0], [0.5, 0.5]])
    values = np.linalg.svd(np.array([[0.5, 0.5], [0, 0.5]]) * 100 / 2, compute_uv=False)
    stretch = texel_stretch(skewed, (100, 100))
    assert stretch.most == pytest.approx(values[0])
    assert stretch.least == pytest.approx(values[1])


def test_an_equirectangular_sphere_stretches_by_the_cosine_of_the_latitude():
    sphere = uv_sphere(128, 64)
    stretch = texel_stretch(sphere, (100, 200))
    # Half the area lies beyond 30° of latitude, 5 % beyond asin 0.95.
    assert stretch.ratio_median == pytest.approx(1 / np.cos(np.radians(30)), rel=0.03)
    assert stretch.ratio_95 == pytest.approx(1 / np.cos(np.arcsin(0.95)), rel=0.1)
    assert stretch.spread > 1.5


def test_textures_below_each_other_and_collapsed_faces():
    mesh = plane()
    two = moved(mesh, np.eye(3), np.array([0, 1]))
    assert texel_stretch(two, (128, 64)).density == pytest.approx(32)
    uvs = mesh.uvs.copy()
    uvs[1] = 0.5
    stretch = texel_stretch(make_mesh(mesh.vertices, mesh.triangles, uvs), (64, 64))
    assert stretch.density == pytest.approx(32)
    assert stretch.most[1] == stretch.least[1] == 0


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_pixels_per_unit_are_those_of_two_near_points(kind):
    camera = Camera(
        ABOVE, 160, 120, lens=35, kind=kind, pixel_aspect_x=1.7, shift_x=0.1, ortho_scale=5.0
    )
    points = np.array([[0, 0, 0, 1], [1e-3, 0, 0, 1], [0, 1e-3, 0, 1]])
    clip = points @ (projection_matrix(camera) @ view_matrix(camera)).T
    pixels = clip[:, :2] / clip[:, 3:] * (80, 60)
    across = np.linalg.norm(pixels[1:] - pixels[0], axis=1) / 1e-3
    assert pixels_per_unit(camera, plane(4, 4)) == pytest.approx(np.sqrt(across.prod()))


def test_only_what_faces_the_camera_in_its_frame_counts():
    ring = torus(48, 24, tube=0.4)
    camera = replace(Camera(ABOVE), lens=60.0)
    near = pixels_per_unit(camera, ring)
    # The upper half of the ring is seen: depths from 3.6 to 4.
    assert 60 / 36 * 512 / 4 < near < 60 / 36 * 512 / 3.6
    assert pixels_per_unit(replace(camera, clip_start=5.0), ring) == 0
    below = np.diag([1.0, -1.0, -1.0])
    assert pixels_per_unit(camera, moved(plane(), below)) == 0  # its back
