"""Orbitex for Blender: paints exactly symmetric deep textures on meshes, live.

The painting is done by the Orbitex service, another process; this add-on gathers the scene,
sends it, and shows the stream. In a script::

    import bpy, blender_addon
    blender_addon.register()
    bpy.ops.orbitex.paint(group="532", style="stained_glass", size=1024, quality="draft")
"""

from __future__ import annotations

import atexit
from typing import Any

import bpy

from . import (
    fixes,
    icons,
    manual,
    operators,
    overlay,
    panels,
    preferences,
    preset_operators,
    properties,
    service_operators,
    service_process,
    session,
    style_operators,
)

# For Blender 3.4 to 4.1, which read this, as text, and no manifest (a test compares the two).
bl_info = {
    "name": "Orbitex",
    "author": "The Orbitex project",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D Viewport > Sidebar > Orbitex",
    "description": "Paint exactly symmetric deep textures on meshes, live",
    "category": "Paint",
}

CLASSES: tuple[Any, ...] = (
    *properties.CLASSES,
    *preferences.CLASSES,
    *operators.CLASSES,
    *fixes.CLASSES,
    *style_operators.CLASSES,
    *preset_operators.CLASSES,
    *service_operators.CLASSES,
    *panels.CLASSES,
)


def register() -> None:
    """Blender calls this when the add-on is enabled."""
    if getattr(bpy.app, "module", False):
        # The bpy wheel 4.5 hangs for ever at exit while anything is still registered. Not in
        # Blender itself: it sees to it, and after a script that failed Python ends too late.
        atexit.register(unregister)
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    properties.register()
    session.register()
    icons.register()
    overlay.register()
    manual.register()
    if not bpy.app.background:
        bpy.app.timers.register(service_operators.first_contact, first_interval=1.0)


def unregister() -> None:
    """Blender calls this when the add-on is disabled; ends jobs, threads and a started service."""
    atexit.unregister(unregister)
    if bpy.app.timers.is_registered(service_operators.first_contact):
        bpy.app.timers.unregister(service_operators.first_contact)
    manual.unregister()
    overlay.unregister()
    icons.unregister()
    session.unregister()
    service_process.stop_all()
    properties.unregister()
    for cls in reversed(CLASSES):
        if cls.is_registered:  # not all are after a failed register()
            bpy.utils.unregister_class(cls)
