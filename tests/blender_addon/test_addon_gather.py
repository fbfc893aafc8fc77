"""What is sent: arrays against independent oracles (mathutils, Blender's own projection)."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Vector

from blender_addon.problems import ProblemError
from blender_addon.scene import gather, viewpoints


def volume(mesh: gather.MeshInput) -> float:
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles].astype(float), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def gathered(obj: Any, uv_map: str = "") -> gather.MeshInput:
    return gather.gather_mesh(obj, bpy.context.evaluated_depsgraph_get(), uv_map)


def test_moving_and_turning_changes_nothing_and_scale_is_applied(sphere: Any) -> None:
    plain = gathered(sphere)
    sphere.location, sphere.rotation_euler = (3, -2, 5), (0.3, 1.2, -0.7)
    moved = gathered(sphere)
    np.testing.assert_allclose(moved.vertices, plain.vertices, atol=1e-6)
    sphere.scale = (2, 3, 4)
    np.testing.assert_allclose(gathered(sphere).vertices, plain.vertices * (2, 3, 4), atol=1e-5)
    sphere.scale = (-1, 1, 1)  # mirrored: still facing outwards
    assert volume(gathered(sphere)) == pytest.approx(volume(plain), rel=1e-5)
    assert volume(plain) > 3


def test_edit_mode_and_modifiers(sphere: Any) -> None:
    plain = gathered(sphere)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.transform.resize(value=(2, 2, 2))
    edited = gathered(sphere)
    bpy.ops.object.mode_set(mode="OBJECT")
    np.testing.assert_allclose(edited.vertices, plain.vertices * 2, atol=1e-5)
    sphere.modifiers.new("Subdivision", "SUBSURF").levels = 1
    finer = gathered(sphere)
    assert len(finer.triangles) > 3 * len(plain.triangles)
    assert finer.uvs.shape == (len(finer.triangles), 3, 2)


def test_uvs_belong_to_their_corners(sphere: Any) -> None:
    mesh = gathered(sphere)
    assert mesh.triangles.max() < len(mesh.vertices)
    # On Blender's sphere v is the polar angle: an oracle that ties uvs to vertices.
    z = mesh.vertices[mesh.triangles][..., 2]
    np.testing.assert_allclose(
        mesh.uvs[..., 1], 1 - np.arccos(np.clip(z, -1, 1)) / np.pi, atol=1e-3
    )


def test_named_uv_map(sphere: Any) -> None:
    second = sphere.data.uv_layers.new(name="Second")
    for corner in second.uv:
        corner.vector.x *= 0.5
    active, chosen = gathered(sphere), gathered(sphere, "Second")
    np.testing.assert_allclose(chosen.uvs[..., 0], active.uvs[..., 0] * 0.5, atol=1e-6)


@pytest.mark.parametrize("scale", [(1, 1, 1), (2, 2, 2), (1, 2, 3), (-1, 1, 2)])
def test_cameras_see_the_same_as_in_the_world(sphere: Any, scale: tuple[float, ...]) -> None:
    scene = bpy.context.scene
    sphere.location, sphere.rotation_euler, sphere.scale = (1, 2, 3), (0.5, -0.4, 2), scale
    parent = bpy.data.objects.new("Parent", None)
    scene.collection.objects.link(parent)
    parent.location, parent.rotation_euler = (0, 0, 1), Euler((0.1, 0.2, 0.3))
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    camera.parent, camera.location, camera.scale = parent, (4, -5, 6), (2, 2, 2)
    camera.data.shift_x = 0.1
    scene.render.resolution_x, scene.render.resolution_y = 1920, 1080
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    (sent,) = viewpoints.gather_cameras(sphere, scene, depsgraph)
    assert (sent["width"], sent["height"]) == (512, 288)
    assert sent["kind"] == "PERSP" and sent["sensor_fit"] == "AUTO" and sent["shift_x"] > 0.09
    mesh = gathered(sphere)
    world_to_camera = camera.matrix_world.normalized().inverted()
    sent_inverse = Matrix(sent["matrix_world"]).inverted()
    ours = {tuple(np.round(sent_inverse @ Vector(v), 4)) for v in mesh.vertices.tolist()}
    for vertex in sphere.data.vertices:
        seen = world_to_camera @ (sphere.matrix_world @ vertex.co)
        near = np.abs(np.array(list(ours)) - np.array(seen)).max(axis=1).min()
        assert near < 1e-3


def test_panoramic_camera_is_refused(sphere: Any) -> None:
    scene = bpy.context.scene
    with pytest.raises(ProblemError, match="no camera"):
        viewpoints.gather_cameras(sphere, scene, bpy.context.evaluated_depsgraph_get())
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type = "PANO"
    scene.collection.objects.link(camera)
    with pytest.raises(ProblemError, match="PANO"):
        viewpoints.gather_cameras(sphere, scene, bpy.context.evaluated_depsgraph_get())
