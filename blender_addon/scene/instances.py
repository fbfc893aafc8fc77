"""Objects that show nothing but instances of others: they have no faces of their own to paint."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import bpy

from ..problems import Problem

REALIZE = "Orbitex Realize Instances"  # the node group, and the modifier that runs it


def check_empty(obj: Any) -> Problem | None:
    """The problem of an empty that instances a collection."""
    if obj.type != "EMPTY" or obj.instance_type != "COLLECTION" or not obj.instance_collection:
        return None
    return Problem(
        "instances-only",
        f"'{obj.name}' is an instance of the collection '{obj.instance_collection.name}'.",
        "Make its objects real (Object > Apply > Make Instances Real), and paint those.",
        "orbitex.make_instances_real",
        "Make Instances Real",
    )


def check_mesh(obj: Any, depsgraph: Any) -> Problem | None:
    """The problem of a mesh whose Geometry Nodes make instances and no face."""
    if not any(modifier.type == "NODES" for modifier in obj.modifiers):
        return None
    if len(obj.evaluated_get(depsgraph).data.polygons):
        return None
    if not any(
        item.is_instance and item.parent is not None and item.parent.original == obj
        for item in depsgraph.object_instances
    ):
        return None
    return Problem(
        "instances-only",
        f"'{obj.name}' only shows instances, which have no faces of their own.",
        "Add a modifier that realizes them, or the node Realize Instances.",
        "orbitex.realize_instances",
        "Realize Instances",
    )


def realize(obj: Any) -> None:
    """Add a modifier behind all others that makes faces of the instances."""
    modifier: Any = obj.modifiers.new(REALIZE, "NODES")
    modifier.node_group = bpy.data.node_groups.get(REALIZE) or _realizing_nodes()


def _realizing_nodes() -> Any:
    groups: Any = bpy.data.node_groups
    tree = groups.new(REALIZE, "GeometryNodeTree")
    if hasattr(tree, "interface"):
        for way in ("INPUT", "OUTPUT"):
            tree.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    else:  # before Blender 4.0
        tree.inputs.new("NodeSocketGeometry", "Geometry")
        tree.outputs.new("NodeSocketGeometry", "Geometry")
    kinds = ("NodeGroupInput", "GeometryNodeRealizeInstances", "NodeGroupOutput")
    nodes = [tree.nodes.new(kind) for kind in kinds]
    for number, node in enumerate(nodes):
        node.location.x = 200 * number
    for source, target in pairwise(nodes):
        tree.links.new(source.outputs[0], target.inputs[0])
    return tree


def make_real(obj: Any, context: Any) -> None:
    """Copy what an empty instances into the scene; the first mesh of it becomes active."""
    for other in context.selected_objects:
        other.select_set(False)
    obj.select_set(True)
    bpy.ops.object.duplicates_make_real()
    made = [other for other in context.selected_objects if other != obj]
    meshes = [other for other in made if other.type == "MESH"]
    if meshes:
        context.view_layer.objects.active = meshes[0]
