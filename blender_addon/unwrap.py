"""A new UV map for an object that has none, or a bad one. Existing maps are never touched."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np

from .problems import refuse

UV_NAME = "Orbitex"


def smart_uv(obj: Any, context: Any) -> str:
    """Smart UV Project into a new UV map, which becomes active; its name.

    Selection and mode are as before afterwards. Raises ProblemError "no-faces", "too-many-uvs".
    """
    mesh: Any = obj.data
    mode = obj.mode
    with context.temp_override(active_object=obj, object=obj, selected_objects=[obj]):
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        if not mesh.polygons:
            made = "Apply the modifiers that make them." if obj.modifiers else ""
            refuse("no-faces", f"'{obj.name}' has no faces of its own to unwrap.", made)
        layer = mesh.uv_layers.new(name=UV_NAME)
        if layer is None:
            refuse("too-many-uvs", f"'{obj.name}' has no room for one more UV map.", "Delete one.")
        name = layer.name
        mesh.uv_layers.active = layer
        selection = {
            part: np.empty(len(getattr(mesh, part)), bool)
            for part in ("vertices", "edges", "polygons")
        }
        for part, chosen in selection.items():
            getattr(mesh, part).foreach_get("select", chosen)
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(angle_limit=math.radians(66), island_margin=0.01)
        bpy.ops.object.mode_set(mode="OBJECT")
        for part, chosen in selection.items():
            getattr(mesh, part).foreach_set("select", chosen)
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)
    return name
