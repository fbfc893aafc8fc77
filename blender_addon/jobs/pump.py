"""What drives the jobs from the main thread.

:func:`pump` moves news from the worker threads into Blender. A persistent timer calls it in the
UI, :mod:`..operators.waiting` calls it in a headless script. The jobs themselves are in
:mod:`.jobs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ..link import detections, inquiry, lookups
from ..link.messages import RUNNING
from ..link.printing import print_error
from ..offer import catalogue
from ..offer.symmetries import chosen_fields
from ..picture import live_image, pictures, viewports
from ..problems import ProblemError
from ..settings import preferences
from ..settings.dream import DREAMS
from ..settings.properties import settings_of
from ..setup import installing
from . import delivery, inherit, install, jobs, looks, queue_rows, recall, symmetries
from .jobs import Job
from .reattach import reattach

TICK_SECONDS = 0.03  # how often the UI looks for news
READERS = ("RENDER", "OBJECT_BAKE")  # jobs of Blender that read images: frames are held back

# Called with (step, pixels float32 flat RGBA bottom row first, (width, height)) after every
# frame, the final one included, has reached the image. For scripts that record the painting.
on_frame: list[Callable[[int, np.ndarray, tuple[int, int]], None]] = []


def pump() -> bool:
    """Bring all news into Blender; whether anything is still running."""
    install.collect()
    if inquiry.collect():
        lookups.retry()
        if not bpy.app.background:
            reattach(preferences.read(bpy.context), asked=False)  # the service is there again
    if looks.pending():
        looks.send()
    if lookups.pending():
        _look_up()
    inherit.hand_down()
    if symmetries.pending():
        symmetries.collect(preferences.read(bpy.context))
    for job in jobs.all_of_file():
        if job.active:
            _pump_one(job)
    queue_rows.sync()
    asked = inquiry.pending() is not None or lookups.pending() or symmetries.pending()
    asked = asked or looks.pending()
    asked = asked or installing.pending() is not None
    return asked or any(s.active for s in jobs.all_of_file())


def look_up(question: lookups.Question) -> bool:
    """Have the service say something about a network, for a panel that is being drawn; whether the
    answer is on its way."""
    waits = lookups.ask(question)
    if waits:
        start_timer()
    return waits


def look_at_style(source: str) -> bool:
    """Have the service say what a style is like that a panel shows; whether it does."""
    waits = looks.want(source)
    if waits:
        start_timer()
    return waits


def welcome(obj: Any) -> None:
    """Give an object that a panel shows, and that nobody has set up, the settings of the last."""
    if inherit.want(obj):
        start_timer()


def look_at(obj: Any) -> bool:
    """Have the service find the symmetries of an object that a panel shows; whether it does."""
    waits = symmetries.want(obj)
    if waits:
        start_timer()
    return waits


def _look_up() -> None:
    service = preferences.read(bpy.context)
    found = lookups.collect(service.address, service.key_file)
    if found is None:
        return
    uid, wanted = found
    if (obj := live_image.by_uid(bpy.data.objects, uid)) is not None:
        DREAMS.put(settings_of(obj), wanted)
        if not bpy.app.background:  # there it belongs to the operator that waits
            _push_undo("Dreams from Picture")


def _pump_one(job: Job) -> None:
    report = job.client.report()  # before the frame: the last frame comes before the end
    frame = job.client.take_frame()
    obj = live_image.by_uid(bpy.data.objects, job.object_uid)
    image = live_image.by_uid(bpy.data.images, job.image_uid)
    if obj is None or image is None:
        what = "object" if obj is None else "image"
        jobs.end(job, f"Ended: the {what} of '{job.object_name}' is gone")
        delivery.forget(job)
        return
    if not live_image.is_paintable(image):
        jobs.end(job, f"Ended: '{image.name}' is not a single picture any more")
        delivery.forget(job)
        return
    job.object_name = obj.name
    if report.offers is not None and job.report.offers is None:
        catalogue.remember(report.offers)
        inquiry.forget_problem()
        lookups.retry()
    if report.found is not None and job.report.found is None:
        symmetries.learn(obj, report.found)
        job.asked = jobs.asked_of(obj)
        recall.amend(image, chosen_fields(report.found))
        job.label = jobs.label_of({**job.client.recipe, **chosen_fields(report.found)})
    if report.progress is not None and report.progress != job.report.progress:
        job.losses.append(report.progress.loss)
    job.report = report
    if report.job and not report.over:
        delivery.note(job, image)
    if frame is not None:
        if frame.jpeg is not None:
            try:
                pixels = pictures.decode(bpy.data.images, frame.jpeg, frame.size)
            except ProblemError as error:  # the other jobs go on, and its image stays as it was
                job.client.leave()
                job.report = replace(report, state="failed", problem=error.problem)
                delivery.settle(job, image)
                return
            frame = replace(frame, pixels=pixels)
        delivery.show(job, image, frame)
        for listener in on_frame:
            listener(frame.step, frame.pixels, frame.size)
        if frame.png is not None and preferences.read(bpy.context).save_png:
            delivery.save_beside(image.name, frame.png)
    if report.state in RUNNING:
        progress = report.progress
        job.message = progress.line() if progress else report.state.capitalize()
        if report.state == "paused":
            job.message = f"Paused: {progress.line()}" if progress else "Paused"
    else:
        delivery.settle(job, image)


def start_timer() -> None:
    """Let the UI pump until nothing is running. Timers never fire in background mode."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)


def _tick() -> float | None:
    is_job_running: Any = bpy.app.is_job_running
    if any(map(is_job_running, READERS)):
        return 0.2
    painting = [job for job in jobs.all_of_file() if job.active]
    before = _seen()
    try:
        going_on = pump()
    except Exception as error:
        # Blender drops a timer that raises: nobody would ever bring the jobs to an end.
        print_error()
        for job in jobs.all_of_file():
            if job.active:
                jobs.leave(job, f"{type(error).__name__}: {error}")
        return None
    if painting and not any(job.active for job in jobs.all_of_file()):
        _end_of_painting()
    if any(not job.active and job.frames for job in painting):
        _push_undo("Painted")
    if _seen() != before:  # else viewports would be drawn anew all the time
        live_image.redraw()
    return TICK_SECONDS if going_on else None


def _end_of_painting() -> None:
    if preferences.read(bpy.context).show_texture == "PAINTING":
        viewports.give_back()


def _seen() -> list[Any]:
    """What panels and viewports show of all jobs, to be compared."""
    shown: list[Any] = [(s.key, s.frames, s.message, s.report) for s in jobs.all_of_file()]
    return [
        *shown,
        inquiry.pending(),
        inquiry.problem(),
        catalogue.known(),
        lookups.news,
        detections.pending(),
        installing.report(),
    ]


def _push_undo(what: str) -> None:
    """Make what has just come a step of its own, or undo and redo would lose it. Modes other than
    Object Mode have steps of their own kinds, which know no images."""
    if bpy.context.mode == "OBJECT":
        bpy.ops.ed.undo_push(message=what)


def stop_timer() -> None:
    """No more pumping."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
