"""3D viewports that show no textures, as Blender's are at first, are made to show them while
something is painted, and get their shading back. Main thread only."""

from __future__ import annotations

from typing import Any

import bpy

Shading = tuple[str, str]  # the kind, and where Solid has its colours from
TEXTURED: Shading = ("SOLID", "TEXTURE")

_before: dict[int, Shading] = {}  # by area, the shading that it had


def shows_textures(space: Any) -> bool:
    """Whether a 3D viewport shows textures."""
    kind = space.shading.type
    return kind in ("MATERIAL", "RENDERED") or _shading_of(space) == TEXTURED


def show_textures(area: Any) -> None:
    """Let the 3D viewport in ``area`` show textures."""
    shading = area.spaces.active.shading
    shading.type, shading.color_type = TEXTURED
    area.tag_redraw()


def lend(area: Any) -> None:
    """The same until :func:`give_back`; other areas, and viewports that show textures, are left
    alone."""
    if area is None or area.type != "VIEW_3D" or shows_textures(area.spaces.active):
        return
    _before.setdefault(area.as_pointer(), _shading_of(area.spaces.active))
    show_textures(area)


def give_back() -> None:
    """Give viewports the shading back that they had, if nobody has changed it since."""
    for screen in bpy.data.screens if _before else ():
        for area in screen.areas:
            before = _before.pop(area.as_pointer(), None)
            if before is not None and area.type == "VIEW_3D":
                space: Any = area.spaces.active
                if _shading_of(space) == TEXTURED:
                    space.shading.color_type = before[1]
                    space.shading.type = before[0]
                    area.tag_redraw()
    _before.clear()


def keep() -> None:
    """Viewports stay as they are now."""
    _before.clear()


def _shading_of(space: Any) -> Shading:
    return space.shading.type, space.shading.color_type
