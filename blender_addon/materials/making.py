"""Maps on their way: what is asked for an object, and what becomes of the answer.

Main thread only."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import bpy

from ..jobs import jobs
from ..link.messages import RUNNING
from ..picture import live_image, pictures
from ..picture.backup import RECEIPT_KEY
from ..problems import Problem, ProblemError, refuse
from ..scene import gather
from ..settings import preferences
from ..settings.properties import settings_of
from . import nodes
from .asking import MOST_SIDE, Asking

_pending: dict[Any, Asking] = {}  # by object
_problems: dict[Any, Problem] = {}  # by object, of its last question


def is_pending(obj: Any) -> bool:
    """Whether the maps of an object are being made."""
    return live_image.uid_of(obj) in _pending


def problem(obj: Any) -> Problem | None:
    """Why the maps of an object could not be made."""
    return _problems.get(live_image.uid_of(obj))


def begin(
    context: Any,
    obj: Any,
    depth: float,
    roughness: tuple[float, float],
    invert: bool,
    address: str = "",
) -> Asking:
    """Have a service make the maps of an object's painted texture: the one at ``address``, or else
    the one that painted it, or else the preferences'. An older question is given up. Raises
    ProblemError, as :func:`..scene.gather.gather_mesh`, and "no-base" for an image without pixels.
    """
    painted = jobs.job_of(obj)
    service = preferences.read(context)
    if known := address or (painted.client.address if painted is not None else ""):
        service = replace(service, address=known)
    preferences.check_address(service.address)
    image = settings_of(obj).image
    mesh = gather.gather_mesh(obj, context.evaluated_depsgraph_get(), _uv_map(image, obj))
    pixels = pictures.read_pixels(image)
    if pixels is None:
        refuse("no-base", f"The image '{image.name}' has no pixels.", "Is its file missing?")
    step = -(-max(pixels.shape[:2]) // MOST_SIDE)
    picture = pictures.to_bytes(pixels[::step, ::step, :3])
    fields = {"depth": depth, "roughness": list(roughness), "invert": invert, **_rule(image)}
    launch = preferences.launcher(service)
    buffers = {"picture": picture, **mesh.buffers()}
    asking = Asking(service.address, launch, service.key_file, fields, buffers)
    uid = live_image.uid_of(obj)
    if (older := _pending.pop(uid, None)) is not None:
        older.leave()
    _problems.pop(uid, None)
    _pending[uid] = asking
    asking.start()
    return asking


def collect() -> bool:
    """Put maps that have come into their objects' materials; whether others are still to come."""
    for uid, asking in list(_pending.items()):
        report = asking.report()
        if report.state in RUNNING:
            continue
        del _pending[uid]
        obj = live_image.by_uid(bpy.data.objects, uid)
        if obj is None or settings_of(obj).image is None:
            continue
        try:
            if report.problem is not None:
                raise ProblemError(report.problem)
            if asking.maps is not None:
                image = settings_of(obj).image
                nodes.attach_maps(obj, image, _uv_map(image, obj), asking.maps)
        except ProblemError as error:
            _problems[uid] = error.problem
        live_image.redraw()
    return bool(_pending)


def stop() -> None:
    """End the threads and forget all."""
    for asking in _pending.values():
        asking.leave()
        asking.join()
    _pending.clear()
    _problems.clear()


def _uv_map(image: Any, obj: Any) -> str:
    return str(image.get(jobs.UV_MAP_KEY, "")) or gather.chosen_uv_map(obj, "")


def _rule(image: Any) -> dict[str, Any]:
    """What the receipt on the image says of its colour rule; nothing if there is none."""
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        receipt = json.loads(image[RECEIPT_KEY])
        frame = receipt["colour_frame"]
        rows = zip(frame["axes"], frame["mean"], strict=True) if frame else ()
        return {
            "colours": [generator["colour"] for generator in receipt["generators"]],
            "frame": [[*axis, mean] for axis, mean in rows] or None,
        }
    return {}
