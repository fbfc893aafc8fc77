"""Folders of runs as paintings leave them, made without painting."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from service.gallery.report import report_page
from service.runs.record import RECORD, REPORT, Points, Record, Shot, Stage

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}</pre>"
RECIPE = {
    "target": "tile",
    "group": "p4",
    "colouring": "none",
    "styles": [{"source": "stained_glass", "weight": 1.0}],
    "size": 96,
    "quality": "draft",
    "seed": 1,
}


def picture(seed: int, side: int = 96) -> np.ndarray:
    """(side, side, 3) uint8: noise, which no format makes small."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    """A picture file's content."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def run_record(number: int = 0, **changes) -> Record:
    """The record of a run of eight steps in two stages."""
    steps = list(range(1, 9))
    stages = [
        Stage(width=64, first=1, last=4, seconds=2.0, start=8.0, loss=2.0),
        Stage(width=96, first=5, last=8, seconds=4.0, start=3.0, loss=0.5),
    ]
    shots = [
        Shot(
            file=f"pictures/{step:06d}.webp",
            step=step,
            stage=int(step > 4),
            width=32,
            height=32,
            measures={"contrast": 10.0 + step},
        )
        for step in (1, 4, 6, 8)
    ]
    began = BEGAN + timedelta(hours=number)
    fields = {
        "name": "glass",
        "state": "finished",
        "started": began,
        "updated": began + timedelta(seconds=6),
        "command": "service run recipe.json",
        "recipe": RECIPE | {"seed": number},
        "environment": {"python": "3.11"},
        "step": 8,
        "planned": 8,
        "stage_count": 2,
        "seconds": 6.0,
        "stages": stages,
        "points": Points(
            steps=steps, loss=[8.0 / s for s in steps], terms={"style": [1.0 / s for s in steps]}
        ),
        "shots": shots,
        "picture": "glass.png",
        "receipt": "glass.json",
        "files": ["glass.png", "glass.json"],
    }
    return Record(**fields | changes)


def write_run(folder: Path, record: Record, side: int = 96) -> Path:
    """A run's folder with all that its record names."""
    (folder / "pictures").mkdir(parents=True)
    for shot in record.shots:
        (folder / shot.file).write_bytes(encoded(picture(shot.step, 32), "WEBP"))
    if record.picture is not None:
        seed = int(record.started.timestamp()) % 1000
        (folder / record.picture).write_bytes(encoded(picture(seed, side), "PNG"))
    (folder / RECORD).write_bytes(record.to_bytes())
    (folder / REPORT).write_bytes(report_page(record))
    return folder
