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

from . import finishing, materials, operators, panels, preparing, solids
from .finishing import live
from .jobs import events, looks, queue_rows, symmetries
from .link import inquiry, lookups, service_process
from .materials import making
from .operators.service import first_contact
from .panels import manual, overlay
from .picture import icons
from .preparing import live as preparing_live
from .settings import preferences, properties
from .setup import installing
from .solids import making as printing

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
    *queue_rows.CLASSES,
    *preferences.CLASSES,
    *operators.CLASSES,
    *materials.CLASSES,
    *solids.CLASSES,
    *finishing.CLASSES,
    *preparing.CLASSES,
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
    queue_rows.register()
    events.register()
    live.register()
    icons.register()
    overlay.register()
    manual.register()
    if not bpy.app.background:
        bpy.app.timers.register(first_contact, first_interval=1.0)


def unregister() -> None:
    """Blender calls this when the add-on is disabled. Ends threads and a started service; its jobs
    are on its disk and go on with the next one."""
    atexit.unregister(unregister)
    if not any(cls.is_registered for cls in CLASSES):  # at its end Blender, too, takes it off
        return
    if bpy.app.timers.is_registered(first_contact):
        bpy.app.timers.unregister(first_contact)
    manual.unregister()
    overlay.unregister()
    icons.unregister()
    events.unregister()
    installing.stop()
    inquiry.stop()
    lookups.stop()
    looks.stop()
    symmetries.forget()
    making.QUESTIONS.stop()
    printing.stop()
    live.unregister()
    preparing_live.stop()
    service_process.stop_all()
    queue_rows.unregister()
    properties.unregister()
    for cls in reversed(CLASSES):
        if cls.is_registered:  # not all are after a failed register()
            bpy.utils.unregister_class(cls)
