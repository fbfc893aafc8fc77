import itertools
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from shapes import torus

from geometry.errors import InputError
from geometry.seeing.cameras import (
    Camera,
    camera_from_fields,
    part_of,
    pixel_rays,
    projection_matrix,
    resized,
    view_matrix,
)
from geometry.seeing.surrounding import surrounding_cameras


def pose(seed=0, scale=(1, 1, 1)):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.random(random_state=seed).as_matrix() * scale
    matrix[:3, 3] = 1, 2, 3
    return tuple(map(tuple, matrix.tolist()))


CAMERAS = [
    Camera(
        matrix_world=pose(),
        width=width,
        height=height,
        kind=kind,
        sensor_fit=fit,
        shift_x=0.15,
        shift_y=-0.25,
        pixel_aspect_x=aspect,
        lens=35,
        ortho_scale=4,
        clip_start=0.3,
        clip_end=77,
    )
    for kind, fit, (width, height), aspect in itertools.product(
        ("PERSP", "ORTHO"), ("AUTO", "HORIZONTAL", "VERTICAL"), ((96, 64), (64, 96)), (1.0, 1.7)
    )
]


def test_matrices_are_blenders(empty_blender):
    from mathutils import Matrix

    bpy = empty_blender
    data = bpy.data.cameras.new("camera")
    thing = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(thing)
    for camera in CAMERAS:
        data.type = camera.kind
        for name in ("sensor_fit", "shift_x", "shift_y", "lens", "ortho_scale", "clip_start"):
            setattr(data, name, getattr(camera, name))
        data.sensor_width, data.sensor_height = 36, 20
        data.clip_end = camera.clip_end
        camera = replace(camera, sensor_height=20.0, matrix_world=pose(scale=(2, 3, 0.5)))
        rows = [list(row) for row in camera.matrix_world]
        thing.matrix_world = Matrix(rows)
        bpy.context.view_layer.update()
        seen = thing.calc_matrix_camera(
            bpy.context.evaluated_depsgraph_get(),
            x=camera.width,
            y=camera.height,
            scale_x=camera.pixel_aspect_x,
            scale_y=camera.pixel_aspect_y,
        )
        assert np.allclose(projection_matrix(camera), np.array(seen), rtol=2e-6, atol=2e-6)
        view = np.array(thing.matrix_world.normalized().inverted())
        assert np.allclose(view_matrix(camera), view, atol=1e-5)


@pytest.mark.parametrize("camera", CAMERAS)
def test_points_on_a_pixel_ray_project_to_that_pixel(camera):
    xy = np.random.default_rng(0).uniform(0, 1, (20, 2)) * (camera.width, camera.height)
    origins, directions = pixel_rays(camera, xy)
    assert np.allclose(np.linalg.norm(directions, axis=1), 1)
    points = origins + np.linspace(1, 50, 20)[:, None] * directions
    clip = (
        np.column_stack([points, np.ones(20)]) @ (projection_matrix(camera) @ view_matrix(camera)).T
    )
    ndc = clip[:, :2] / clip[:, 3:]
    there = (ndc * (1, -1) + 1) / 2 * (camera.width, camera.height)
    assert np.allclose(there, xy, atol=1e-9)


def test_resizing_keeps_the_framing():
    camera = CAMERAS[0]
    small = resized(camera, 48)
    assert (small.width, small.height) == (48, 32)
    xy = np.array([[10.0, 20.0], [48, 32]])
    for ours, theirs in zip(pixel_rays(small, xy / 2), pixel_rays(camera, xy), strict=True):
        assert np.allclose(ours, theirs)


def test_fields_are_those_of_the_wire_and_default_to_blenders():
    camera = CAMERAS[-1]
    assert camera_from_fields({**asdict(camera), "width": 7}) == replace(camera, width=7)
    assert camera_from_fields({"lens": 35}) == Camera(lens=35.0)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"kind": "PANO"}, "camera-kind", "camera.kind"),
        ({"sensor_fit": "auto"}, "camera-bad-value", "camera.sensor_fit"),
        ({"width": 0}, "camera-bad-value", "camera.width"),
        ({"height": 10.5}, "camera-bad-value", "camera.height"),
        ({"width": True}, "camera-bad-value", "camera.width"),
        ({"lens": math.nan}, "camera-bad-value", "camera.lens"),
        ({"lens": "wide"}, "camera-bad-value", "camera.lens"),
        ({"pixel_aspect_y": 0}, "camera-bad-value", "camera.pixel_aspect_y"),
        ({"shift_x": math.inf}, "camera-bad-value", "camera.shift_x"),
        ({"clip_start": 0}, "camera-bad-value", "camera.clip_start"),
        ({"clip_end": 0.01}, "camera-bad-value", "camera.clip_end"),
        ({"matrix_world": [[1, 2], [3, 4]]}, "camera-bad-value", "camera.matrix_world"),
        ({"matrix_world": "identity"}, "camera-bad-value", "camera.matrix_world"),
        ({"matrix_world": np.zeros((4, 4))}, "camera-bad-value", "camera.matrix_world"),
        ({"focal": 50}, "camera-unknown-field", "camera"),
    ],
)
def test_bad_fields_are_refused(given, code, field):
    with pytest.raises(InputError) as refused:
        camera_from_fields(given)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_pano_is_refused_with_a_way_out():
    with pytest.raises(InputError, match="Perspective or Orthographic"):
        camera_from_fields({"kind": "PANO"})


@pytest.mark.parametrize("seed", [None, 5])
def test_surrounding_cameras_frame_the_object_from_all_sides(seed):
    mesh = torus()
    cameras = surrounding_cameras(mesh, 24, 128, seed)
    away = np.array([np.array(c.matrix_world)[:3, 2] for c in cameras])
    assert np.allclose(np.linalg.norm(away, axis=1), 1)
    nearest = np.sort(np.arccos(np.clip(away @ away.T, -1, 1)) + np.eye(24) * 9, axis=1)[:, 0]
    # 24 caps of equal area have a diameter of 47 degrees.
    assert np.degrees(nearest.min()) > 30
    assert np.linalg.norm(away.mean(axis=0)) < 0.05
    for camera in cameras:
        clip = (
            np.column_stack([mesh.vertices, np.ones(len(mesh.vertices))])
            @ (projection_matrix(camera) @ view_matrix(camera)).T
        )
        ndc = clip[:, :2] / clip[:, 3:]
        low, high = ndc.min(axis=0), ndc.max(axis=0)
        assert np.isclose((high - low).max() / 2, 0.95)
        assert np.allclose(low + high, 0, atol=1e-9)
        depth = clip[:, 3]
        assert camera.clip_start < depth.min()
        assert depth.max() < camera.clip_end


def test_surrounding_cameras_are_seeded():
    points = torus().vertices
    assert surrounding_cameras(points, 3, 64, 1) == surrounding_cameras(points, 3, 64, 1)
    assert surrounding_cameras(points, 3, 64, 1) != surrounding_cameras(points, 3, 64, 2)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_part_of_what_a_camera_sees_has_the_same_rays(camera):
    top, left, height, width = 3, 5, 17, 11
    part = part_of(camera, top, left, height, width)
    assert (part.height, part.width) == (height, width)
    xy = np.random.default_rng(0).uniform(0, 1, (20, 2)) * (width, height)
    wanted = pixel_rays(camera, xy + (left, top))
    for found, expected in zip(pixel_rays(part, xy), wanted, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-9)
