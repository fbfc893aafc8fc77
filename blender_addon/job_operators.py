"""The operators on jobs that run or wait: pause, resume, adjust, come back, and the queue's."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty

from . import jobs, live_image, originals, preferences, queue_rows, reattach, session
from .attempt import Result, attempt
from .order import Choices, changes, choices_of
from .problems import refuse
from .properties import settings_of
from .waiting import wait_for

PAUSABLE = frozenset({"queued", "running"})
ACTIONS = (
    ("PAUSE", "Pause", "Let the job wait; it keeps what is painted"),
    ("RESUME", "Resume", "Let the job go on"),
    ("CANCEL", "Cancel", "End the job; the last preview stays in its image"),
    ("RETRY", "Try Again", "Let the job go on from its last checkpoint"),
    ("SHOW", "Show", "Show the job's image on its object"),
    ("REMOVE", "Remove", "Take the job off the list; its image stays"),
)


def act(running: jobs.Session, action: str, context: Any) -> None:
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


def retry(ended: jobs.Session, obj: Any, image: Any, context: Any) -> jobs.Session:
    """Let a job that has failed, or was lost, go on. Raises ProblemError "never-begun"."""
    if not ended.report.job:
        refuse("never-begun", "The service never had this job.", "Paint again.")
    service = replace(preferences.read(context), address=ended.client.address)
    again = reattach.retry(obj, image, ended.report.job, service)
    again.label = ended.label
    jobs.drop(ended)
    return again


class _OnState:
    """Poll of the operators that need a job in some state."""

    poll_message_set: Callable[..., None]
    states: frozenset[str]
    otherwise: str

    @classmethod
    def poll(cls, context: Any) -> bool:
        """The active object's job is in one of the states."""
        running = jobs.active_of(context.active_object)
        right = running is not None and running.report.state in cls.states
        if not right:
            cls.poll_message_set(cls.otherwise)
        return right


class ORBITEX_OT_pause(_OnState, bpy.types.Operator):
    """Let the painting wait"""

    bl_idname = "orbitex.pause"
    bl_label = "Pause"
    bl_description = "Let the painting wait; it keeps what is painted, even if Blender is closed"
    states = PAUSABLE
    otherwise = "This object is not being painted"

    def execute(self, context: Any) -> Result:
        """Tell the service; the state comes with the next ticks."""
        return _command(context, "pause")


class ORBITEX_OT_resume(_OnState, bpy.types.Operator):
    """Let the painting go on"""

    bl_idname = "orbitex.resume"
    bl_label = "Resume"
    bl_description = "Let the painting go on"
    states = frozenset({"paused"})
    otherwise = "The painting of this object is not paused"

    def execute(self, context: Any) -> Result:
        """Tell the service; the state comes with the next ticks."""
        return _command(context, "resume")


def _command(context: Any, kind: str) -> Result:
    running = jobs.active_of(context.active_object)
    if running:
        running.client.command(kind)
    return {"FINISHED"}


def adjust(running: jobs.Session, choices: Choices) -> dict[str, Any]:
    """Send what ``choices`` change in the recipe of a running job, and say it. Raises ProblemError
    "nothing-new"."""
    new = changes(running.report.recipe or {}, choices)
    if not new:
        refuse(
            "nothing-new",
            "Nothing that can change while it runs has been changed.",
            "Weights, style scale, colours, quality, steps and learning rate can.",
        )
    running.client.command("adjust", changes=new)
    return new


class ORBITEX_OT_adjust(_OnState, bpy.types.Operator):
    """Paint on with the settings as they are now"""

    bl_idname = "orbitex.adjust"
    bl_label = "Apply to Running Job"
    bl_description = "Go on with the weights, scale, colours, quality and steps that are set now"
    states = PAUSABLE | {"paused"}
    otherwise = "This object is not being painted"

    def execute(self, context: Any) -> Result:
        """Tell the service; a refusal comes with the next ticks."""
        return attempt(self, self._adjust, context)

    def _adjust(self, context: Any) -> Result:
        running = jobs.active_of(context.active_object)
        if running is not None:
            new = adjust(running, choices_of(settings_of(context.active_object)))
            self.report({"INFO"}, f"Changed: {', '.join(new)}")
        return {"FINISHED"}


class ORBITEX_OT_reattach(bpy.types.Operator):
    """Come back to the jobs of this file"""

    bl_idname = "orbitex.reattach"
    bl_label = "Re-attach"
    bl_description = "Come back to the jobs of this file that go on in the service; starts it"

    def execute(self, context: Any) -> Result:
        """Wait for their ends (scripts and background Blender)."""
        return attempt(self, self._wait, context)

    def invoke(self, context: Any, event: Any) -> Result:
        """Watch them."""
        return attempt(self, self._watch, context)

    def _wait(self, context: Any) -> Result:
        return wait_for(self, reattach.reattach(preferences.read(context), asked=True))

    def _watch(self, context: Any) -> Result:
        if not reattach.reattach(preferences.read(context), asked=True):
            self.report({"INFO"}, "No job of this file waits")
        session.start_timer()
        return {"FINISHED"}


class ORBITEX_OT_queue_action(bpy.types.Operator):
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

    def execute(self, context: Any) -> Result:
        """Tell the service, or the list."""
        return attempt(self, self._act, context)

    def _act(self, context: Any) -> Result:
        chosen = jobs.find(self.key)
        if chosen is None:
            refuse("no-job", "This job is not on the list any more.")
        act(chosen, self.action, context)
        queue_rows.sync()
        session.start_timer()
        return {"FINISHED"}


CLASSES = (
    ORBITEX_OT_pause,
    ORBITEX_OT_resume,
    ORBITEX_OT_adjust,
    ORBITEX_OT_reattach,
    ORBITEX_OT_queue_action,
)
