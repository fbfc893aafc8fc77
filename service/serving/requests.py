"""Reading requests: from a header that any program may have sent to checked values.

Pure functions; each raises InputError("bad-value") that names the field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.errors import InputError
from service.recipe import parse_recipe
from service.scene import check_symmetry
from service.serving.blobs import is_digest
from service.serving.encodings import ENCODINGS, RAW
from service.serving.jobs import Inputs, StoredBuffer
from service.serving.limits import MAX_JOB_BYTES
from service.serving.wire import CHUNK_BYTES, LIMITS, read_spec
from service.spaces.space import MAX_PIXELS

MAX_CAMERAS = 256
MAX_CAMERA_KEYS = 32
MAX_TEXT = 64  # characters in a camera
MAX_NUMBER = 1e12  # far beyond any camera, small enough to be a float
MAX_STEP = 1 << 31
MAX_SIDE = 1 << 16
MAX_SEED = (1 << 31) - 1


def read_submission(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Inputs:
    """Recipe and cameras of a ``submit``, checked; what the buffers hold is the worker's to say.

    Raises InputError for the recipe's faults as :func:`service.recipe.parse_recipe` and
    :func:`service.scene.check_symmetry` do, and "too-large"; WireError as
    :func:`service.serving.wire.read_spec`.
    """
    if "recipe" not in header:
        raise InputError("bad-value", "recipe", "The recipe is missing.")
    uploads = _uploads(header.get("uploads", []))
    names = {*buffers, *(upload.spec.name for upload in uploads)}
    if len(names) < len(buffers) + len(uploads):
        raise InputError("bad-buffer", "uploads", "Two buffers have the same name.")
    size = sum(array.nbytes for array in buffers.values())
    _check_size(size)
    if size + sum(upload.spec.nbytes for upload in uploads) > MAX_JOB_BYTES:
        raise InputError("too-large", "uploads", f"Over {MAX_JOB_BYTES >> 20} MiB in all.")
    cameras = _cameras(header.get("cameras", []))
    recipe = parse_recipe(header["recipe"])
    check_symmetry(recipe)
    return Inputs(recipe, cameras, buffers, uploads)


@dataclass(frozen=True)
class Chunk:
    """A piece of a blob of ``size`` bytes: what lies at ``offset``."""

    sha256: str
    size: int
    offset: int
    data: memoryview


def read_chunk(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Chunk:
    """What an ``upload`` brings. Raises also InputError("bad-buffer")."""
    data = buffers.get("data")
    if data is None or data.dtype != np.uint8 or data.ndim != 1 or data.size > CHUNK_BYTES:
        raise InputError("bad-buffer", "data", f"Not up to {CHUNK_BYTES} bytes, |u1 (N,).")
    size = read_whole(header, "size", 1, MAX_JOB_BYTES, default=0)
    offset = read_whole(header, "offset", 0, size - data.size, default=-1)
    return Chunk(_digest(header.get("sha256"), "sha256"), size, offset, data.data)


def read_digests(header: Mapping[str, Any]) -> list[str]:
    """What a ``have`` asks about."""
    digests = header.get("digests")
    if not isinstance(digests, list) or len(digests) > LIMITS.buffers:
        raise InputError("bad-value", "digests", f"Not a list of at most {LIMITS.buffers}.")
    return [_digest(digest, f"digests.{index}") for index, digest in enumerate(digests)]


def read_job(header: Mapping[str, Any]) -> str:
    """The name of a job."""
    name = header.get("job")
    if not isinstance(name, str):
        raise InputError("bad-value", "job", "The name of a job is missing.")
    return name


def read_changes(header: Mapping[str, Any]) -> dict[str, Any]:
    """What an ``adjust`` changes; what the keys and values mean is not looked at."""
    changes = header.get("changes")
    if not isinstance(changes, dict) or not changes:
        raise InputError(
            "bad-value", "changes", "Nothing to change.", 'As in {"objective.style": 2}.'
        )
    return changes


def read_region(
    header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> np.ndarray | StoredBuffer:
    """Where a ``repaint`` paints: what the message brings, or names of what was uploaded. Raises
    InputError "bad-buffer", "too-large", "bad-region"."""
    uploads = _uploads(header.get("uploads", []))
    if uploads:
        spec = uploads[0].spec
        region, dtype, shape = None, spec.dtype, spec.shape
    else:
        region = buffers.get("region")
        dtype, shape = ("", ()) if region is None else (region.dtype.str, region.shape)
    if dtype != "|u1" or len(shape) != 2 or len(buffers) + len(uploads) != 1:
        raise InputError("bad-buffer", "region", "Not |u1 (H, W): 255 where to paint anew.")
    if max(shape) > MAX_SIDE or math.prod(shape) > MAX_PIXELS:
        raise InputError("too-large", "region", f"Over {MAX_PIXELS} pixels.")
    if region is None:
        return uploads[0]
    _check_size(region.nbytes)
    if region.max() <= 127:
        raise InputError("bad-region", "region", "Nothing is to be painted anew: it is all 0.")
    return region


def read_whole(header: Mapping[str, Any], field: str, low: int, high: int, default: int) -> int:
    """A whole number in ``low`` … ``high``."""
    value = header.get(field, default)
    if type(value) is not int or not low <= value <= high:
        raise InputError("bad-value", field, f"Not a whole number from {low} to {high}.")
    return value


def read_encoding(header: Mapping[str, Any]) -> str:
    """How a picture is to be sent."""
    encoding = header.get("encoding", RAW)
    if encoding not in ENCODINGS:
        raise InputError("bad-value", "encoding", f"Not one of {', '.join(ENCODINGS)}.")
    return str(encoding)


def _check_size(size: int) -> None:
    # The loop stands still while it is hashed and written.
    if size > CHUNK_BYTES:
        raise InputError(
            "too-large",
            "buffers",
            f"Over {CHUNK_BYTES >> 20} MiB in the message.",
            "Upload the large ones before, and name them in 'uploads'.",
        )


def _uploads(value: Any) -> tuple[StoredBuffer, ...]:
    if not isinstance(value, list) or len(value) > LIMITS.buffers:
        raise InputError("bad-value", "uploads", f"Not a list of at most {LIMITS.buffers}.")
    return tuple(
        StoredBuffer(read_spec(entry), _digest(entry.get("sha256"), f"uploads.{index}.sha256"))
        for index, entry in enumerate(value)
    )


def _digest(value: Any, field: str) -> str:
    if not is_digest(value):
        raise InputError("bad-value", field, "Not a SHA-256 in 64 hexadecimal digits.")
    return str(value)


def _cameras(value: Any) -> list[dict[str, Any]]:
    # Only the outline: the worker knows what a camera means, the server that it is small and
    # flat enough to be passed on.
    if not isinstance(value, list) or len(value) > MAX_CAMERAS:
        raise InputError("bad-value", "cameras", f"Not a list of at most {MAX_CAMERAS} cameras.")
    for index, camera in enumerate(value):
        if not isinstance(camera, dict) or len(camera) > MAX_CAMERA_KEYS:
            raise InputError("bad-value", f"cameras.{index}", "Not a camera.")
        for key, entry in camera.items():
            if len(key) > MAX_TEXT or not (_is_plain(entry) or _is_matrix(entry)):
                raise InputError(
                    "bad-value",
                    f"cameras.{index}.{key[:40]}",
                    "Neither a number, nor short text, nor 4×4 numbers.",
                )
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return value is None or isinstance(value, bool) or _is_number(value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MAX_NUMBER


def _is_matrix(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(row, list) and len(row) == 4 for row in value)
        and all(_is_number(entry) for row in value for entry in row)
    )
