"""What loading and saving a file, undo and renders mean for jobs and painted images.

Undo must not take a painting away: it brings an image's data block back as it was, without pixels
that nobody had packed then: it is blank, and blank in the next save. What came last is put in
again. A step that knows an older packed picture is left alone: that is the undo of "Paint again".
"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from ..picture import backup, live_image, viewports
from ..settings import preferences
from . import delivery, inherit, jobs, pump, symmetries
from .reattach import reattach


def watch_again() -> None:
    """Watch the jobs of the open file again, quietly; starts nothing."""
    if reattach(preferences.read(bpy.context), asked=False):
        pump.start_timer()


@persistent
def _before_load(*_: object) -> None:
    # What identified the old file's objects means nothing now. Its jobs go on in the service.
    jobs.leave_all("Goes on in the service: another file was loaded")
    symmetries.forget()
    inherit.forget()
    viewports.forget()


@persistent
def _after_load(*_: object) -> None:
    if not bpy.app.background:  # a script says itself what it wants
        watch_again()


@persistent
def _before_save(*_: object) -> None:
    for running in jobs.all_of_file():
        image = live_image.by_uid(bpy.data.images, running.image_uid) if running.active else None
        if image is not None and running.frames:
            live_image.pack(image)


@persistent
def _after_undo(*_: object) -> None:
    symmetries.take_again()
    for painted in reversed(jobs.all_of_file()):  # the newest first: it puts, others find it
        image = live_image.by_uid(bpy.data.images, painted.image_uid)
        if image is None:
            continue
        if not painted.active and painted.newest is None and backup.put_back(image):
            continue
        if live_image.is_packed(image):
            live_image.read_again(image)
            continue
        if painted.newest is None:
            continue
        delivery.put(image, painted.newest)
        if not painted.active:
            live_image.pack(image)


@persistent
def _before_render(*_: object) -> None:
    live_image.remember_render()


def _hooks() -> list[tuple[list, object]]:
    handlers = bpy.app.handlers
    failed = getattr(handlers, "load_post_fail", None)  # 3.5 and later: the old file stays open
    hooks: list[tuple[list, object]] = [
        (handlers.load_pre, _before_load),
        (handlers.load_post, _after_load),
        (handlers.save_pre, _before_save),
        (handlers.undo_post, _after_undo),
        (handlers.redo_post, _after_undo),
        (handlers.render_init, _before_render),
    ]
    return hooks if failed is None else [*hooks, (failed, _after_load)]


def register() -> None:
    """Hook into them."""
    for hooks, hook in _hooks():
        hooks.append(hook)


def unregister() -> None:
    """Leave all jobs to the service, end all threads, leave no hook behind."""
    pump.stop_timer()
    for left in jobs.leave_all("Goes on in the service"):
        left.client.join()
    for hooks, hook in _hooks():
        if hook in hooks:
            hooks.remove(hook)
