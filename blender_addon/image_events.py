"""What undo and renders mean for the painted images. Undo must not take a painting away.

Undo brings an image's data block back as it was, without pixels that nobody had packed then: it is
blank, and blank in the next save. What came last is put in again. A step that knows an older
packed picture is left alone: that is the undo of "Paint again".
"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import jobs, kept, live_image, session


@persistent
def _after_undo(*_: object) -> None:
    for painted in reversed(jobs.all_of_file()):  # the newest first: it puts, others find it
        image = live_image.by_uid(bpy.data.images, painted.image_uid)
        if image is None:
            continue
        if not painted.active and painted.newest is None and kept.bring_back(image):
            continue
        if live_image.is_packed(image):
            live_image.read_again(image)
            continue
        if painted.newest is None:
            continue
        session.put(image, painted.newest)
        if not painted.active:
            live_image.pack(image)


@persistent
def _before_render(*_: object) -> None:
    live_image.remember_render()


def register() -> None:
    """Hook into undo, redo and renders."""
    for hooks, hook in _hooks():
        hooks.append(hook)


def unregister() -> None:
    """Leave no hook behind."""
    for hooks, hook in _hooks():
        if hook in hooks:
            hooks.remove(hook)


def _hooks() -> list[tuple[list, object]]:
    handlers = bpy.app.handlers
    return [
        (handlers.undo_post, _after_undo),
        (handlers.redo_post, _after_undo),
        (handlers.render_init, _before_render),
    ]
