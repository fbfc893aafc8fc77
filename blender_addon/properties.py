"""What an object remembers about its painting: the settings of the panel, saved in the .blend.

The state of a running job is *not* here: saved state would leave a file that says "running" for
ever. It lives in :mod:`.session`.
"""

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

from . import catalogue, shading

Offers = Callable[[Any], tuple[catalogue.Choice, ...]]


def _menu(name: str, label: str, description: str, offers: Offers) -> Any:
    """A menu over the string property ``name``: what the service offers, shown by title, while
    the file keeps the plain name (a dynamic enum would keep a number that changes its meaning)."""

    def items(self: Any, context: Any) -> list[tuple[str, str, str]]:
        return catalogue.menu(offers(self), getattr(self, name))

    def get(self: Any) -> int:
        names = [item[0] for item in items(self, None)]
        return names.index(getattr(self, name))

    def put(self: Any, number: int) -> None:
        setattr(self, name, items(self, None)[number][0])

    # Annotations of a property group must be written out; the caller does, with this value.
    return EnumProperty(
        name=label, description=description, items=items, get=get, set=put, options={"SKIP_SAVE"}
    )


def _colourings(settings: Any) -> tuple[catalogue.Choice, ...]:
    return catalogue.known().colourings.get(settings.group, (catalogue.NO_COLOURING,))


def _keep_colouring_possible(settings: Any, context: Any) -> None:
    """A colour rule belongs to its group: another group starts without one."""
    names = {choice.name for choice in _colourings(settings)}
    if settings.colouring not in names:
        settings.colouring = catalogue.NO_COLOURING.name


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


class OrbitexSettings(bpy.types.PropertyGroup):
    """Settings of one object. Defaults and bounds are those of service/recipe.py (a test
    compares them)."""

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
    group: StringProperty(
        name="Symmetry",
        description="Symmetry group about the object's origin, by name",
        default="532",
        update=_keep_colouring_possible,
    )
    group_menu: _menu(
        "group",
        "Symmetry",
        "Symmetry group about the object's origin and axes",
        lambda settings: catalogue.known().groups,
    )
    colouring: StringProperty(
        name="Colours",
        description="How the colours change from one copy to the next, by name",
        default="none",
    )
    colouring_menu: _menu(
        "colouring",
        "Colours",
        "How the colours change from one copy to the next",
        _colourings,
    )
    axis: EnumProperty(
        name="Axis",
        description="Main axis of the symmetry",
        items=[
            ("X", "X", "The object's X axis"),
            ("Y", "Y", "The object's Y axis"),
            ("Z", "Z", "The object's Z axis"),
            ("CURSOR", "3D Cursor", "The Z axis of the 3D cursor"),
        ],
        default="Z",
    )
    centre: EnumProperty(
        name="Centre",
        description="The point that the symmetry keeps in place",
        items=[
            ("ORIGIN", "Origin", "The object's origin"),
            ("CENTROID", "Centroid", "The middle of the surface"),
            ("CURSOR", "3D Cursor", "The place of the 3D cursor"),
        ],
    )
    action: EnumProperty(
        name="Acts On",
        description="What the symmetry moves",
        items=[
            ("SURFACE", "Surface", "Points of the surface, which must itself be symmetric"),
            ("DIRECTION", "Directions", "Directions from the centre, on any mesh"),
        ],
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far from symmetric the surface may be, relative to its size",
        default=0.01,
        min=0.0001,
        max=1.0,
        precision=4,
    )
    style_kind: EnumProperty(
        name="Style From",
        description="Where the style picture comes from",
        items=[
            ("EXEMPLAR", "Exemplar", "A picture that the service ships"),
            ("FILE", "Picture", "A picture file of your own"),
        ],
    )
    style: StringProperty(
        name="Exemplar",
        description="Name of one of the service's own style pictures",
        default="stained_glass",
    )
    style_menu: _menu(
        "style",
        "Exemplar",
        "One of the service's own style pictures",
        lambda settings: catalogue.known().styles,
    )
    style_file: StringProperty(
        name="Picture",
        description="Picture whose style is painted",
        subtype="FILE_PATH",
    )
    style_size: FloatProperty(
        name="Style Size",
        description="What the style picture's shorter side spans on the surface; 0: as suits the "
        "object",
        default=0.0,
        min=0.0,
        subtype="DISTANCE",
    )
    quality: StringProperty(
        name="Quality",
        description="How long and how carefully to paint, by name",
        default="standard",
    )
    quality_menu: _menu(
        "quality",
        "Quality",
        "How long and how carefully to paint",
        lambda settings: catalogue.known().qualities,
    )
    seed: IntProperty(
        name="Seed",
        description="Another seed paints another picture",
        default=0,
        min=0,
        max=2**31 - 1,
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
        name="Count",
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
    content: FloatProperty(
        name="Keep Features",
        description="How much of what the colour before shows is kept; 0: nothing",
        default=0.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
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
    bump: FloatProperty(
        name="Bump",
        description="How far the light parts of the texture stand out, as shading; 0: not at all",
        default=0.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=_update_bump,
    )
    image: PointerProperty(
        name="Texture",
        description="The image that Orbitex paints for this object",
        type=bpy.types.Image,
    )


def settings_of(obj: Any) -> Any:
    """The settings of ``obj`` (an :class:`OrbitexSettings`; Any, as the stubs know only bpy)."""
    return obj.orbitex


def register() -> None:
    """Give every object its settings."""
    types: Any = bpy.types  # the stubs do not know our property
    pointer: Any = PointerProperty
    types.Object.orbitex = pointer(
        name="Orbitex", description="Orbitex's settings for this object", type=OrbitexSettings
    )


def unregister() -> None:
    """Take the settings away."""
    types: Any = bpy.types
    if hasattr(types.Object, "orbitex"):
        del types.Object.orbitex


CLASSES = (OrbitexSettings,)
