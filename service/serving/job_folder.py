"""A job's folder: its inputs, its standing, its last checkpoint and its result as files.

    job.json                  recipe, cameras, when and how much was submitted
    buffers.safetensors       the buffers, as they came, numbered as job.json names them
    standing.json             state, progress, fault: what changes
    checkpoint.safetensors    from which the painting goes on
    texture.png, receipt.json the result
    log.txt                   what the worker printed

Server and worker both use it; the one writes job and standing, the other checkpoint and result.
Each file holds all of its old content or all of its new, whenever the power fails; none is pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load, save

from geometry.errors import InputError
from service.recipe import parse_recipe
from service.reporting.delivery import png_bytes, write_atomically
from service.serving.jobs import Inputs, Order, Result, Standing

SCHEMA = "orbitex/job"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class JobFolder:
    """The files of one job.

    What writes raises InputError("not-saved"), say for a full disk, and leaves the older file as it
    was. What reads raises InputError("damaged-job").
    """

    path: Path

    @property
    def log(self) -> Path:
        """What its worker printed, see :mod:`service.serving.job_log`."""
        return self.path / "log.txt"

    def write_inputs(self, inputs: Inputs, submitted: float) -> None:
        """Keep what a client sent."""
        buffers = list(inputs.buffers.values())
        if buffers:
            # By number: a name is a client's, and safetensors has a use of its own for some.
            self._write(
                "buffers.safetensors",
                save({str(k): np.ascontiguousarray(array) for k, array in enumerate(buffers)}),
            )
        self._write_json(
            "job.json",
            {
                "schema": SCHEMA,
                "schema_version": SCHEMA_VERSION,
                "submitted": submitted,
                "recipe": inputs.recipe.model_dump(mode="json"),
                "cameras": inputs.cameras,
                "buffers": list(inputs.buffers),
                "nbytes": inputs.nbytes,
            },
        )

    def read_order(self) -> Order:
        """What the inputs are, without their buffers."""
        with self._reading("job.json"):
            data = self._job()
            return Order(
                parse_recipe(data["recipe"]), float(data["submitted"]), int(data["nbytes"])
            )

    def read_inputs(self) -> Inputs:
        """All of the inputs, bit for bit as they came."""
        with self._reading("its inputs"):
            data = self._job()
            names, arrays = data["buffers"], {}
            if names:
                arrays = load((self.path / "buffers.safetensors").read_bytes())
            buffers = {name: arrays[str(k)] for k, name in enumerate(names)}
            return Inputs(parse_recipe(data["recipe"]), data["cameras"], buffers)

    def write_standing(self, standing: Standing) -> None:
        """Keep how far the job is."""
        self._write_json("standing.json", standing.as_dict())

    def read_standing(self) -> Standing:
        """How far the job is."""
        with self._reading("standing.json"):
            return Standing.of(self._json("standing.json"))

    def write_checkpoint(self, data: bytes) -> None:
        """Keep a checkpoint instead of the last one."""
        self._write("checkpoint.safetensors", data)

    def read_checkpoint(self) -> bytes | None:
        """The last checkpoint, None before the first."""
        path = self.path / "checkpoint.safetensors"
        with self._reading(path.name):
            return path.read_bytes() if path.exists() else None

    def write_result(self, result: Result) -> None:
        """Keep the result."""
        self._write("texture.png", png_bytes(result.texture))
        self._write_json("receipt.json", result.receipt)

    def read_result(self) -> Result:
        """The result of a finished job."""
        with self._reading("its result"), Image.open(self.path / "texture.png") as picture:
            return Result(np.asarray(picture), self._json("receipt.json"))

    def drop_inputs(self) -> None:
        """Make room: a job that has ended for good needs neither buffers nor checkpoint."""
        for name in ("buffers.safetensors", "checkpoint.safetensors"):
            with contextlib.suppress(OSError):
                (self.path / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a writer that was killed has left."""
        for path in self.path.glob(".*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _job(self) -> dict[str, Any]:
        data = self._json("job.json")
        if (data["schema"], data["schema_version"]) != (SCHEMA, SCHEMA_VERSION):
            raise ValueError("another schema")
        return data

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_bytes())

    def _write_json(self, name: str, data: dict[str, Any]) -> None:
        self._write(name, (json.dumps(data, allow_nan=False) + "\n").encode())

    def _write(self, name: str, data: bytes) -> None:
        with saving():
            write_atomically(self.path / name, data)
            sync_names(self.path)

    @contextlib.contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except (
            *(OSError, ValueError, KeyError, TypeError, AttributeError),
            *(SafetensorError, SyntaxError, InputError, RecursionError),
        ) as error:
            raise InputError(
                "damaged-job",
                "job",
                f"The folder of job {self.path.name} is damaged: {what} cannot be used "
                f"({type(error).__name__}).",
                "Submit the job again.",
            ) from None


@contextlib.contextmanager
def saving() -> Iterator[None]:
    """Turns an OSError into InputError("not-saved")."""
    try:
        yield
    except OSError as error:
        raise InputError(
            "not-saved",
            "data",
            f"The job cannot be written to disk: {os.strerror(error.errno or 0)}.",
            "Make room on the service's disk; a job that failed of it can then be resumed.",
        ) from None


def sync_names(folder: Path) -> None:
    """Make names of files in ``folder``, new and removed, survive the loss of power. Where folders
    cannot be opened (Windows) this is left to the system. Raises OSError."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
