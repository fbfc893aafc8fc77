"""Views: the matrices that the service makes of what is sent, against Blender's own."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix

from blender_addon.problems import ProblemError
from blender_addon.scene import gather, viewpoints

cameras = pytest.importorskip("geometry.seeing.cameras")


def add_camera(**changes: Any) -> Any:
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    for name, value in changes.items():
        setattr(camera.data, name, value)
    return camera


def blender_projection(camera: Any) -> np.ndarray:
    render = bpy.context.scene.render
    return np.array(
        camera.calc_matrix_camera(
            bpy.context.evaluated_depsgraph_get(),
            x=render.resolution_x * render.resolution_percentage // 100,
            y=render.resolution_y * render.resolution_percentage // 100,
            scale_x=render.pixel_aspect_x,
            scale_y=render.pixel_aspect_y,
        )
    )


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("fit", ["AUTO", "HORIZONTAL", "VERTICAL"])
@pytest.mark.parametrize("picture", [(1920, 1080, 50), (333, 1000, 100), (1111, 777, 33)])
@pytest.mark.parametrize("aspect", [(1, 1), (2, 1), (1, 1.5)])
def test_views_have_the_renders_frame(
    sphere: Any, kind: str, fit: str, picture: tuple[int, ...], aspect: tuple[float, float]
) -> None:
    render = bpy.context.scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = picture
    render.pixel_aspect_x, render.pixel_aspect_y = aspect
    camera = add_camera(
        type=kind,
        sensor_fit=fit,
        sensor_width=30,
        sensor_height=22,
        shift_x=0.12,
        shift_y=-0.3,
        lens=41,
        clip_start=0.3,
        clip_end=70,
    )
    parent = bpy.data.objects.new("Parent", None)
    bpy.context.scene.collection.objects.link(parent)
    parent.rotation_euler, parent.scale = Euler((0.1, 0.2, 0.3)), (2, 2, 2)
    camera.parent, camera.location, camera.scale = parent, (4, -5, 6), (3, 3, 3)
    sphere.location, sphere.rotation_euler, sphere.scale = (1, 2, 3), (0.5, -0.4, 2), (-1, 1, 2)
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    (sent,) = viewpoints.gather_views("CAMERAS", sphere, bpy.context, depsgraph)
    view = cameras.camera_from_fields(sent)
    assert max(view.width, view.height) <= viewpoints.VIEW_SIDE
    expected = blender_projection(camera)
    np.testing.assert_allclose(cameras.projection_matrix(view), expected, rtol=2e-5, atol=2e-5)
    # A point of the mesh in the sent frame and in the world: seen at the same place.
    mesh = gather.gather_mesh(sphere, depsgraph)
    corners = np.column_stack([mesh.vertices, np.ones(len(mesh.vertices))]).astype(float)
    ours = corners @ cameras.view_matrix(view).T
    world = np.array([[*(sphere.matrix_world @ v.co), 1] for v in sphere.data.vertices])
    theirs = world @ np.array(camera.matrix_world.normalized().inverted()).T
    nearest = np.abs(ours[:, None] - theirs[None]).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-4


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_matrices_become_a_camera(addon: None, kind: str) -> None:
    """The viewport is sent as whatever camera has its matrices: here those of a real one."""
    camera = add_camera(
        type=kind, lens=33, shift_x=0.2, shift_y=-0.1, clip_start=0.5, clip_end=20, ortho_scale=3
    )
    camera.location, camera.rotation_euler = (1, 2, 3), (1, 0.2, -0.4)
    render = bpy.context.scene.render
    render.resolution_x, render.resolution_y = 800, 450
    bpy.context.view_layer.update()
    projection = blender_projection(camera)
    view = np.array(camera.matrix_world.inverted())
    to_object = np.array(Matrix.Rotation(0.7, 4, "X") @ Matrix.Translation((3, 2, 1)))
    sent = viewpoints.camera_of_matrices(view, projection, (1597, 917), to_object)
    made = cameras.camera_from_fields(sent)
    np.testing.assert_allclose(cameras.projection_matrix(made), projection, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cameras.view_matrix(made) @ to_object, view, rtol=1e-5, atol=1e-5)


def test_an_orthographic_viewport_sees_behind_itself(addon: None) -> None:
    far = 500.0  # an orthographic viewport reaches from -far to far
    projection = np.diag([0.5, 0.8, -1 / far, 1.0])
    sent = viewpoints.camera_of_matrices(np.eye(4), projection, (800, 500), np.eye(4))
    made = cameras.camera_from_fields(sent)
    assert made.clip_start == 0 and made.clip_end == pytest.approx(2 * far)
    both = cameras.projection_matrix(made) @ cameras.view_matrix(made)
    np.testing.assert_allclose(both, projection, atol=1e-9)


def test_the_viewport(sphere: Any) -> None:
    """The factory file's viewport, with the matrices that Blender saved in it."""
    bpy.ops.wm.read_factory_settings()
    cube = bpy.data.objects["Cube"]
    depsgraph = bpy.context.evaluated_depsgraph_get()
    (sent,) = viewpoints.gather_views("VIEWPORT", cube, bpy.context, depsgraph)
    areas = [area for area in bpy.context.screen.areas if area.type == "VIEW_3D"]
    region = areas[0].spaces.active.region_3d
    made = cameras.camera_from_fields(sent)
    theirs = np.array(region.window_matrix) @ np.array(region.view_matrix)
    ours = cameras.projection_matrix(made) @ cameras.view_matrix(made)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    for area in areas:
        area.type = "TEXT_EDITOR"
    with pytest.raises(ProblemError, match="no 3D viewport"):
        viewpoints.gather_views("VIEWPORT", cube, bpy.context, depsgraph)


def test_active_camera_alone(sphere: Any) -> None:
    first, second = add_camera(lens=20), add_camera(lens=80)

    def lenses(kind: str) -> list[float]:
        depsgraph = bpy.context.evaluated_depsgraph_get()
        sent = viewpoints.gather_views(kind, sphere, bpy.context, depsgraph)
        return [camera["lens"] for camera in sent]

    with pytest.raises(ProblemError, match="no active camera"):
        lenses("ACTIVE")
    bpy.context.scene.camera = second
    assert lenses("ACTIVE") == [80] and lenses("CAMERAS") == [20, 80]
    assert lenses("AROUND") == lenses("RING") == []
    first.data.type = "PANO"
    assert lenses("ACTIVE") == [80]
    with pytest.raises(ProblemError, match="PANO"):
        lenses("CAMERAS")
    with pytest.raises(ProblemError, match="no kind of views 'CIRCLE'"):
        lenses("CIRCLE")
