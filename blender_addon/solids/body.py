"""A solid as an object of the scene: its size, its place, its colours."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ..link.connection import Message
from ..picture.shading import node_tree_of

ATTRIBUTE = "Color"  # as Blender calls its own
GAP = 0.1  # between the painted object and its solid, of the painted one's width


def add_solid(scene: Any, painted: Any, answer: Message) -> Any:
    """Put the solid of an object beside it, on its ground; the new object."""
    _, buffers = answer
    unit = units_per_mm(scene)
    name = f"{painted.name} Print"
    mesh = bpy.data.meshes.new(name)
    points = buffers["points"].astype(np.float64) * unit
    _fill(mesh, points, buffers["triangles"])
    _paint(mesh, buffers["colours"])
    palette = buffers.get("palette")
    if palette is None:
        mesh.materials.append(_all_colours(name))
    else:
        for number, colour in enumerate(palette, 1):
            mesh.materials.append(_filament(number, colour))
        mesh.polygons.foreach_set("material_index", buffers["filament"].astype(np.int32))
    solid = bpy.data.objects.new(name, mesh)
    solid.location = _beside(painted, points)
    for collection in painted.users_collection or (scene.collection,):
        collection.objects.link(solid)
    return solid


def units_per_mm(scene: Any) -> float:
    """Blender's units in a millimetre: 1 where the scene has none."""
    units = scene.unit_settings
    return 1.0 if units.system == "NONE" else 0.001 / units.scale_length


def _beside(painted: Any, points: np.ndarray) -> Vector:
    corners = np.array([painted.matrix_world @ Vector(corner) for corner in painted.bound_box])
    low, high = corners.min(axis=0), corners.max(axis=0)
    right = high[0] + GAP * (high[0] - low[0]) - points[:, 0].min()
    return Vector((right, (low[1] + high[1]) / 2, low[2]))


def _fill(mesh: Any, points: np.ndarray, triangles: np.ndarray) -> None:
    """As Mesh.from_pydata, which takes seconds for a million triangles."""
    count = len(triangles)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(3 * count)
    mesh.loops.foreach_set("vertex_index", triangles.ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if bpy.app.version < (4, 0, 0):  # since then it follows from the starts
        mesh.polygons.foreach_set("loop_total", np.full(count, 3, np.int32))
    mesh.polygons.foreach_set("use_smooth", np.zeros(count, bool))  # flat, as there
    mesh.update(calc_edges=True)


def _paint(mesh: Any, colours: np.ndarray) -> None:
    attribute: Any = mesh.color_attributes.new(ATTRIBUTE, "BYTE_COLOR", "POINT")
    values = np.ones((len(colours), 4), np.float32)
    values[:, :3] = colours / np.float32(255)
    attribute.data.foreach_set("color_srgb", values.ravel())
    mesh.color_attributes.active_color = attribute


def _all_colours(name: str) -> Any:
    material, shader = _material(name)
    node = material.node_tree.nodes.new("ShaderNodeVertexColor")
    node.layer_name = ATTRIBUTE
    node.location = (shader.location[0] - 250, shader.location[1])
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return material


def _filament(number: int, colour: np.ndarray) -> Any:
    code = "#{:02x}{:02x}{:02x}".format(*colour.tolist())
    material, shader = _material(f"Filament {number} {code}")
    values = colour / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    material.diffuse_color = (*linear, 1.0)
    shader.inputs["Base Color"].default_value = (*linear, 1.0)
    return material


def _material(name: str) -> tuple[Any, Any]:
    material: Any = bpy.data.materials.new(name)
    nodes = node_tree_of(material).nodes
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    return material, shader
