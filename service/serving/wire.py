"""The wire: what goes between a client (the Blender add-on) and the service over ZeroMQ.

A message is one multipart: a UTF-8 JSON header, then the raw little-endian buffers that the
header lists as ``"buffers": [{"name", "dtype", "shape"}, ...]``, C order. The service is a
ROUTER, a client a DEALER. Nothing is ever pickled, and every size is checked against
:data:`LIMITS` before anything is allocated.

This module is the one source of the protocol. It needs only NumPy and the standard library, so
that the add-on ships the very same file (``blender_addon/wire.py`` is a link to it).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

PROTOCOL_VERSION = 1
DEFAULT_ADDRESS = "tcp://127.0.0.1:5577"
HEARTBEAT_SECONDS = 2.0  # a client that is alive sends one at least this often
DTYPES = ("|u1", "<i4", "<f4", "<f8")
NAME_LENGTH = 64  # of a buffer's name and of a textual request id, in characters


@dataclass(frozen=True)
class Limits:
    """Upper bounds on one message, in bytes and counts."""

    header_bytes: int = 1 << 20
    buffers: int = 64
    dimensions: int = 4
    total_bytes: int = 1 << 30


LIMITS = Limits()


@dataclass(frozen=True)
class Kind:
    """One kind of message: what its header and buffers carry, and what answers it."""

    name: str
    purpose: str
    request: Mapping[str, str] = field(default_factory=dict)
    reply: Mapping[str, str] = field(default_factory=dict)
    request_buffers: Mapping[str, str] = field(default_factory=dict)
    reply_buffers: Mapping[str, str] = field(default_factory=dict)


# Every request carries "protocol", "kind" and an "id" of the client's choice (a whole number or
# short text); the reply has the same "id" and "kind", or the kind "error".
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "hello",
            "Open the conversation and compare protocol versions.",
            {"client": "name and version of the client"},
            {
                "service": "version of the service",
                "device": "cpu or cuda:N; 'starting' until the worker has found out",
            },
        ),
        Kind(
            "describe",
            "All that a panel offers: filled from the catalogue, never repeated in a client. "
            "While the worker starts (some seconds) the reply waits for it.",
            reply={
                "groups": "[{name, family, space, orbifold, order, title, colourings_total, "
                "colourings: [{name, colours, images: {generator: [±1, ±2, ±3]}, summary}]}]; "
                "the simplest 64 colourings at most, a recipe may name any of them all",
                "styles": "[name]: the exemplars that the service ships",
                "networks": "[{name, title, available}]",
                "qualities": "[{name, title}]",
                "defaults": "the recipe of a job that sets nothing",
                "recipe_schema": "JSON Schema of a recipe",
            },
        ),
        Kind(
            "submit",
            "Start a job. It runs until it is finished, cancelled or failed. A job that has been "
            "accepted is on the service's disk: it outlives its client, and the service, too.",
            {
                "recipe": "a recipe (recipe_schema); a style source 'buffer:NAME' is a buffer",
                "cameras": "[{matrix_world: 4×4 rows, width, height, lens, sensor_width, "
                "sensor_height, sensor_fit, shift_x, shift_y, pixel_aspect_x, pixel_aspect_y, "
                "kind: PERSP or ORTHO, ortho_scale, clip_start, clip_end}]; "
                "matrix_world is relative to the vertices' frame; "
                "empty: a sphere of views around the mesh",
            },
            {"job": "name of the job"},
            {
                "vertices": "<f4 or <f8 (V, 3), the object's own frame, scale applied",
                "triangles": "<i4 (F, 3), rows of vertices",
                "uvs": "<f4 or <f8 (F, 3, 2), one per triangle corner, v up",
                "occluder_vertices": "<f4 or <f8 (V, 3), optional: other objects, in the same "
                "frame as the vertices; they hide the mesh and are not painted",
                "occluder_triangles": "<i4 (F, 3), rows of occluder_vertices",
                "base": "|u1 (H, W, 4) sRGB and alpha, top row first, optional: the mesh's colour "
                "before, in its UV layout; (1, 1, 4) is a flat colour, alpha below 128 a hole",
                "mask": "|u1 (H, W), top row first, optional: 255 where paint goes, in the UV "
                "layout; elsewhere the base stays",
                "NAME": "|u1 (H, W, 3) sRGB, top row first: a style picture",
            },
        ),
        Kind(
            "frame",
            "One credit: asks for one frame newer than step 'after'. Answered when there is one, "
            "or at once when the job has ended (then without pixels if nothing is newer). A client "
            "has one credit per job: asking again replaces it, and the older request is never "
            "answered. A client that has waited long may ask again, with the same id: that also "
            "mends a lost connection.",
            {
                "job": "name of the job",
                "after": "step of the newest frame at hand, -1 for none",
                "max_size": "longest side wanted, in pixels; 0 for the full size",
            },
            {
                "job": "name of the job",
                "state": "queued, running, paused, finished, failed or cancelled; who waits when a "
                "job is paused is told so once",
                "progress": "{stage, stages, step, steps, loss: {term: value}, seconds, "
                "seconds_left, megapixels} or null before the first step; a number that is not "
                "finite is null",
                "error": "{code, field, message, hint} of a failed job, else null",
            },
            reply_buffers={
                "pixels": "|u1 (H, W, 3) sRGB, top row first; of a finished job as its texture"
            },
        ),
        Kind(
            "cancel",
            "End a job without a result. A job that has ended stays as it is.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "finish",
            "End a job with the best so far, as if its last step were done; a job that has not "
            "begun or is paused takes one step. A job that has ended stays as it is.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "pause",
            "Let a job wait after the step that runs; its checkpoint is written then. A job that "
            "is neither queued nor running stays as it is.",
            {"job": "name"},
            {"job": "name", "state": "as in a frame"},
        ),
        Kind(
            "resume",
            "Let a paused job go on, or try a failed one again: both from the last checkpoint, "
            "when it is their turn. Any other job stays as it is.",
            {"job": "name"},
            {"job": "name", "state": "as in a frame"},
        ),
        Kind(
            "jobs",
            "All jobs that the service knows, oldest first.",
            reply={
                "jobs": "[{job, state, target, group, size, step, steps, age}]; target, group and "
                "size of its recipe; step of steps, or null before the first; age: seconds since "
                "it was submitted"
            },
        ),
        Kind(
            "attach",
            "All about one job, for a client that knows no more than its name: it asks for frames "
            "and the result then as if it had submitted the job.",
            {"job": "name"},
            {
                "job": "name",
                "state": "as in a frame",
                "recipe": "the recipe, whole",
                "progress": "as in a frame; seen last",
                "error": "as in a frame",
                "warning": "{code, field, message, hint} if the last checkpoint could not be "
                "written or the job is painted with less memory (it goes on), else null",
                "log": "[line]: the last 20 that its worker printed",
            },
        ),
        Kind(
            "forget",
            "Remove a job that has ended, with its result, from the service and its disk.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "result",
            "The finished texture. A job that has not finished is answered with an error, a failed "
            "one with its own. The service keeps the jobs that ended last (service serve --keep).",
            {"job": "name"},
            {"job": "name", "receipt": "the receipt, as the command line writes it"},
            reply_buffers={
                "texture": "|u1 (H, W, 3) sRGB, top row first; (H, W, 4) with alpha where parts "
                "are clear: a disc's rim, a cell's surroundings"
            },
        ),
        Kind(
            "heartbeat",
            "Says 'still here', both ways.",
            reply={"jobs": "number of jobs queued or running"},
        ),
    )
}


class WireError(ValueError):
    """A message that breaks the rules; ``code`` and ``field`` as in an error reply.

    ``request_id`` is the id of the message at fault where it could be read, so that a client of
    another release, too, learns which request was refused.
    """

    def __init__(self, code: str, field: str, message: str, hint: str = "") -> None:
        super().__init__(f"{field}: {message}")
        self.code, self.field, self.message, self.hint = code, field, message, hint
        self.request_id: str | int | None = None


def encode(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None) -> list:
    """A header and named arrays as the frames of one multipart message.

    Adds ``protocol`` and ``buffers`` to the header. Arrays must have one of :data:`DTYPES` and
    must not be empty; a contiguous one is not copied, so leave it alone until it is sent.
    Raises WireError("bad-buffer") for another dtype or no elements, and ValueError for NaN or
    infinity in the header.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in (buffers or {}).items()}
    for name, array in arrays.items():
        if array.dtype.str not in DTYPES:
            raise _bad_buffer(name, f"dtype {array.dtype.str} is not one of {', '.join(DTYPES)}.")
        if array.size == 0:
            raise _bad_buffer(name, "The buffer is empty.")
    specs = [
        {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
        for name, array in arrays.items()
    ]
    full = {"protocol": PROTOCOL_VERSION, **header, "buffers": specs}
    text = json.dumps(full, allow_nan=False).encode()
    return [text, *(array.data.cast("B") for array in arrays.values())]


def decode(
    frames: Sequence[bytes | memoryview], limits: Limits = LIMITS
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The inverse of :func:`encode`: (header, {name: read-only array}).

    The arrays share memory with ``frames``. Every number in the header is finite.
    Raises WireError: "bad-header" (size, JSON, not an object, id), "protocol-version",
    "bad-buffer" (dtype, shape or length), "too-large".
    """
    if not frames:
        raise WireError("bad-header", "header", "The message is empty.")
    if len(frames[0]) > limits.header_bytes:
        raise WireError("too-large", "header", f"Over {limits.header_bytes} bytes.")
    if len(frames) - 1 > limits.buffers:
        raise WireError("too-large", "buffers", f"More than {limits.buffers} buffers.")
    if sum(len(frame) for frame in frames) > limits.total_bytes:
        raise WireError("too-large", "buffers", f"Over {limits.total_bytes} bytes in all.")
    try:
        header = json.loads(bytes(frames[0]), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise WireError("bad-header", "header", "The header is not JSON.") from error
    if not isinstance(header, dict):
        raise WireError("bad-header", "header", "The header is not a JSON object.")
    try:
        _check_header(header)
        arrays = _arrays(header.pop("buffers", []), frames[1:], limits)
    except WireError as error:
        error.request_id = header.get("id") if _is_id(header.get("id")) else None
        raise
    return header, arrays


def error_header(
    code: str, field: str, message: str, hint: str = "", request_id: Any = None
) -> dict[str, Any]:
    """The header of an error reply."""
    return {
        "kind": "error",
        "id": request_id,
        "error": {"code": code, "field": field, "message": message, "hint": hint},
    }


def _check_header(header: Mapping[str, Any]) -> None:
    version = header.get("protocol")
    if type(version) is not int or version != PROTOCOL_VERSION:
        raise WireError(
            "protocol-version",
            "protocol",
            f"This side speaks version {PROTOCOL_VERSION}, the other one does not.",
            "Install the add-on and the service of the same release.",
        )
    if not isinstance(header.get("kind"), str):
        raise WireError("bad-header", "kind", "The header has no 'kind'.")
    if not _is_id(header.get("id")):
        raise WireError("bad-header", "id", f"Not a whole number or {NAME_LENGTH} characters.")


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= NAME_LENGTH
    return value is None or (type(value) is int and abs(value) < 1 << 63)


def _bad_buffer(name: str, message: str) -> WireError:
    return WireError("bad-buffer", name, message)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    # JSON has no infinity, yet 1e999 would become one and could not be answered or passed on.
    if not math.isfinite(float(text)):
        raise ValueError(f"{text} is out of range")
    return float(text)


def _arrays(
    specs: Any, frames: Sequence[bytes | memoryview], limits: Limits
) -> dict[str, np.ndarray]:
    if not isinstance(specs, list) or len(specs) != len(frames):
        raise _bad_buffer("buffers", "The header does not list the buffers sent.")
    arrays: dict[str, np.ndarray] = {}
    for spec, frame in zip(specs, frames, strict=True):
        name, array = _array(spec, frame, limits)
        if name in arrays:
            raise _bad_buffer(name, "Two buffers have this name.")
        arrays[name] = array
    return arrays


def _array(spec: Any, frame: bytes | memoryview, limits: Limits) -> tuple[str, np.ndarray]:
    spec = spec if isinstance(spec, dict) else {}
    name, dtype, shape = spec.get("name"), spec.get("dtype"), spec.get("shape")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH:
        raise _bad_buffer("buffers", f"A buffer needs a name of 1 to {NAME_LENGTH} characters.")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _bad_buffer(name, f"dtype {dtype!r:.20} is not one of {', '.join(DTYPES)}.")
    if (
        not isinstance(shape, list)
        or not 1 <= len(shape) <= limits.dimensions
        or not all(type(n) is int and 0 < n <= limits.total_bytes for n in shape)
    ):
        raise _bad_buffer(name, f"The shape must be 1 to {limits.dimensions} positive numbers.")
    if math.prod(shape) * np.dtype(dtype).itemsize != len(frame):
        raise _bad_buffer(name, "The shape does not fit the bytes sent.")
    array = np.frombuffer(frame, dtype).reshape(shape)
    if not array.flags.aligned:  # ZeroMQ may hand out the middle of a larger piece of memory
        array = array.copy()
    array.flags.writeable = False
    return name, array
