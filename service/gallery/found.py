"""Which runs there are below a folder: those with a record, and pictures that have a receipt, as
the commands without a report and ``service batch`` write them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geometry.errors import InputError
from service.reporting.formats import FORMATS
from service.reporting.receipt import SCHEMA as RECEIPT
from service.runs.record import RECORD, Record, read_record

_MAX_BYTES = 1 << 23  # of a receipt
_MAX_FILES = 100_000  # that are looked at


@dataclass(frozen=True)
class FoundRun:
    """A run in its folder. picture: what was delivered, shown: what to look at (a mesh's first
    view), the last picture made on the way where nothing was delivered; None where there is
    none."""

    folder: Path
    record: Record
    picture: Path | None
    shown: Path | None


def find_runs(place: Path) -> tuple[list[FoundRun], list[str]]:
    """All runs below ``place``, newest first, and a sentence about each file that looked like one
    and cannot be read. Raises InputError("no-runs") where there is none."""
    if not place.is_dir():
        raise InputError("no-runs", "runs", f"There is no folder {place}.", "Paint some first.")
    found, skipped = [], []
    for folder, names in _folders(place):
        for name, read in _candidates(folder, names):
            try:
                run = read(folder, name)
            except InputError as error:
                skipped.append(error.message)
                continue
            if run is not None:
                found.append(run)
    if not found:
        why = f" {skipped[0]}" if skipped else ""
        raise InputError(
            "no-runs",
            "runs",
            f"There is nothing painted in {place}.{why}",
            "Paint something: service run RECIPE, or any picture with its receipt.",
        )
    return sorted(found, key=lambda run: run.record.started, reverse=True), skipped


def _folders(place: Path) -> Iterator[tuple[Path, list[str]]]:
    count = 0
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        count += len(names)
        if count > _MAX_FILES:
            raise InputError(
                "no-runs",
                "runs",
                f"{place} holds more than {_MAX_FILES} files.",
                "Name the folder of the runs.",
            )
        yield Path(folder), sorted(names)


def _candidates(folder: Path, names: list[str]) -> Iterator[tuple[str, Any]]:
    if RECORD in names:
        yield RECORD, _recorded
        return
    for name in names:
        if name.endswith(".json"):
            yield name, _with_receipt


def _recorded(folder: Path, name: str) -> FoundRun:
    record = read_record(folder / name).as_of(datetime.now(UTC))
    picture = _inside(folder, record.picture)
    shown = picture
    for file in record.files:
        if file.endswith("_view1.png"):
            shown = _inside(folder, file) or shown
    shots = [path for shot in record.shots if (path := _inside(folder, shot.file)) is not None]
    return FoundRun(folder, record, picture, shown or (shots[-1] if shots else None))


def _inside(folder: Path, name: str | None) -> Path | None:
    """A file of a run's folder, wherever links lead; None where it is none."""
    if name is None:
        return None
    path = (folder / name).resolve()
    return path if path.is_file() and path.is_relative_to(folder.resolve()) else None


def _with_receipt(folder: Path, name: str) -> FoundRun | None:
    """Of a picture without a record; None for JSON that is no receipt, or has no picture."""
    path = folder / name
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("schema") != RECEIPT:
        return None
    names = [path.with_suffix(suffix).name for suffix in FORMATS]
    picture = next((p for n in names if (p := _inside(folder, n)) is not None), None)
    view = _inside(folder, f"{path.stem}_view1.png")
    if picture is None and view is None:
        return None
    try:
        record = _record(path, data, picture)
    except (ValidationError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            "bad-run", "run", f"{path} is no whole receipt ({type(error).__name__})."
        ) from None
    return FoundRun(folder, record, picture, view or picture)


def _record(path: Path, receipt: Mapping[str, Any], picture: Path | None) -> Record:
    """What a receipt knows of a run."""
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    seconds = float(receipt["seconds"])
    versions = {str(key): str(value) for key, value in dict(receipt["versions"]).items()}
    device = dict(receipt["device"])
    return Record(
        name=path.stem,
        title=receipt.get("title") or "",
        about=receipt.get("about") or "",
        state="finished",
        started=ended - timedelta(seconds=seconds),
        updated=ended,
        command=f"service run {path.name}",
        recipe=receipt["recipe"],
        environment=versions | {"device": f"{device.get('name')} ({device.get('title')})"},
        step=receipt["steps"],
        planned=receipt["steps_planned"],
        seconds=seconds,
        megapixels=receipt["megapixel_iterations"],
        picture=None if picture is None else picture.name,
        receipt=path.name,
    )
