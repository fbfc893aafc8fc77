"""Coming back to jobs that go on in the service: after loading a file, a crash, a lost service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..link.connection import is_loopback
from ..picture import live_image
from ..problems import Problem, ProblemError
from ..scene import gather
from ..settings import preferences
from ..settings.preferences import ServicePreferences
from ..settings.properties import settings_of
from . import jobs, ties


def reattach(service: ServicePreferences, asked: bool) -> list[jobs.Job]:
    """Watch all jobs of the open file again that nobody watches; the new jobs.

    ``asked``: by the user, so a service on this machine is started if need be. Else only services
    on this machine and that of the preferences: a file from elsewhere must not call anybody.
    """
    return [
        _follow(obj, image, tie, service, asked)
        for obj, image, tie in _left()
        if asked or tie.address == service.address or is_loopback(tie.address)
    ]


def is_waiting(obj: Any) -> bool:
    """Whether the image of ``obj`` has a job that nobody watches."""
    image = settings_of(obj).image
    return ties.of_image(image) is not None and not _is_watched(image)


def is_any_waiting(scene: Any) -> bool:
    """Whether an object of the scene has such an image."""
    return any(obj.type == "MESH" and is_waiting(obj) for obj in scene.objects)


def retry(obj: Any, image: Any, job: str, service: ServicePreferences) -> jobs.Job:
    """Let the job ``job``, which has failed, go on, and watch it into ``image``, a new one if that
    is None. Raises ProblemError "offline"."""
    preferences.check_address(service.address)
    uv_map = gather.chosen_uv_map(obj, settings_of(obj).uv_map)
    launch = preferences.launcher(service)
    return jobs.follow(obj, image, uv_map, service.submission(job=job), launch, retry=True)


def _left() -> list[tuple[Any, Any, ties.Tie]]:
    """(object, image, tie) of all jobs that nobody watches; the image is None after a crash, when
    the file that was saved does not have it yet."""
    found = [(image, ties.of_image(image)) for image in bpy.data.images]
    noted = {tie.job for _, tie in found if tie}
    watched = {job.report.job for job in jobs.all_of_file() if job.active}
    left: list[tuple[Any, Any, ties.Tie]] = [
        (obj, image, tie)
        for image, tie in found
        if tie and not _is_watched(image) and (obj := _object_of(image, tie))
    ]
    for tie in ties.remembered(bpy.data.filepath):
        obj = _object_of(None, tie)
        if obj is not None and tie.job not in noted | watched:
            own = settings_of(obj).image
            left.append((obj, own if own and own.name == tie.image else None, tie))
    return left


def _follow(
    obj: Any, image: Any, tie: ties.Tie, service: ServicePreferences, asked: bool
) -> jobs.Job:
    service = replace(service, address=tie.address)
    problem: Problem | None = None
    try:
        preferences.check_address(tie.address)
    except ProblemError as error:
        problem = error.problem
    return jobs.follow(
        obj,
        image,
        tie.uv_map,
        service.submission(job=tie.job),
        None if problem else preferences.launcher(service, wanted=asked or None),
        start=asked,
        aside=settings_of(obj).image is not None,
        problem=problem,
    )


def _is_watched(image: Any) -> bool:
    uid = live_image.uid_of(image)
    return any(s.active and s.image_uid == uid for s in jobs.all_of_file())


def _object_of(image: Any, tie: ties.Tie) -> Any:
    meshes = [obj for obj in bpy.data.objects if obj.type == "MESH"]
    for obj in meshes:
        if image is not None and settings_of(obj).image == image:
            return obj
    return next((obj for obj in meshes if obj.name == tie.object), None)
