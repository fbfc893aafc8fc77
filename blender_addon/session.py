"""One running job per object, driven from the main thread.

:func:`pump` moves news from the worker threads into Blender. A persistent timer calls it in the
UI, :func:`run_to_end` calls it in a headless script. Nothing in here keeps a Blender reference
between two calls: object and image are found again by what survives undo and renaming
(:func:`.live_image.uid_of`); if one of them is gone, the job ends with a message.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np
from bpy.app.handlers import persistent

from . import catalogue, live_image
from .client import Child, Inquiry, PaintClient
from .connection import Timing
from .interrupts import interrupts
from .messages import RUNNING, Frame, Order, Report
from .problems import Problem, refuse
from .properties import settings_of

TICK_SECONDS = 0.03  # how often the UI looks for news
RECEIPT_KEY = "orbitex_receipt"  # custom property of the image: the receipt as JSON
UV_MAP_KEY = "orbitex_uv_map"  # custom property of the image: the UV map it is painted for

# Called with (step, pixels float32 flat RGBA bottom row first, (width, height)) after every
# frame, the final one included, has reached the image. For scripts that record the painting.
on_frame: list[Callable[[int, np.ndarray, tuple[int, int]], None]] = []

Launch = Callable[[], Child] | None


@dataclass
class Session:
    """One job as the panel sees it."""

    object_uid: Any
    object_name: str
    image_uid: Any
    created_image: bool
    attachments: tuple[live_image.Attachment, ...]
    client: PaintClient
    report: Report
    message: str = "Connecting"
    frames: int = 0
    active: bool = True
    losses: list[float] = field(default_factory=list)  # of all progress that came, for the trend


_sessions: dict[Any, Session] = {}
_inquiry: Inquiry | None = None
_inquiry_problem: Problem | None = None


def begin(
    obj: Any,
    order: Order,
    uv_map: str,
    launch: Launch = None,
    timing: Timing | None = None,
) -> Session:
    """Put an image into the object's material and start the job. Raises ProblemError "busy"."""
    uid = live_image.uid_of(obj)
    if active_of(obj) is not None:
        refuse("busy", f"'{obj.name}' is being painted already.", "Finish or cancel that first.")
    settings = settings_of(obj)
    image, created = settings.image, False
    # A duplicated object points at the image of its original: it must get one of its own.
    if image is None or any(settings_of(o).image == image for o in bpy.data.objects if o != obj):
        size = min(order.preview_size or 4096, int(order.recipe["size"]))
        image, created = live_image.create(f"{obj.name} Orbitex", size), True
        settings.image = image
    image[UV_MAP_KEY] = uv_map
    attachments = live_image.attach(obj, image, uv_map)
    client = PaintClient(order, launch, timing)
    session = Session(
        uid,
        obj.name,
        live_image.uid_of(image),
        created,
        attachments,
        client,
        client.report(),
    )
    _sessions[uid] = session
    client.start()
    return session


def active_of(obj: Any) -> Session | None:
    """The running session of ``obj``, if there is one."""
    session = session_of(obj)
    return session if session and session.active else None


def session_of(obj: Any) -> Session | None:
    """The newest session of ``obj``, running or ended."""
    return _sessions.get(live_image.uid_of(obj)) if obj is not None else None


def inquire(address: str, launch: Launch = None) -> None:
    """Ask the service for its menus in the background; :func:`pump` brings the answer."""
    global _inquiry, _inquiry_problem
    if _inquiry is None:
        _inquiry, _inquiry_problem = Inquiry(address, launch), None
        _inquiry.start()


def inquiry() -> Inquiry | None:
    """The question that is still open."""
    return _inquiry


def inquiry_problem() -> Problem | None:
    """Why the last question failed."""
    return _inquiry_problem


def pump() -> bool:
    """Bring all news into Blender; whether anything is still running."""
    global _inquiry, _inquiry_problem
    if _inquiry is not None:
        report = _inquiry.report()
        if report.offers is not None:
            catalogue.remember(report.offers)
        if report.state not in RUNNING:
            _inquiry_problem, _inquiry = report.problem, None
    running = [session for session in _sessions.values() if session.active]
    for session in running:
        _pump_one(session)
    return _inquiry is not None or any(session.active for session in running)


def _pump_one(session: Session) -> None:
    report = session.client.report()  # before the frame: the last frame comes before the end
    frame = session.client.take_frame()
    obj = live_image.by_uid(bpy.data.objects, session.object_uid)
    image = live_image.by_uid(bpy.data.images, session.image_uid)
    if obj is None or image is None:
        what = "object" if obj is None else "image"
        end(session, f"Ended: the {what} of '{session.object_name}' is gone")
        return
    session.object_name = obj.name
    if report.offers is not None and session.report.offers is None:
        catalogue.remember(report.offers)
    if report.progress is not None and report.progress != session.report.progress:
        session.losses.append(report.progress.loss)
    session.report = report
    if frame is not None:
        _show(session, image, frame)
    if report.state in RUNNING:
        progress = report.progress
        session.message = progress.line() if progress else report.state.capitalize()
    else:
        _settle(session, image)


def _show(session: Session, image: Any, frame: Frame) -> None:
    if frame.png is None:
        live_image.write(image, frame.size, frame.pixels)
    else:
        live_image.replace_by(image, frame.png)
    session.frames += 1
    if frame.receipt is not None:
        image[RECEIPT_KEY] = json.dumps(frame.receipt)
    for listener in on_frame:
        listener(frame.step, frame.pixels, frame.size)


def _settle(session: Session, image: Any) -> None:
    """The job has ended by itself: keep its picture, or take back what never got one."""
    session.active = False
    report = session.report
    if session.frames:
        live_image.pack(image)
    elif session.created_image:
        live_image.detach(session.attachments)
        bpy.data.images.remove(image)
    if report.problem is not None:
        session.message = report.problem.line
    else:
        seconds = report.progress.seconds if report.progress else 0.0
        session.message = f"{report.state.capitalize()} after {seconds:.1f} s"


def end(session: Session, message: str) -> None:
    """Cancel a job because Blender's side of it is gone; does not wait for the service."""
    session.active = False
    session.message = message
    session.report = replace(session.report, state="cancelled")
    session.client.stop(0.0)


def cancel(session: Session) -> None:
    """Stop painting; the last frame stays in the image. At once, whatever the service does."""
    session.client.stop(0.0)
    session.message = "Cancelling"


def run_to_end(session: Session, say: Callable[[str], None]) -> None:
    """Pump until the job has ended; ``say`` gets a line at every change, once a second at most.

    Ctrl-C asks for the best so far; a second one cancels and is passed on.
    """
    said, last, finishing = 0.0, "", False
    try:
        with interrupts() as pressed:
            while session.active:
                pump()
                if pressed.is_set() and not finishing:
                    finishing = True
                    say("Finishing with the best so far (once more to cancel)")
                    session.client.finish()
                now = time.monotonic()
                # The reason of a failure is the operator's to report.
                news = session.message != last and session.report.problem is None
                if news and (now - said >= 1.0 or not session.active):
                    said, last = now, session.message
                    say(session.message)
                if session.active:
                    session.client.wait(TICK_SECONDS)
    except KeyboardInterrupt:
        end(session, "Cancelled")
        raise
    except Exception as error:  # a listener's, say: the object must be free again
        end(session, f"{type(error).__name__}: {error}")
        raise


def start_timer() -> None:
    """Let the UI pump until nothing is running. Timers never fire in background mode."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)


def _tick() -> float | None:
    is_job_running: Any = bpy.app.is_job_running
    if is_job_running("RENDER"):
        return 0.2  # a render reads the image: hold the frames back meanwhile
    try:
        going_on = pump()
    except Exception as error:
        # Blender drops a timer that raises: nobody would ever bring the jobs to an end.
        traceback.print_exc()
        for session in _sessions.values():
            if session.active:
                end(session, f"{type(error).__name__}: {error}")
        return None
    live_image.redraw()
    return TICK_SECONDS if going_on else None


@persistent
def _before_load(*_: object) -> None:
    for session in _sessions.values():
        if session.active:
            end(session, "Ended: another file was loaded")
    _sessions.clear()  # what identified the old file's objects means nothing now


@persistent
def _before_save(*_: object) -> None:
    for session in _sessions.values():
        image = live_image.by_uid(bpy.data.images, session.image_uid) if session.active else None
        if image is not None and session.frames:
            live_image.pack(image)


def register() -> None:
    """Hook into loading and saving."""
    bpy.app.handlers.load_pre.append(_before_load)
    bpy.app.handlers.save_pre.append(_before_save)


def unregister() -> None:
    """End all jobs and threads, leave no hook behind."""
    global _inquiry
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    for session in _sessions.values():
        session.client.stop()
    _sessions.clear()
    if _inquiry is not None:
        _inquiry.stop()
        _inquiry = None
    for hooks, hook in (
        (bpy.app.handlers.load_pre, _before_load),
        (bpy.app.handlers.save_pre, _before_save),
    ):
        if hook in hooks:
            hooks.remove(hook)
    catalogue.forget()


CLASSES = ()
