"""The sub-panel with all jobs of the file."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs import jobs
from ..jobs.queue_rows import queue_of
from .parts import Sidebar, wrapped

ICONS = {
    "queued": "SORTTIME",
    "running": "BRUSH_DATA",
    "paused": "PAUSE",
    "finished": "CHECKMARK",
    "cancelled": "X",
    "failed": "ERROR",
}
# By state, (what to do, icon); the first word of a job_operators.ACTIONS.
BUTTONS = {
    "queued": (("PAUSE", "PAUSE"), ("CANCEL", "X")),
    "running": (("PAUSE", "PAUSE"), ("CANCEL", "X")),
    "paused": (("RESUME", "PLAY"), ("CANCEL", "X")),
    "finished": (("SHOW", "HIDE_OFF"), ("REMOVE", "X")),
    "cancelled": (("SHOW", "HIDE_OFF"), ("REMOVE", "X")),
    "failed": (("RETRY", "FILE_REFRESH"), ("REMOVE", "X")),
}


class ORBITEX_UL_queue(bpy.types.UIList):
    """One line a job."""

    bl_idname = "ORBITEX_UL_queue"

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: Any,
        active_data: Any,
        active_property: Any,
        index: Any = 0,
        flt_flag: Any = 0,
    ) -> None:
        """Object, label, how far, and what can be done."""
        job = jobs.find(item.key)
        if job is None:
            return
        state, progress = job.report.state, job.report.progress
        row = layout.row(align=True)
        # Short, or the sidebar would cut it off: the rest is below the list.
        far = f"{100 * progress.fraction:.0f} % " if progress and job.active else ""
        row.label(text=f"{far}{job.object_name}", icon=ICONS.get(state, "SORTTIME"))
        for action, symbol in BUTTONS.get(state, (("CANCEL", "X"),)):
            button = row.operator("orbitex.queue_action", text="", icon=symbol)
            button.key, button.action = job.key, action


class ORBITEX_PT_queue(Sidebar, bpy.types.Panel):
    """The queue."""

    bl_idname = "ORBITEX_PT_queue"
    bl_label = "Queue"
    bl_parent_id = "ORBITEX_PT_main"
    bl_options: Any = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The list, and what makes several jobs at once."""
        layout: Any = self.layout
        queue = queue_of(context.window_manager)
        layout.template_list(
            "ORBITEX_UL_queue", "", queue, "rows", queue, "index", rows=max(2, len(queue.rows))
        )
        chosen = jobs.find(queue.rows[queue.index].key) if len(queue.rows) else None
        if chosen is not None:
            column = layout.column(align=True)
            for text in (chosen.title, chosen.message):
                for line in wrapped(text, context):
                    column.label(text=line)
        layout.operator("orbitex.paint_selected", icon="BRUSH_DATA")
        row = layout.row(align=True)
        row.prop(queue, "seeds")
        row.operator("orbitex.paint_seeds", text="Paint Seeds").count = queue.seeds


CLASSES = (ORBITEX_UL_queue, ORBITEX_PT_queue)
