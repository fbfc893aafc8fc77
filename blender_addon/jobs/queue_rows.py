"""The rows of the queue's list: which jobs there are. What they do is read when they are drawn.

They belong to the window manager, which no file saves.
"""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import CollectionProperty, IntProperty, PointerProperty

from . import jobs

SEEDS = 4


class OrbitexQueueRow(bpy.types.PropertyGroup):
    """One job."""

    key: IntProperty(name="Key", description="Which job of this Blender it is")


class OrbitexQueue(bpy.types.PropertyGroup):
    """What the queue's panel shows and asks."""

    rows: CollectionProperty(
        name="Jobs", description="The jobs of the open file", type=OrbitexQueueRow
    )
    index: IntProperty(name="Active Job", description="The active row")
    seeds: IntProperty(
        name="Seeds",
        description="How many paintings to make, each with its own seed",
        default=SEEDS,
        min=2,
        max=16,
    )


def queue_of(manager: Any) -> Any:
    """The queue's properties (an :class:`OrbitexQueue`)."""
    return manager.orbitex_queue


def sync() -> None:
    """Make the rows those of the jobs there are. Not while drawing: Blender forbids it there."""
    queue = queue_of(bpy.context.window_manager)
    keys = [job.key for job in jobs.all_of_file()]
    if [row.key for row in queue.rows] != keys:
        queue.rows.clear()
        for key in keys:
            queue.rows.add().key = key
        queue.index = max(0, min(queue.index, len(keys) - 1))


def register() -> None:
    """Give the window manager its queue."""
    types: Any = bpy.types
    pointer: Any = PointerProperty
    types.WindowManager.orbitex_queue = pointer(
        name="Orbitex Queue", description="Orbitex's jobs of the open file", type=OrbitexQueue
    )


def unregister() -> None:
    """Take it away."""
    types: Any = bpy.types
    if hasattr(types.WindowManager, "orbitex_queue"):
        del types.WindowManager.orbitex_queue


CLASSES = (OrbitexQueueRow, OrbitexQueue)
