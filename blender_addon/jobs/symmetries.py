"""The symmetries of objects: what the service finds on them, and what is taken of it.

An object that nobody has chosen a symmetry for takes the best that was found, and another when its
shape changes. Main thread only.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..link import detections, inquiry
from ..offer import catalogue
from ..offer.symmetries import NONE, Symmetry, canonical
from ..picture import live_image
from ..problems import ProblemError
from ..scene import gather
from ..scene.form import form_of
from ..settings.axis import read_axis
from ..settings.groups import choose
from ..settings.preferences import ServicePreferences
from ..settings.properties import settings_of
from . import jobs

_wanted: dict[Any, None] = {}  # objects to look at, in order
_taken: dict[Any, tuple[str, str, str]] = {}  # by object, what was taken without being asked


def is_open(obj: Any) -> bool:
    """Whether the symmetry of an object is still to be chosen: nobody has done so."""
    settings = settings_of(obj)
    taken = _taken.get(live_image.uid_of(obj))
    return not settings.is_property_set("group") or taken == _place(settings)


def is_looked_at(obj: Any) -> bool:
    """Whether it is known what the object has, as it is now."""
    return detections.is_known(live_image.uid_of(obj), form_of(obj))


def want(obj: Any) -> bool:
    """Have an object looked at that a panel shows; whether there is something to wait for. Only a
    service that has answered before is asked."""
    uid = live_image.uid_of(obj)
    if obj.mode == "EDIT" or not catalogue.known().service or jobs.active_of(obj) is not None:
        return False
    if is_looked_at(obj) or detections.pending_for(uid):
        return detections.pending_for(uid)
    _wanted[uid] = None
    return True


def pending() -> bool:
    """Whether anything is still looked at, or waits to be."""
    return bool(_wanted) or detections.pending()


def ask(obj: Any) -> None:
    """Have an object looked at anew as soon as there is a service, and take the best, whatever was
    chosen before."""
    uid = live_image.uid_of(obj)
    detections.forget(uid)
    _taken[uid] = _place(settings_of(obj))
    _wanted[uid] = None


def collect(service: ServicePreferences) -> None:
    """Take what has been found, and go on with the next object."""
    uid = detections.collect()
    obj = None if uid is None else live_image.by_uid(bpy.data.objects, uid)
    if obj is not None and detections.problem(uid) is None:
        take(obj, detections.found(uid))
    if not catalogue.known().service and inquiry.pending() is None:
        _wanted.clear()  # there is none, and the panel says so
    while _wanted and catalogue.known().service and not detections.pending():
        uid = next(iter(_wanted))
        del _wanted[uid]
        if (obj := live_image.by_uid(bpy.data.objects, uid)) is not None:
            _begin(obj, uid, service)


def _begin(obj: Any, uid: Any, service: ServicePreferences) -> None:
    try:
        surface = gather.gather_surface(obj, bpy.context.evaluated_depsgraph_get())
    except ProblemError:  # the panel says what is wrong with it
        detections.remember(uid, form_of(obj), ())
        return
    form = form_of(obj)
    detections.begin(uid, form, detections.Detection(service.address, service.key_file, surface))


def learn(obj: Any, found: tuple[Symmetry, ...]) -> None:
    """Keep what a job has found on the object."""
    detections.remember(live_image.uid_of(obj), form_of(obj), found)
    take(obj, found)


def take(obj: Any, found: tuple[Symmetry, ...]) -> None:
    """Take the best that was found, where nobody has chosen."""
    settings = settings_of(obj)
    if not is_open(obj):
        return
    if found:
        choose(settings, found[0])
    elif settings.is_property_set("group"):
        settings.group = NONE
    _taken[live_image.uid_of(obj)] = _place(settings)
    live_image.redraw()


def take_again() -> None:
    """Undo has brought objects back from before their symmetry was found."""
    for obj in bpy.data.objects:
        found = detections.found(live_image.uid_of(obj))
        if found and not settings_of(obj).is_property_set("group"):
            take(obj, found)


def _place(settings: Any) -> tuple[str, str, str]:
    return canonical(settings.group), read_axis(settings), settings.centre


def forget() -> None:
    """Another file is opened: its objects are others."""
    _wanted.clear()
    _taken.clear()
    detections.stop()
