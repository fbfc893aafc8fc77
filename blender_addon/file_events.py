"""What loading and saving a file means for its jobs."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import jobs, live_image, preferences, session
from .reattach import reattach


def go_on() -> None:
    """Watch the jobs of the open file again, quietly; starts nothing."""
    if reattach(preferences.read(bpy.context), asked=False):
        session.start_timer()


@persistent
def _before_load(*_: object) -> None:
    # What identified the old file's objects means nothing now. Its jobs go on in the service.
    jobs.leave_all("Goes on in the service: another file was loaded")


@persistent
def _after_load(*_: object) -> None:
    if not bpy.app.background:  # a script says itself what it wants
        go_on()


@persistent
def _before_save(*_: object) -> None:
    for running in jobs.all_of_file():
        image = live_image.by_uid(bpy.data.images, running.image_uid) if running.active else None
        if image is not None and running.frames:
            live_image.pack(image)


def _hooks() -> list[tuple[list, object]]:
    handlers = bpy.app.handlers
    failed = getattr(handlers, "load_post_fail", None)  # 3.5 and later: the old file stays open
    hooks: list[tuple[list, object]] = [
        (handlers.load_pre, _before_load),
        (handlers.load_post, _after_load),
        (handlers.save_pre, _before_save),
    ]
    return hooks if failed is None else [*hooks, (failed, _after_load)]


def register() -> None:
    """Hook into loading and saving."""
    for hooks, hook in _hooks():
        hooks.append(hook)


def unregister() -> None:
    """Leave all jobs to the service, end all threads, leave no hook behind."""
    session.stop_timer()
    for left in jobs.leave_all("Goes on in the service"):
        left.client.join()
    for hooks, hook in _hooks():
        if hook in hooks:
            hooks.remove(hook)
