"""3D viewports that show no textures, as Blender's are at first, are made to show them when
something is painted, and can get their shading back. Main thread only."""

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
    """The same, and remember the shading for :func:`give_back`; other areas, and viewports that
    show textures, are left alone."""
    if area is None or area.type != "VIEW_3D" or shows_textures(area.spaces.active):
        return
    _before.setdefault(area.as_pointer(), _shading_of(area.spaces.active))
    show_textures(area)


def is_lent(area: Any) -> bool:
    """Whether the 3D viewport in ``area`` is shaded otherwise than it was, because of us."""
    if area is None or area.type != "VIEW_3D" or area.as_pointer() not in _before:
        return False
    return _shading_of(area.spaces.active) == TEXTURED


def give_back(only: Any = None) -> None:
    """Give viewports, or that of one area, the shading back that they had, if nobody has changed it
    since."""
    for screen in bpy.data.screens if _before else ():
        for area in screen.areas:
            if (only is None or area == only) and is_lent(area):
                space: Any = area.spaces.active
                kind, color = _before[area.as_pointer()]
                space.shading.color_type, space.shading.type = color, kind
                area.tag_redraw()
    if only is None:
        forget()
    else:
        _before.pop(only.as_pointer(), None)


def forget() -> None:
    """Viewports stay as they are now; those of another file are others."""
    _before.clear()


def _shading_of(space: Any) -> Shading:
    return space.shading.type, space.shading.color_type
