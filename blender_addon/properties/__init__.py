"""What an object remembers about its painting: the settings of the panel, saved in the .blend.

The state of a running job is *not* here: saved state would leave a file that says "running" for
ever. It lives in :mod:`..jobs`.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import PointerProperty

from .dream import DreamSettings, OrbitexDream, put_dreams, put_target, target_of
from .painting import PaintingSettings
from .style import OrbitexStyle, StyleSettings, put_styles
from .surface import SurfaceSettings
from .symmetry import SymmetrySettings

__all__ = [
    "CLASSES",
    "OrbitexSettings",
    "as_typed",
    "put_dreams",
    "put_styles",
    "put_target",
    "register",
    "settings_of",
    "target_of",
]


class OrbitexSettings(
    SurfaceSettings,
    SymmetrySettings,
    StyleSettings,
    DreamSettings,
    PaintingSettings,
    bpy.types.PropertyGroup,
):
    """Settings of one object. Defaults and bounds are those of service/recipe.py (a test
    compares them)."""


def settings_of(obj: Any) -> Any:
    """The settings of ``obj`` (an :class:`OrbitexSettings`; Any, as the stubs know only bpy)."""
    return obj.orbitex


def as_typed(value: float) -> float:
    """Blender's single precision as the number that was typed: 0.01, not 0.009999999776."""
    return float(f"{value:.7g}")


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
