"""What ties an image to its job in the service, so that the job is found again: a custom property
of the image, saved with the file, and a small file of the add-on, for a Blender that crashed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import bpy

from ..link.connection import host_and_port
from ..problems import ProblemError
from ..settings.preferences import ADDON

JOB_KEY = "orbitex_job"  # custom property of an image: its Tie, as JSON
PAINTER_KEY = "orbitex_painter"  # the same of the job that has finished it, to paint on there
FILE_NAME = "jobs.json"
REMEMBERED = 100  # jobs, the newest: those of files that are never opened again are dropped


@dataclass(frozen=True)
class Tie:
    """``job`` is painted by the service at ``address`` into the image ``image`` of ``object``,
    for its UV map ``uv_map``."""

    job: str
    address: str
    object: str
    image: str
    uv_map: str


@dataclass(frozen=True)
class Place:
    """A tie and the .blend file it belongs to; "" for a file that was never saved."""

    tie: Tie
    file: str


def tie(image: Any, known: Tie) -> None:
    """Note on the image that it is being painted. Costs nothing if that is noted already."""
    text = json.dumps(asdict(known))
    if image.get(JOB_KEY) != text:  # undo may have taken it
        image[JOB_KEY] = text


def untie(image: Any, painter: Tie | None = None) -> None:
    """The job of the image is over; ``painter``, if it has finished the picture."""
    if JOB_KEY in image:
        del image[JOB_KEY]
    if painter is not None:
        image[PAINTER_KEY] = json.dumps(asdict(painter))


def of_image(image: Any) -> Tie | None:
    """The tie noted on an image."""
    return _tie(image.get(JOB_KEY)) if image is not None else None


def painter_of(image: Any) -> Tie | None:
    """Of the job that finished an image last."""
    return _tie(image.get(PAINTER_KEY)) if image is not None else None


def remember(place: Place) -> None:
    """Keep a tie for the next Blender; nothing is kept for a file without a name."""
    if place.file:
        _write([*(p for p in _read() if p.tie.job != place.tie.job), place])


def forget(place: Place) -> None:
    """The job is over."""
    if place.file:
        _write(p for p in _read() if p.tie.job != place.tie.job)


def remembered(file: str) -> list[Tie]:
    """The ties kept for a .blend file."""
    return [place.tie for place in _read() if place.file == file] if file else []


def _path() -> Path:
    try:
        folder = bpy.utils.extension_path_user(ADDON, create=True)
    except (AttributeError, ValueError):  # before 4.2, or not installed as an extension
        folder = bpy.utils.user_resource("CONFIG", path="orbitex", create=True)
    return Path(folder) / FILE_NAME


def _read() -> list[Place]:
    try:
        rows = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    places = []
    for row in rows if isinstance(rows, list) else []:
        found = _tie(row.get("tie")) if isinstance(row, dict) else None
        if found is not None and isinstance(row.get("file"), str):
            places.append(Place(found, row["file"]))
    return places


def _write(places: Iterable[Place]) -> None:
    rows = [asdict(place) for place in places][-REMEMBERED:]
    with suppress(OSError):  # it only helps after a crash: no reason to disturb a painting
        path = _path()
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text(json.dumps(rows, indent=1), "utf-8")
        new.replace(path)


def _tie(data: Any) -> Tie | None:
    """A tie from JSON, text or parsed; None for what is none: files come from anywhere."""
    with suppress(ValueError, RecursionError):
        data = json.loads(data) if isinstance(data, str) else data
    names = [field.name for field in fields(Tie)]
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in names):
        return None
    try:
        host_and_port(data["address"])
    except ProblemError:
        return None
    return Tie(**{name: data[name] for name in names})
