"""Finished pictures on their way to their images: what the sliders want, and what comes of it.

Main thread only. Every picture is packed when it is shown, so that saving and undo find it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..jobs import jobs, ties
from ..picture import live_image
from ..picture.backup import RECEIPT_KEY
from ..problems import Problem, ProblemError, refuse
from ..scene import styles
from ..settings import painting, preferences
from ..settings.properties import settings_of
from ..settings.table import choices_of
from .asking import Finishing, Wish

DRAFT_KEY = "orbitex_draft"  # custom property of an image that shows a draft
_TICK = 0.01  # seconds between looks for an answer
_HINT = "The image stays as it is. To finish it otherwise, paint again."
_FORGOTTEN = frozenset({"unknown-job", "not-painted", "not-finished", "damaged-job"})


@dataclass(frozen=True)
class _Session:
    """The image whose sliders move; its object."""

    object_uid: Any
    image_uid: Any
    asking: Finishing


_session: _Session | None = None
_problems: dict[Any, Problem] = {}  # by object, of its last question


def reason_not(obj: Any) -> str:
    """Why the image of ``obj`` cannot be finished otherwise; empty if it can."""
    if busy := jobs.busy_reason(obj):
        return busy
    if ties.painter_of(settings_of(obj).image) is None:
        return "Only a picture whose painting has finished can be finished otherwise"
    return ""


def is_pending(obj: Any) -> bool:
    """Whether a picture of ``obj`` is on its way."""
    mine = _session is not None and _session.object_uid == live_image.uid_of(obj)
    return mine and _session is not None and _session.asking.is_busy


def is_draft(obj: Any) -> bool:
    """Whether the image of ``obj`` shows a draft."""
    image = settings_of(obj).image
    return image is not None and bool(image.get(DRAFT_KEY))


def problem(obj: Any) -> Problem | None:
    """Why the last picture of ``obj`` could not be made."""
    return _problems.get(live_image.uid_of(obj))


def ask(context: Any, obj: Any, draft: bool) -> Finishing:
    """Have the service that painted the image of ``obj`` finish it as its settings say now. Raises
    ProblemError "not-painted", "bad-address", and as :func:`..scene.styles.gather_finishing`."""
    global _session
    image = settings_of(obj).image
    painter = ties.painter_of(image)
    if painter is None or reason_not(obj):
        refuse("not-painted", reason_not(obj))
    uid, image_uid = live_image.uid_of(obj), live_image.uid_of(image)
    _problems.pop(uid, None)
    steps, pictures = styles.gather_finishing(choices_of(settings_of(obj)))
    known = _session
    if (
        known is None
        or not known.asking.is_alive
        or (known.object_uid, known.image_uid, known.asking.job) != (uid, image_uid, painter.job)
    ):
        stop()
        service = replace(preferences.read(context), address=painter.address)
        preferences.check_address(service.address)
        launch = preferences.launcher(service)
        asking = Finishing(service.address, launch, service.key_file, painter.job)
        known = _session = _Session(uid, image_uid, asking)
        asking.start()
    known.asking.want(Wish(steps, draft, pictures))
    return known.asking


def collect() -> bool:
    """Show what has come; whether more is to come."""
    if _session is None:
        return False
    asking, report = _session.asking, _session.asking.report()
    obj = live_image.by_uid(bpy.data.objects, _session.object_uid)
    image = live_image.by_uid(bpy.data.images, _session.image_uid)
    painter = ties.painter_of(image)
    gone = obj is None or painter is None or painter.job != asking.job
    if gone or jobs.active_of(obj) is not None:  # it is painted anew: what comes is of the past
        stop()
        return False
    if (answer := asking.take()) is not None:
        live_image.replace_by(image, answer.png)
        if answer.receipt is None:
            image[DRAFT_KEY] = True
        else:
            image[RECEIPT_KEY] = json.dumps(answer.receipt)
            image.pop(DRAFT_KEY, None)
        live_image.redraw()
    if report.problem is not None:
        found = report.problem
        forgotten = found.code in _FORGOTTEN
        _problems[_session.object_uid] = replace(found, hint=_HINT) if forgotten else found
        stop()
        live_image.redraw()
    return _session is not None and _session.asking.is_busy


def start_timer() -> None:
    """Let the interface show what comes."""
    if not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=_TICK)


def _look() -> float | None:
    if collect():
        return _TICK
    if _session is not None and not _shows_draft():
        bpy.ops.ed.undo_push(message="Finishing")
    return None


def _shows_draft() -> bool:
    obj = live_image.by_uid(bpy.data.objects, _session.object_uid) if _session else None
    return obj is not None and is_draft(obj)


def _slider_moved(obj: Any) -> None:
    if bpy.app.background or reason_not(obj):  # a script presses the button; Paint takes it along
        return
    try:
        ask(bpy.context, obj, draft=True)
    except ProblemError as error:
        _problems[live_image.uid_of(obj)] = error.problem
    else:
        start_timer()


def stop() -> None:
    """End the thread, and wait for no picture."""
    global _session
    if _session is not None:
        _session.asking.leave()
    _session = None


def register() -> None:
    """Listen to the sliders."""
    painting.on_finish.append(_slider_moved)


def unregister() -> None:
    """Listen no longer, and forget all."""
    painting.on_finish.remove(_slider_moved)
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    if (last := _session) is not None:
        stop()
        last.asking.join()
    _problems.clear()
