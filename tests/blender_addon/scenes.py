"""Objects, images and materials for the tests of what is gathered."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from blender_addon.picture.shading import node_tree_of


def depsgraph() -> Any:
    bpy.context.view_layer.update()
    return bpy.context.evaluated_depsgraph_get()


def square(name: str = "Square") -> Any:
    """A unit square of two faces, left and right, whose UVs are its x and y."""
    data = bpy.data.meshes.new(name)
    points = [(x, y, 0) for y in (0, 1) for x in (0, 0.5, 1)]
    data.from_pydata(points, [], [(0, 1, 4, 3), (1, 2, 5, 4)])
    layer = data.uv_layers.new(name="UVMap")
    for loop in data.loops:
        layer.uv[loop.index].vector = points[loop.vertex_index][:2]
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    return obj


def image(pixels: np.ndarray, name: str = "picture", **how: Any) -> Any:
    """A Blender image of bytes (H, W, 4), top row first."""
    made = bpy.data.images.new(name, pixels.shape[1], pixels.shape[0], alpha=True, **how)
    made.pixels.foreach_set((pixels[::-1] / np.float32(255)).astype(np.float32).ravel())
    return made


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4)).astype(np.uint8)


def material(picture: Any = None, colour: tuple[float, ...] = (0.8, 0.8, 0.8, 1.0)) -> Any:
    made = bpy.data.materials.new("Material")
    tree = node_tree_of(made)
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    if picture is not None:
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = picture
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return made


def node_of(made: Any, kind: str) -> Any:
    return next(node for node in made.node_tree.nodes if node.type == kind)


def scatter(what: Any) -> Any:
    """An object of two points whose Geometry Nodes put instances of ``what`` there, and no face."""
    data = bpy.data.meshes.new("Scatter")
    data.from_pydata([(0, 0, 0), (3, 0, 0)], [], [])
    obj = bpy.data.objects.new("Scatter", data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    tree: Any = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    kinds = ("NodeGroupInput", "GeometryNodeInstanceOnPoints", "NodeGroupOutput")
    start, put, end = (tree.nodes.new(kind) for kind in kinds)
    source = tree.nodes.new("GeometryNodeObjectInfo")
    source.inputs["Object"].default_value = what
    tree.links.new(start.outputs[0], put.inputs["Points"])
    tree.links.new(source.outputs["Geometry"], put.inputs["Instance"])
    tree.links.new(put.outputs[0], end.inputs[0])
    obj.modifiers.new("Scatter", "NODES").node_group = tree
    return obj
