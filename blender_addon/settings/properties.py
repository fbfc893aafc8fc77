"""The settings of an object as Blender's properties, which are saved in the .blend.

The state of a running job is *not* here: saved state would leave a file that says "running" for
ever. It lives in :mod:`..jobs`.
"""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import PointerProperty

from .dream import OrbitexDream
from .style import OrbitexStyle
from .table import SETTINGS


class OrbitexSettings(bpy.types.PropertyGroup):
    """The settings of one object, and the image that is painted for it."""

    image: PointerProperty(
        name="Texture",
        description="The image that Orbitex paints for this object",
        type=bpy.types.Image,
    )


for _row in SETTINGS:
    OrbitexSettings.__annotations__.update(_row.properties())


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


CLASSES = (OrbitexStyle, OrbitexDream, OrbitexSettings)
