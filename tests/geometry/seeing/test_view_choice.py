from types import SimpleNamespace

import numpy as np
import pytest
from shapes import grid_mesh, plane, torus

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.seeing.cameras import COSINE_CUT, camera_pose, pixel_rays, projection_matrix
from geometry.seeing.surrounding import VIEW_FILL
from geometry.seeing.view_choice import choose_views
from geometry.seeing.visibility import trace_ready, view_map
from geometry.texture.coverage import seen_texels, surface_coverage

RING = torus()


def cup(columns=48, rows=44):
    """A vase with a narrow neck: from outside, only a little of its inside can be seen."""
    radius = (0.02, 0.4, 0.6, 0.3, 0.35, 0.31, 0.26, 0.55, 0.36, 0.02)
    height = (-1, -1, -0.4, 0.6, 1, 1, 0.6, -0.4, -0.95, -0.95)

    def place(u, v):
        r, z = (np.interp(v, np.linspace(0, 1, 10), values) for values in (radius, height))
        return r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), z

    return grid_mesh(place, columns, rows)


def coverage(mesh, cameras, side=128):
    traced, shape = trace_ready(mesh), (side, side)
    views = [view_map(traced, camera, shape, 3) for camera in cameras]
    weights = [np.where(view.cosine > COSINE_CUT, view.coverage, 0) for view in views]
    seen = seen_texels([view.sampling for view in views], weights, shape)
    return surface_coverage(seen, uv_surface(mesh, side, side, 2), mesh)


def is_section(camera, cameras):
    return camera.clip_start > min(c.clip_start for c in cameras) * 1.01


def test_a_ring_is_seen_wholly_in_views_of_one_scale():
    cameras = choose_views(RING, 12, 96)
    assert len(cameras) == 12
    assert not any(is_section(camera, cameras) for camera in cameras)
    assert coverage(RING, cameras) > 0.995
    assert len({(camera.lens, camera.clip_end, camera.width) for camera in cameras}) == 1
    for camera in cameras:
        eye = camera_pose(camera)[:3, 3]
        # the middle pixel looks at the bounding sphere's centre, which is the origin
        _, middle = pixel_rays(camera, np.array([[48.0, 48.0]]))
        assert middle[0] == pytest.approx(-eye / np.linalg.norm(eye), abs=1e-9)
        outline = np.tan(np.arcsin(1.42 / np.linalg.norm(eye))) * projection_matrix(camera)[0, 0]
        assert outline == pytest.approx(VIEW_FILL)


def test_sections_show_what_no_outside_view_sees():
    vase = cup()
    assert vase.oriented
    cameras = choose_views(vase, 12, 96)
    sections = [camera for camera in cameras if is_section(camera, cameras)]
    outside = [camera for camera in cameras if camera not in sections]
    assert 1 <= len(sections) <= 4
    assert coverage(vase, cameras) > 0.99
    assert coverage(vase, outside) < 0.9


def test_a_ring_of_views_stands_upright_around_its_axis():
    axis = np.array([2.0, -1.0, 0.5])
    cameras = choose_views(RING, 8, 64, "ring", tuple(axis))
    axis /= np.linalg.norm(axis)
    for camera in cameras:
        pose = camera_pose(camera)
        assert abs(pose[:3, 2] @ axis) < np.sin(np.radians(30.01))
        assert pose[:3, 1] @ axis > 0.86
        assert pose[:3, 0] @ axis == pytest.approx(0, abs=1e-9)


def test_what_occludes_is_gone_round_or_cut_away():
    wall = plane(8, 8)
    open_views = choose_views(wall, 6, 64)

    def plate(z):  # as large as the wall
        return SimpleNamespace(vertices=np.add(wall.vertices, [0, 0, z]), triangles=wall.triangles)

    assert choose_views(wall, 6, 64, occluders=plate(5.0)) == open_views  # far away
    assert choose_views(wall, 6, 64, occluders=plate(-0.1)) == open_views  # behind
    hidden = choose_views(wall, 6, 64, occluders=plate(0.1))
    sections = [camera for camera in hidden if is_section(camera, hidden)]
    assert len(sections) >= 1
    assert coverage(wall, sections) > 0.99
    for camera in sections:  # the plane of sight runs between plate and wall, under the middle
        eye, away = camera_pose(camera)[:3, 3], camera_pose(camera)[:3, 2]
        assert 0 < ((eye - camera.clip_start * away) @ away) / away[2] < 0.1


def test_a_gap_between_walls_that_are_not_oriented_is_seen_from_both_sides():
    low, high = plane(6, 6), plane(6, 6)
    points = np.concatenate([low.vertices, np.add(high.vertices, [0, 0, 0.06])])
    faces = np.concatenate([low.triangles, high.triangles + len(low.vertices)])
    faces[::2] = faces[::2, ::-1]
    mesh = make_mesh(points, faces, np.concatenate([low.uvs * 0.45, high.uvs * 0.45 + 0.5]))
    assert not mesh.oriented
    cameras = choose_views(mesh, 6, 64)
    assert coverage(mesh, cameras) > 0.99


def test_a_flat_thing_needs_few_views_and_never_its_back():
    cameras = choose_views(plane(4, 4), 12, 64)
    assert len(cameras) == 4
    assert all(camera_pose(camera)[2, 2] > 0 for camera in cameras)
    assert len(choose_views(plane(4, 4), 2, 64)) == 2


def test_a_closed_mesh_that_is_inside_out_is_seen_from_outside():
    turned = make_mesh(RING.vertices, RING.triangles[:, ::-1], RING.uvs[:, ::-1])
    cameras = choose_views(turned, 8, 64)
    assert not any(is_section(camera, cameras) for camera in cameras)
    assert coverage(RING, cameras) > 0.98


def test_the_choice_does_not_depend_on_size():
    cameras = choose_views(RING, 6, 64)
    large = make_mesh(RING.vertices * 1024, RING.triangles, RING.uvs)
    for small, camera in zip(cameras, choose_views(large, 6, 64), strict=True):
        assert np.allclose(camera_pose(camera)[:3, :3], camera_pose(small)[:3, :3])
        assert np.allclose(camera_pose(camera)[:3, 3], camera_pose(small)[:3, 3] * 1024)
        assert camera.clip_start == pytest.approx(small.clip_start * 1024)


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"size": 0}, {"axis": (0, 0, 0)}, {"axis": (np.nan, 0, 1)}]
)
def test_bad_values_are_refused(wrong):
    with pytest.raises(InputError) as refused:
        choose_views(**{"mesh": RING, "count": 3, "size": 32, **wrong})
    assert refused.value.code == "camera-bad-value"
