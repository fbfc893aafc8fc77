"""What an object remembers about its painting: the settings of the panel, saved in the .blend.

The state of a running job is *not* here: saved state would leave a file that says "running" for
ever. It lives in :mod:`.session`.
"""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, PointerProperty, StringProperty

from . import catalogue

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


def uv_map_names(self: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the UV maps of the object that owns the settings."""
    layers = getattr(self.id_data.data, "uv_layers", ())
    return [layer.name for layer in layers]


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
            ("CAMERAS", "Cameras", "All cameras of the scene"),
        ],
    )
    views: IntProperty(
        name="Count",
        description="Number of views around the object",
        default=8,
        min=1,
        max=256,
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
