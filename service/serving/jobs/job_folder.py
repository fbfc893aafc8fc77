"""A job's folder: its inputs, its standing, its last checkpoint and its result as files.

    job.json                  recipe, cameras, when it was submitted, which buffers
    standing.json             state, progress, fault: what changes
    steering.json             adjustments of the recipe, and after which steps they came
    checkpoint.safetensors    from which the painting goes on
    paint.safetensors         what was on the canvas then, or at the end: for repainting a region
    kept.safetensors          of a job that repaints a region or enlarges: paint of another job
    texture.png, receipt.json the result
    log.txt                   what the worker printed
    run.json, report.html     its report, which grows while it is painted, with pictures/

The buffers are blobs (:mod:`service.serving.jobs.blobs`) in a folder beside it, which jobs share.
Server and worker both use it; the one writes job and standing, the other all the rest.
Each file holds all of its old content or all of its new, whenever the power fails; none is pickled.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from geometry.errors import InputError
from service.painting.steering import Adjustment, Steering
from service.recipe.parsing import parse_recipe
from service.reporting.formats import picture_writer
from service.runs.record import RECORD, REPORT, SHOTS, Record, read_record
from service.serving.jobs.blobs import is_digest, read_blob
from service.serving.jobs.durable import saving, sync_names
from service.serving.jobs.job import (
    Inputs,
    KeptPaint,
    Result,
    Standing,
    StoredBuffer,
    Submission,
)
from service.serving.protocol.fields import DIGEST
from service.serving.protocol.wire import read_spec
from service.whole_files import Data, write_atomically

SCHEMA = "orbitex/job"
SCHEMA_VERSION = 2
PAINT = "paint.safetensors"
KEPT = "kept.safetensors"
TEXTURE, RECEIPT = "texture.png", "receipt.json"
_MAPPED = 1 << 30  # bytes of a checkpoint of a large painting, at least
BLOBS = "buffers"  # the folder of blobs, beside those of jobs


@dataclass(frozen=True)
class JobFolder:
    """The files of one job.

    What writes raises InputError("not-saved"), say for a full disk, and leaves the older file as it
    was. What reads raises InputError("damaged-job").
    """

    path: Path

    @property
    def log(self) -> Path:
        """What its worker printed, see :mod:`service.serving.jobs.job_log`."""
        return self.path / "log.txt"

    def size(self) -> int:
        """Bytes of its files, but for what a service replaces just then."""
        total = 0
        with contextlib.suppress(OSError):
            for path in self.path.rglob("*"):
                with contextlib.suppress(FileNotFoundError):
                    total += path.stat().st_size
        return total

    def write_submission(self, submission: Submission, cameras: list[dict[str, Any]]) -> None:
        """Keep what is to be done; the buffers that it names are blobs already."""
        self._write_json(
            "job.json",
            {
                "schema": SCHEMA,
                "schema_version": SCHEMA_VERSION,
                "submitted": submission.submitted,
                "recipe": submission.recipe.model_dump(mode="json"),
                "cameras": cameras,
                "buffers": [buffer.as_dict() for buffer in submission.buffers],
                "region": None if submission.region is None else submission.region.as_dict(),
                "enlarges": submission.enlarges,
            },
        )

    def read_submission(self) -> Submission:
        """What the inputs are, without their buffers."""
        with self._reading("job.json"):
            return _submission(self._job())

    def digests(self) -> set[str]:
        """What may be the names of its blobs, also where the submission cannot be read."""
        try:
            text = (self.path / "job.json").read_text(errors="replace")
        except OSError:
            return set()
        return set(re.findall(DIGEST, text))

    def read_cameras(self) -> list[dict[str, Any]]:
        """The cameras, as they came."""
        with self._reading("job.json"):
            return list(self._job()["cameras"])

    def read_inputs(self) -> Inputs:
        """All of the inputs, bit for bit as they came."""
        with self._reading("its inputs"):
            data = self._job()
            submission = _submission(data)
            buffers = {buffer.spec.name: self._array(buffer) for buffer in submission.buffers}
            return Inputs(submission.recipe, data["cameras"], buffers)

    def write_standing(self, standing: Standing) -> None:
        """Keep how far the job is."""
        self._write_json("standing.json", standing.as_dict())

    def read_standing(self) -> Standing:
        """How far the job is."""
        with self._reading("standing.json"):
            return Standing.of(self._json("standing.json"))

    def write_steering(self, steering: Steering) -> None:
        """Keep how the painting was steered."""
        self._write_json("steering.json", [adjustment.as_dict() for adjustment in steering])

    def read_steering(self) -> list[Adjustment]:
        """How the painting was steered until now."""
        with self._reading("steering.json"):
            if not (self.path / "steering.json").exists():
                return []
            entries = self._json("steering.json")
            return [Adjustment(int(entry["step"]), dict(entry["changes"])) for entry in entries]

    def write_checkpoint(self, data: Data) -> None:
        """Keep a checkpoint instead of the last one."""
        self._write("checkpoint.safetensors", data)

    def read_checkpoint(self) -> bytes | memoryview | None:
        """The last checkpoint, None before the first. A large one is left on the disk, and read
        from there as it is used."""
        path = self.path / "checkpoint.safetensors"
        with self._reading(path.name):
            if not path.exists():
                return None
            if path.stat().st_size < _MAPPED or os.name == "nt":  # where it could not be replaced
                return path.read_bytes()
            with path.open("rb") as stream:
                return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))

    def write_paint(self, data: Data) -> None:
        """Keep what is on the canvas instead of what was there before."""
        self._write(PAINT, data)

    def read_paint(self, most: int) -> bytes | None:
        """What is on the canvas; None if that is nothing, or over ``most`` bytes."""
        path = self.path / PAINT
        with self._reading(path.name):
            return path.read_bytes() if path.exists() and path.stat().st_size <= most else None

    @property
    def has_paint(self) -> bool:
        """Whether anything was on the canvas: not before the first checkpoint."""
        return (self.path / PAINT).exists()

    def write_kept(self, other: JobFolder) -> None:
        """Keep the paint of another job; what becomes of it is in the submission."""
        paint = other.path / PAINT
        try:
            # Whatever becomes of that job: its files are replaced, never changed.
            (self.path / KEPT).hardlink_to(paint)
        except OSError:  # a file system without links
            with saving():
                self._write(KEPT, paint.read_bytes())

    def read_kept(self) -> KeptPaint | None:
        """What :meth:`write_kept` has written, and what it is for; None for a job that begins from
        nothing."""
        with self._reading("what it keeps"):
            submission = _submission(self._job())
            if not (self.path / KEPT).exists():
                return None
            region = None if submission.region is None else self._array(submission.region)
            return KeptPaint((self.path / KEPT).read_bytes(), region, submission.enlarges or "")

    def write_result(self, result: Result) -> None:
        """Keep the result."""
        self._write(TEXTURE, picture_writer(result.texture))
        self._write_json(RECEIPT, result.receipt)

    def read_record(self) -> Record | None:
        """The record of what was painted before; None before the first step, or where it is
        damaged: it is about the painting, and no part of it."""
        try:
            return read_record(self.path / RECORD)
        except InputError:
            return None

    def write_report(self, name: str, data: bytes) -> None:
        """Keep a file of the job's report."""
        path = self.path / name
        with saving():
            if path.parent != self.path:
                path.parent.mkdir(exist_ok=True)
            write_atomically(path, data)

    def read_result(self) -> Result:
        """The result of a finished job."""
        with self._reading("its result"), Image.open(self.path / TEXTURE) as picture:
            return Result(np.asarray(picture), self._json(RECEIPT))

    def drop_work(self) -> None:
        """Make room: a job that has ended for good does not go on."""
        self._drop("checkpoint.safetensors", KEPT)

    def drop_outcome(self) -> None:
        """Make room: of a cancelled job nobody wants paint, nor a report, nor what its worker had
        just made."""
        self._drop(PAINT, TEXTURE, RECEIPT, RECORD, REPORT)
        shutil.rmtree(self.path / SHOTS, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a writer that was killed has left."""
        with contextlib.suppress(OSError):
            for path in self.path.rglob(".*.tmp"):
                path.unlink()

    def _drop(self, *names: str) -> None:
        for name in names:
            with contextlib.suppress(OSError):
                (self.path / name).unlink(missing_ok=True)

    def _job(self) -> dict[str, Any]:
        data = self._json("job.json")
        if (data["schema"], data["schema_version"]) != (SCHEMA, SCHEMA_VERSION):
            raise ValueError("another schema")
        return data

    def _array(self, buffer: StoredBuffer) -> np.ndarray:
        return buffer.spec.array(read_blob(self.path.parent / BLOBS, buffer.sha256))

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_bytes())

    def _write_json(self, name: str, data: Any) -> None:
        self._write(name, (json.dumps(data, allow_nan=False) + "\n").encode())

    def _write(self, name: str, data: Data) -> None:
        with saving():
            write_atomically(self.path / name, data)
            sync_names(self.path)

    @contextlib.contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except (
            *(OSError, ValueError, KeyError, TypeError, AttributeError),
            *(SyntaxError, InputError, RecursionError),
        ) as error:
            raise InputError(
                "damaged-job",
                "job",
                f"The folder of job {self.path.name} is damaged: {what} cannot be used "
                f"({type(error).__name__}).",
                "Submit the job again.",
            ) from None


def _submission(data: dict[str, Any]) -> Submission:
    buffers = tuple(_buffer(entry) for entry in data["buffers"])
    region = data.get("region")
    return Submission(
        parse_recipe(data["recipe"]),
        float(data["submitted"]),
        buffers,
        None if region is None else _buffer(region),
        data.get("enlarges"),  # a service of before had no such jobs
    )


def _buffer(entry: Any) -> StoredBuffer:
    if not is_digest(entry["sha256"]):
        raise ValueError("no hash")
    return StoredBuffer(read_spec(entry), entry["sha256"])
