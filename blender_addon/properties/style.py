"""Settings: the style pictures and the size of their strokes."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Iterable
from typing import Any

import bpy
from bpy.props import CollectionProperty, FloatProperty, IntProperty, StringProperty

from .. import catalogue, icons
from .menu import menu_over

# Paths such as //cat.png, from the .blend's folder; before Blender 4.5 nobody had to ask for them.
RELATIVE: Any = {"ANIMATABLE"} | (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)


class OrbitexStyle(bpy.types.PropertyGroup):
    """One style picture of the blend."""

    source: StringProperty(
        name="Picture",
        description="Name of one of the service's own style pictures, or a picture file of yours",
        default=catalogue.DEFAULT_STYLE,
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    source_menu: menu_over(
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


class StyleSettings:
    """The blend of styles, and how large they are painted."""

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


def put_styles(settings: Any, styles: Iterable[tuple[str, float]]) -> None:
    """Make (source, weight) the list of styles; the first one is chosen."""
    settings.styles.clear()
    for source, weight in styles:
        item = settings.styles.add()
        item.source, item.weight = source, weight
    settings.style_index = 0
