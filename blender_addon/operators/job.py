"""The operators on jobs that run or wait: pause, resume, finish, cancel, adjust, come back, and
the queue's."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from dataclasses import replace
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty

from ..jobs import jobs, originals, pump, queue_rows, reattach
from ..offer.fields import title_of
from ..picture import live_image
from ..problems import refuse
from ..scene.submission import changes
from ..settings import preferences
from ..settings.properties import settings_of
from ..settings.table import Choices, choices_of
from .base import Acting, OnJob, Result
from .waiting import PaintingOperator

PAUSABLE = frozenset({"queued", "running"})
ACTIONS = (
    ("PAUSE", "Pause", "Pause the job. What is painted so far is kept"),
    ("RESUME", "Resume", "Continue the job"),
    ("CANCEL", "Cancel", "End the job, and restore the picture from before"),
    ("RETRY", "Try Again", "Continue the job from its last checkpoint"),
    ("SHOW", "Show", "Show the job's image on its object"),
    ("REMOVE", "Remove", "Remove the job from the list. Its image is kept"),
)


def act(running: jobs.Job, action: str, context: Any) -> None:
    """Do one of ACTIONS to a job. Raises ProblemError "gone" if object or image are."""
    if action in ("PAUSE", "RESUME"):
        running.client.command(action.lower())
    elif action == "CANCEL":
        jobs.cancel(running)
    elif action == "REMOVE":
        jobs.drop(running)
    else:
        obj = live_image.by_uid(bpy.data.objects, running.object_uid)
        image = live_image.by_uid(bpy.data.images, running.image_uid)
        if obj is None:
            refuse("gone", f"The object of '{running.object_name}' is gone.")
        if action == "RETRY":
            retry(running, obj, image, context)
        elif image is None:
            refuse("gone", f"The image of '{running.object_name}' is gone.", "Paint again.")
        else:
            originals.show_painted(obj, image)


def retry(ended: jobs.Job, obj: Any, image: Any, context: Any) -> jobs.Job:
    """Let a job that has failed, or was lost, go on. Raises ProblemError "never-begun"."""
    if not ended.report.job:
        refuse("never-begun", "The service never had this job.", "Paint again.")
    service = replace(preferences.read(context), address=ended.client.address)
    again = reattach.retry(obj, image, ended.report.job, service)
    again.label = ended.label
    jobs.drop(ended)
    return again


class _Command(OnJob):
    """Tells the service a ``command``; what comes of it comes with the next ticks."""

    command = ""

    def execute(self, context: Any) -> Result:
        """Tell it."""
        running = jobs.active_of(context.active_object)
        if running:
            running.client.command(self.command)
        return {"FINISHED"}


class ORBITEX_OT_pause(_Command, bpy.types.Operator):
    """Let the painting wait"""

    bl_idname = "orbitex.pause"
    bl_label = "Pause"
    bl_description = "Pause the painting. What is painted so far is kept, even if Blender is closed"
    states = PAUSABLE
    command = "pause"


class ORBITEX_OT_resume(_Command, bpy.types.Operator):
    """Let the painting go on"""

    bl_idname = "orbitex.resume"
    bl_label = "Resume"
    bl_description = "Continue the painting"
    states = frozenset({"paused"})
    otherwise = "The painting of this object is not paused"
    command = "resume"


class ORBITEX_OT_finish(_Command, bpy.types.Operator):
    """End the painting with the best so far"""

    bl_idname = "orbitex.finish"
    bl_label = "Finish"
    bl_description = "Stop here and keep the best result so far, at full size"
    command = "finish"


class ORBITEX_OT_cancel(OnJob, bpy.types.Operator):
    """Drop the painting"""

    bl_idname = "orbitex.cancel"
    bl_label = "Cancel"
    bl_description = (
        "Stop painting at once. A finished picture from before comes back; else the last preview "
        "stays in the image"
    )

    def execute(self, context: Any) -> Result:
        """Tell the worker; it ends with the next tick."""
        running = jobs.active_of(context.active_object)
        if running:
            jobs.cancel(running)
        return {"FINISHED"}


def adjust(running: jobs.Job, choices: Choices) -> dict[str, Any]:
    """Send what ``choices`` change in the recipe of a running job, and say it. Raises ProblemError
    "nothing-new"."""
    new = changes(running.report.recipe or {}, choices)
    if not new:
        refuse(
            "nothing-new",
            "None of the changed settings can be applied to a running job.",
            "Weights, style scale, colours, quality, steps and learning rate can be.",
        )
    running.client.command("adjust", changes=new)
    return new


class ORBITEX_OT_adjust(Acting, OnJob, bpy.types.Operator):
    """Paint on with the settings as they are now"""

    bl_idname = "orbitex.adjust"
    bl_label = "Apply to Running Job"
    bl_description = (
        "Continue with the weights, scale, colours, quality and steps that the panel has now"
    )
    states = PAUSABLE | {"paused"}

    def _act(self, context: Any) -> Result:
        running = jobs.active_of(context.active_object)
        if running is not None:
            new = adjust(running, choices_of(settings_of(context.active_object)))
            titles = dict.fromkeys(map(title_of, new))
            self.report({"INFO"}, f"Changed: {', '.join(titles)}")
        return {"FINISHED"}


class ORBITEX_OT_reattach(PaintingOperator, bpy.types.Operator):
    """Come back to the jobs of this file"""

    bl_idname = "orbitex.reattach"
    bl_label = "Re-attach"
    bl_description = "Reconnect to this file's jobs in the service, and start it if necessary"

    def _begin(self, context: Any) -> list[jobs.Job]:
        found = reattach.reattach(preferences.read(context), asked=True)
        if not found:
            self.report({"INFO"}, "No job of this file waits")
        return found


class ORBITEX_OT_queue_action(Acting, bpy.types.Operator):
    """Do something to a job of the queue"""

    bl_idname = "orbitex.queue_action"
    bl_label = "Job"
    bl_description = "Pause, resume, cancel, try again, show or remove a job of the queue"

    key: IntProperty(name="Key", description="Which job of this Blender", options={"SKIP_SAVE"})
    action: EnumProperty(name="Action", description="What to do to it", items=ACTIONS)

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        """The tooltip of each button."""
        return next(text for name, _, text in ACTIONS if name == properties.action)

    def _act(self, context: Any) -> Result:
        chosen = jobs.find(self.key)
        if chosen is None:
            refuse("no-job", "This job is not on the list any more.")
        act(chosen, self.action, context)
        queue_rows.sync()
        pump.start_timer()
        return {"FINISHED"}


CLASSES = (
    ORBITEX_OT_pause,
    ORBITEX_OT_resume,
    ORBITEX_OT_finish,
    ORBITEX_OT_cancel,
    ORBITEX_OT_adjust,
    ORBITEX_OT_reattach,
    ORBITEX_OT_queue_action,
)
