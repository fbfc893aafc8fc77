"""What a job leaves in its image: where it is found again, its frames, and what stays of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..link.messages import Frame, clock
from ..link.printing import say
from ..offer import catalogue
from ..picture import backup, live_image, shading
from ..picture.backup import RECEIPT_KEY
from . import jobs, ties
from .jobs import Job


def _tie(job: Job, image: Any) -> ties.Tie:
    uv_map = str(image.get(jobs.UV_MAP_KEY, ""))
    return ties.Tie(job.report.job, job.client.address, job.object_name, image.name, uv_map)


def note(job: Job, image: Any) -> None:
    """Note where the job is found again, should this Blender or its file be closed."""
    tie = _tie(job, image)
    ties.tie(image, tie)
    place = ties.Place(tie, bpy.data.filepath)
    if job.place != place:
        job.place = place
        ties.remember(place)


def forget(job: Job) -> None:
    """It is not to be found again."""
    if job.place is not None:
        ties.forget(job.place)
        job.place = None


def show(job: Job, image: Any, frame: Frame) -> None:
    """Make a frame of the job what its image shows, with the receipt that it brings."""
    put(image, frame)
    job.frames += 1
    job.newest = frame if frame.png is None else replace(frame, pixels=np.empty(0, np.float32))
    if frame.receipt is not None:
        image[RECEIPT_KEY] = json.dumps(frame.receipt)


def put(image: Any, frame: Frame) -> None:
    """Make ``frame`` what the image shows."""
    if frame.png is None:
        backup.make(image)
        live_image.write(image, frame.size, frame.pixels)
    else:
        backup.drop(image)
        live_image.replace_by(image, frame.png)


def save_beside(name: str, png: bytes) -> None:
    """Write ``png`` beside the .blend: as NAME.png, or NAME 2.png where that is taken.

    Nothing for a file that was never saved. The picture is packed, too: an error is only printed.
    """
    if not bpy.data.filepath:
        return
    folder, stem = Path(bpy.data.filepath).parent, bpy.path.clean_name(name)
    for number in itertools.count(1):
        path = folder / (f"{stem}.png" if number == 1 else f"{stem} {number}.png")
        try:
            with path.open("xb") as file:
                file.write(png)
            return
        except FileExistsError:
            continue
        except OSError as error:
            say(f"{path} cannot be written: {error.strerror}")
            return


def settle(job: Job, image: Any) -> None:
    """The job has ended by itself: keep its picture, bring back the one from before, or take back
    what never got one."""
    job.active, job.told = False, catalogue.told()
    report = job.report
    if report.over:
        ties.untie(image, _tie(job, image) if report.state == "finished" else None)
        forget(job)
    if report.state != "finished" and backup.put_back(image):
        job.newest = None
    elif job.frames:
        live_image.pack(image)
    elif job.created_image and (report.over or not report.job):
        shading.detach(job.attachments)
        bpy.data.images.remove(image)
    if report.problem is not None:
        job.message = report.problem.line
    else:
        seconds = report.progress.seconds if report.progress else 0.0
        job.message = f"{report.state.capitalize()} after {clock(seconds)}"
