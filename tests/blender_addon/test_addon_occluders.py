"""The objects that hide the painted one."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree
from scenes import depsgraph

from blender_addon.problems import ProblemError
from blender_addon.scene import gather, occluders


def hiding(obj: Any) -> dict[str, np.ndarray]:
    return occluders.gather_occluders(obj, depsgraph())


def test_others_hide_as_blender_sees_them(sphere: Any) -> None:
    """Rays meet the sent triangles where Blender's scene.ray_cast meets the objects."""
    sphere.location, sphere.rotation_euler, sphere.scale = (1, 0, 0.5), (0.4, 0.2, 1), (1, 2, 1)
    bpy.ops.mesh.primitive_torus_add(location=(3, 1, 0), rotation=(1, 0, 0))
    torus = bpy.context.active_object
    torus.scale = (-1, 1, 2)
    torus.modifiers.new("Subdivision", "SUBSURF").levels = 1
    bpy.ops.object.text_add(location=(-2, 0, 0))
    bpy.context.active_object.data.extrude = 0.2
    hidden = bpy.data.collections.new("Forest")
    bpy.ops.mesh.primitive_cone_add()
    tree = bpy.context.active_object
    bpy.context.collection.objects.unlink(tree)
    hidden.objects.link(tree)
    for place in ((0, 4, 0), (3, -3, 1)):
        empty = bpy.data.objects.new("Tree", None)
        bpy.context.scene.collection.objects.link(empty)
        empty.instance_type, empty.instance_collection = "COLLECTION", hidden
        empty.location, empty.scale = place, (1, 1, 2)
    sent = hiding(sphere)
    assert sent["occluder_vertices"].dtype == np.float32
    assert sent["occluder_triangles"].dtype == np.int32
    rigid, _ = gather.split_frame(np.array(sphere.matrix_world))
    to_world = Matrix(rigid.tolist())
    points = [to_world @ Vector(v) for v in sent["occluder_vertices"].tolist()]
    bvh = BVHTree.FromPolygons(points, sent["occluder_triangles"].tolist())
    sphere.hide_viewport = True  # what remains is all that hides
    graph = depsgraph()
    rng = np.random.default_rng(3)
    ends = rng.uniform((-3, -4, -1), (4, 5, 2), (400, 3))
    hits = 0
    for start, end in zip(rng.normal(size=(400, 3)) * 12, ends, strict=True):
        direction = Vector((end - start).tolist()).normalized()
        hit, place, *_ = bpy.context.scene.ray_cast(graph, Vector(start.tolist()), direction)
        ours = bvh.ray_cast(Vector(start.tolist()), direction)[0]
        assert (ours is not None) == hit
        if hit:
            hits += 1
            assert (ours - place).length < 1e-3
    assert hits > 80


def test_what_does_not_hide(sphere: Any) -> None:
    assert hiding(sphere) == {}
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    assert len(hiding(sphere)["occluder_triangles"]) == 12
    for name, value in (
        ("display_type", "WIRE"),
        ("hide_render", True),
        ("hide_viewport", True),
        ("visible_camera", False),
    ):
        before = getattr(cube, name)
        setattr(cube, name, value)
        assert hiding(sphere) == {}, name
        setattr(cube, name, before)
    cube.data.vertices[0].co.x = float("nan")
    sent = hiding(sphere)
    assert np.isfinite(sent["occluder_vertices"]).all() and len(sent["occluder_triangles"]) < 12


def test_too_many_others_are_refused(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occluders, "MAX_TRIANGLES", 11)
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(ProblemError, match="over 11 triangles"):
        hiding(sphere)
