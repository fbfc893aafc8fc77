"""Settings: the object's side: its UV map and image, who sees it, what it showed before."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .. import shading


def _update_bump(settings: Any, context: Any) -> None:
    shading.set_bump(settings.id_data, settings.bump)


def uv_map_names(self: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the UV maps of the object that owns the settings."""
    layers = getattr(self.id_data.data, "uv_layers", ())
    return [layer.name for layer in layers]


def mask_names(self: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: what the chosen kind of mask can be made from."""
    obj = self.id_data
    offered: dict[str, Callable[[], Any]] = {
        "VERTEX_GROUP": lambda: obj.vertex_groups,
        "IMAGE": lambda: bpy.data.images,
        "MATERIAL": lambda: [slot.material for slot in obj.material_slots if slot.material],
    }
    return [block.name for block in offered.get(self.mask_kind, list)()]


class SurfaceSettings:
    """Texture and relief, views, and the colour before with its mask."""

    uv_map: StringProperty(
        name="UV Map",
        description="UV map that the texture is painted for; empty: the active one",
        search=uv_map_names,
    )
    size: IntProperty(
        name="Texture Size",
        description="Width and height of the finished texture in pixels",
        default=1024,
        min=64,
        max=4096,
        subtype="PIXEL",
    )
    image: PointerProperty(
        name="Texture",
        description="The image that Orbitex paints for this object",
        type=bpy.types.Image,
    )
    bump: FloatProperty(
        name="Bump",
        description="Depth of a relief made from the texture's brightness; 0: none",
        default=0.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=_update_bump,
    )
    view_kind: EnumProperty(
        name="Views",
        description="From where the network looks at the object",
        items=[
            ("AROUND", "Around", "Views from all sides, chosen by the service"),
            ("RING", "Ring", "Views from a ring around the axis, chosen by the service"),
            ("CAMERAS", "Cameras", "All cameras of the scene"),
            ("ACTIVE", "Active Camera", "The scene's active camera alone"),
            ("VIEWPORT", "Viewport", "The 3D viewport as it is now"),
        ],
    )
    views: IntProperty(
        name="View Count",
        description="Number of views around the object",
        default=8,
        min=1,
        max=256,
    )
    occluders: BoolProperty(
        name="Hidden by Others",
        description="Other visible objects hide parts of this one from the views",
        default=True,
    )
    base: EnumProperty(
        name="Colour Before",
        description="Which colour the painting starts from, keeps, or leaves outside the mask",
        items=[
            ("MATERIAL", "Material", "What fed Base Color before Orbitex painted the object"),
            ("PAINTED", "Painted", "The texture as it is painted so far"),
        ],
    )
    start: EnumProperty(
        name="Start From",
        description="What the painting starts from",
        items=[
            ("NOISE", "Noise", "Start from nothing"),
            ("BASE", "Colour Before", "Start from the colour that the object has"),
        ],
    )
    mask_kind: EnumProperty(
        name="Mask",
        description="Where paint goes; the rest keeps the colour that it has",
        items=[
            ("NONE", "Everywhere", "Paint all of the object"),
            ("VERTEX_GROUP", "Vertex Group", "Paint where a vertex group has weight"),
            ("IMAGE", "Image", "Paint where an image is white"),
            ("MATERIAL", "Material", "Paint the faces of a material"),
        ],
    )
    mask: StringProperty(
        name="Mask Name",
        description="Name of the vertex group, image or material",
        search=mask_names,
    )
