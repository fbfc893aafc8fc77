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
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import catalogue, icons, live_image, shading

# Paths such as //cat.png, from the .blend's folder; before Blender 4.5 nobody had to ask for them.
RELATIVE: Any = {"ANIMATABLE"} | (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)
Offers = Callable[[Any], tuple[catalogue.Choice, ...]]
Icon = Callable[[Any, str], int]  # (settings, name) -> number of the icon, 0 for none


def _menu(name: str, label: str, description: str, offers: Offers, icon: Icon | None = None) -> Any:
    """A menu over the string property ``name``: what the service offers, shown by title, while
    the file keeps the plain name (a dynamic enum would keep a number that changes its meaning)."""

    def items(self: Any, context: Any) -> list[Any]:
        entries = catalogue.menu(offers(self), getattr(self, name))
        return [
            (*entry, icon(self, entry[0]) if icon else 0, number)
            for number, entry in enumerate(entries)
        ]

    def get(self: Any) -> int:
        entries = catalogue.menu(offers(self), getattr(self, name))
        return [entry[0] for entry in entries].index(getattr(self, name))

    def put(self: Any, number: int) -> None:
        setattr(self, name, catalogue.menu(offers(self), getattr(self, name))[number][0])

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


def _redraw(settings: Any, context: Any) -> None:
    """Show at once what the viewport draws by itself."""
    live_image.redraw()


class OrbitexStyle(bpy.types.PropertyGroup):
    """One style picture of the blend."""

    source: StringProperty(
        name="Picture",
        description="Name of one of the service's own style pictures, or a picture file of yours",
        default=catalogue.DEFAULT_STYLE,
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    source_menu: _menu(
        "source",
        "Exemplar",
        "One of the service's own style pictures",
        lambda style: catalogue.known().styles,
        lambda style, name: icons.of_style(name),
    )
    weight: FloatProperty(
        name="Weight",
        description="Share of this picture in the blend of styles",
        default=1.0,
        min=0.001,
        max=100.0,
        soft_min=0.05,
        soft_max=4.0,
    )


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
        "How the colours change from one copy to the next: in the picture a step to the right, a "
        "step down and half a tile are the group's generators",
        _colourings,
        lambda settings, name: icons.of_rule(settings.group, name),
    )
    overlay: BoolProperty(
        name="Show in Viewport",
        description="Draw the rotation axes, the mirrors and one fundamental domain about the "
        "object; the domain is what is painted, all else are its copies",
        default=False,
        update=_redraw,
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
    styles: CollectionProperty(
        name="Styles",
        description=f"The style pictures and their shares; none: '{catalogue.DEFAULT_STYLE}' alone",
        type=OrbitexStyle,
    )
    style_index: IntProperty(
        name="Style", description="The style picture that is shown in full below the list"
    )
    style_scale: FloatProperty(
        name="Stroke Scale",
        description="Size of the strokes; 2 paints them twice as large",
        default=1.0,
        min=0.1,
        max=10.0,
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
    steps: IntProperty(
        name="Steps",
        description="Steps in all; 0: as the quality says",
        default=0,
        min=0,
        max=100_000,
    )
    learning_rate: FloatProperty(
        name="Learning Rate",
        description="How far one step goes; larger is faster and rougher",
        default=0.12,
        min=0.001,
        max=1.0,
        precision=3,
    )
    network: StringProperty(
        name="Network",
        description="The network that looks at the painting, by name",
        default=catalogue.EMBEDDED_NETWORK,
    )
    network_menu: _menu(
        "network",
        "Network",
        "The network that looks at the painting",
        lambda settings: catalogue.known().networks,
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
    style_weight: FloatProperty(
        name="Style",
        description="How much the strokes and shapes of the style count",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )
    colour_weight: FloatProperty(
        name="Style's Colours",
        description="How much the colours of the style count",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )
    smoothness: FloatProperty(
        name="Smoothness",
        description="How much neighbouring pixels should agree; 0: not at all",
        default=0.1,
        min=0.0,
        max=1000.0,
        soft_max=1.0,
    )
    seam: FloatProperty(
        name="Seams",
        description="How much both sides of the UV map's seams should agree while it is painted",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
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
        description="Depth of a relief made from the texture's brightness; 0: none",
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


CLASSES = (OrbitexStyle, OrbitexSettings)
