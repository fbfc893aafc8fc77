"""The jobs of the file that is open: what is painted into which image of which object.

Nothing in here keeps a Blender reference between two calls: object and image are found again by
what survives undo and renaming (:func:`..picture.live_image.uid_of`). :mod:`.pump` brings the news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import bpy

from ..link.client import PaintClient
from ..link.connection import Timing
from ..link.messages import LONGEST_SIDE, RUNNING, Frame, Report, Submission
from ..link.worker import Launch
from ..offer import catalogue
from ..offer.symmetries import NONE
from ..picture import backup, live_image, shading
from ..problems import Problem, refuse
from ..scene.form import form_of
from ..settings.properties import settings_of
from ..settings.table import choices_of
from .ties import Place

UV_MAP_KEY = "orbitex_uv_map"  # custom property of the image: the UV map it is painted for


@dataclass
class Job:
    """One job as the panel sees it. Main thread only; :mod:`.pump` writes into it.

    ``key`` tells it from all others of this Blender; ``label`` says what is painted.
    ``object_uid``, ``image_uid``: as :func:`..picture.live_image.uid_of`; ``object_name`` when
    last seen. ``created_image``, ``attachments``: what is taken back if no picture comes.
    ``client`` is its thread, ``report`` what that said last, ``message`` one line. ``frames``: how
    many reached the image. ``active``: being pumped; no more once it has ended or is left to the
    service. ``place``: what was noted last, to find the job again. ``warning``: what is not painted
    well, though it stops nothing. ``asked``: as :func:`asked_of` when it was begun;
    ``told``: as :func:`..offer.catalogue.told` when it ended.
    """

    key: int
    label: str
    object_uid: Any
    object_name: str
    image_uid: Any
    created_image: bool
    attachments: tuple[shading.Attachment, ...]
    client: PaintClient
    report: Report
    message: str = "Connecting"
    frames: int = 0
    active: bool = True
    place: Place | None = None
    warning: Problem | None = None
    asked: Any = None
    told: int = 0
    newest: Frame | None = None  # what the image shows, should undo take it away
    losses: list[float] = field(default_factory=list)  # of all progress that came, for the trend

    @property
    def title(self) -> str:
        """Object and label."""
        return f"{self.object_name}: {self.label}"


# Problems that are gone as soon as a service has answered.
_UNTIL_FOUND = frozenset({"no-service", "service-died", "slow-start", "no-python"})

_jobs: list[Job] = []
_keys = count(1)


def begin(
    obj: Any,
    submission: Submission,
    uv_map: str,
    launch: Launch = None,
    timing: Timing | None = None,
    *,
    aside: bool = False,
    before: Job | None = None,
) -> Job:
    """Put an image into the object's material and start the job. Raises ProblemError "busy".

    ``aside``: into a new image that no material shows yet. The job is submitted after ``before``.
    """
    settings = settings_of(obj)
    image = settings.image
    if not aside and active_of(obj) is not None:
        refuse("busy", f"'{obj.name}' is being painted already.", "Finish or cancel that first.")
    # A duplicated object points at the image of its original: it must get one of its own.
    shared = any(settings_of(o).image == image for o in bpy.data.objects if o != obj)
    client = PaintClient(submission, launch, timing, before.client if before else None)
    label = label_of(submission.recipe)
    usable = image is not None and not shared and live_image.is_paintable(image)
    target = _target(obj, image if usable and not aside else None, uv_map, submission, aside)
    job = _add(obj, target, client, label)
    client.start()
    return job


def follow(
    obj: Any,
    image: Any,
    uv_map: str,
    submission: Submission,
    launch: Launch = None,
    *,
    start: bool = True,
    aside: bool = False,
    retry: bool = False,
    problem: Problem | None = None,
) -> Job:
    """Watch a job that was submitted before, ``submission.job``, into ``image``, or a new one if
    there is none; ``aside`` as in :func:`begin`, ``start`` as for a PaintClient. ``retry``: let
    the job go on if it is paused or has failed. ``problem``: why it cannot even be tried."""
    client = PaintClient(submission, launch, start=start)
    target = _Target(image) if image else _target(obj, None, uv_map, submission, aside)
    job = _add(obj, target, client, f"job {submission.job}")
    if problem is not None:
        _close(job, problem.line)
        job.report = replace(job.report, state="failed", problem=problem)
        return job
    if retry:
        client.command("resume")
    client.start()
    return job


def label_of(recipe: Mapping[str, Any]) -> str:
    """What is painted, in few words."""
    seed, name = f"seed {recipe['seed']}", str(recipe["group"])
    if name == NONE:
        return seed
    known = catalogue.known().group(name)
    return f"{known.title if known else name}, {seed}"


@dataclass(frozen=True)
class _Target:
    """What is painted into, and what was changed for it; not kept."""

    image: Any
    created: bool = False
    attachments: tuple[shading.Attachment, ...] = ()


def _target(obj: Any, image: Any, uv_map: str, submission: Submission, aside: bool) -> _Target:
    created = image is None
    if image is None:
        longest = submission.preview_size or LONGEST_SIDE
        size = min(longest, int(submission.recipe.get("size", longest)))
        image = live_image.create(f"{obj.name} Orbitex", size)
    image[UV_MAP_KEY] = uv_map
    if aside:
        image.use_fake_user = True  # else it would not be saved
        return _Target(image, created)
    settings_of(obj).image = image
    return _Target(image, created, shading.attach(obj, image, uv_map, settings_of(obj).bump))


def _add(obj: Any, target: _Target, client: PaintClient, label: str) -> Job:
    job = Job(
        next(_keys),
        label,
        live_image.uid_of(obj),
        obj.name,
        live_image.uid_of(target.image),
        target.created,
        target.attachments,
        client,
        client.report(),
    )
    # What has ended makes room: in this image, or with no image to show for it.
    _jobs[:] = [
        old
        for old in _jobs
        if old.active
        or old.object_uid != job.object_uid
        or (old.image_uid != job.image_uid and old.frames)
    ]
    _jobs.append(job)
    return job


def all_of_file() -> list[Job]:
    """The jobs of the open file, oldest first."""
    return list(_jobs)


def find(key: int) -> Job | None:
    """The job with this key."""
    return next((job for job in _jobs if job.key == key), None)


def busy_reason(obj: Any) -> str:
    """Why ``obj`` cannot be painted now; empty if no job paints it."""
    return "This object is being painted already" if active_of(obj) else ""


def job_of(obj: Any) -> Job | None:
    """The newest job of ``obj``, running or ended: of the image that it shows, or else any."""
    if obj is None:
        return None
    image = settings_of(obj).image
    mine = [job for job in _jobs if job.object_uid == live_image.uid_of(obj)]
    shown = [job for job in mine if image is not None and job.image_uid == live_image.uid_of(image)]
    return next(reversed(shown or mine), None)


def active_of(obj: Any) -> Job | None:
    """The running job of the image that ``obj`` shows, if there is one."""
    job = job_of(obj)
    return job if job and job.active else None


def asked_of(obj: Any) -> Any:
    """What a painting of ``obj`` would depend on, to be compared."""
    return choices_of(settings_of(obj)), form_of(obj)


def still_stands(job: Job, obj: Any) -> bool:
    """Whether what has stopped a job would stop the next one: neither the object nor its settings
    have changed, and the service has not been found since."""
    problem = job.report.problem
    if problem is None or (job.asked is not None and job.asked != asked_of(obj)):
        return False
    return problem.code not in _UNTIL_FOUND or catalogue.told() == job.told


def cancel(job: Job) -> None:
    """Stop painting: the picture from before comes back, or the last frame stays in the image. At
    once, whatever the service does."""
    job.client.cancel()
    job.message = "Cancelling"


def end(job: Job, message: str) -> None:
    """Cancel a job because Blender's side of it is gone; does not wait for the service. The
    picture from before comes back."""
    job.client.cancel()
    _close(job, message)
    image = live_image.by_uid(bpy.data.images, job.image_uid)
    if image is not None and live_image.is_paintable(image) and backup.put_back(image):
        job.newest = None


def leave(job: Job, message: str) -> None:
    """Stop watching a job, which goes on in the service. One that the service does not have yet
    would be lost: it is cancelled."""
    if job.client.report().job:
        job.client.leave()
    else:
        job.client.cancel()
    _close(job, message)


def _close(job: Job, message: str) -> None:
    job.active = False
    job.message = message
    if job.report.state in RUNNING:
        job.report = replace(job.report, state="cancelled")


def drop(job: Job) -> None:
    """Take a job that has ended off the list."""
    if job in _jobs and not job.active:
        _jobs.remove(job)


def leave_all(message: str) -> list[Job]:
    """Stop watching everything and begin a new list; what was on it."""
    left = list(_jobs)
    for job in left:
        if job.active:
            leave(job, message)
    _jobs.clear()
    return left
