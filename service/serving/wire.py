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
from dataclasses import dataclass
from typing import Any

import numpy as np

PROTOCOL_VERSION = 1
DEFAULT_ADDRESS = "tcp://127.0.0.1:5577"
HEARTBEAT_SECONDS = 2.0  # a client that is alive sends one at least this often
DTYPES = ("|u1", "<i4", "<f4", "<f8")


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
    """One kind of message: who sends it, what its header carries, what answers it."""

    name: str
    purpose: str
    request: Mapping[str, str]
    reply: Mapping[str, str]
    request_buffers: Mapping[str, str]
    reply_buffers: Mapping[str, str]


def _kind(
    name: str,
    purpose: str,
    request: Mapping[str, str] | None = None,
    reply: Mapping[str, str] | None = None,
    request_buffers: Mapping[str, str] | None = None,
    reply_buffers: Mapping[str, str] | None = None,
) -> Kind:
    return Kind(
        name, purpose, request or {}, reply or {}, request_buffers or {}, reply_buffers or {}
    )


# Every request carries "protocol", "kind" and an "id" of the client's choice; the reply has the
# same "id" and "kind", or the kind "error".
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(
            "hello",
            "Open the conversation and compare protocol versions.",
            {"client": "name and version of the client"},
            {"service": "version of the service", "device": "cpu or cuda:N"},
        ),
        _kind(
            "describe",
            "All that a panel offers: filled from the catalogue, never repeated in a client.",
            {},
            {
                "groups": "[{name, space, orbifold, order, title, colourings: "
                "[{name, colours, images: {generator: [±1, ±2, ±3]}, summary}]}]",
                "styles": "[name]: the exemplars that the service ships",
                "networks": "[{name, title, available}]",
                "qualities": "[{name, title}]",
                "defaults": "the recipe of a job that sets nothing",
                "recipe_schema": "JSON Schema of a recipe",
            },
        ),
        _kind(
            "submit",
            "Start a job. The job runs until it is finished, cancelled or failed.",
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
                "NAME": "|u1 (H, W, 3) sRGB, top row first: a style picture",
            },
        ),
        _kind(
            "frame",
            "One credit: asks for one frame newer than step 'after'. Answered when there is one, "
            "or at once when the job has ended (then without pixels if nothing is newer).",
            {
                "job": "name of the job",
                "after": "step of the newest frame at hand, -1 for none",
                "max_size": "longest side wanted, in pixels; 0 for the full size",
            },
            {
                "job": "name of the job",
                "state": "queued, running, finished, failed or cancelled",
                "progress": "{stage, stages, step, steps, loss: {term: value}, seconds, "
                "seconds_left} or null before the first step",
                "error": "{code, field, message, hint} of a failed job, else null",
            },
            reply_buffers={"pixels": "|u1 (H, W, 3) sRGB, top row first"},
        ),
        _kind("cancel", "End a job and drop it.", {"job": "name"}, {"job": "name"}),
        _kind(
            "finish",
            "End a job with the best so far, as if its last step were done.",
            {"job": "name"},
            {"job": "name"},
        ),
        _kind(
            "result",
            "The finished texture. A job that has not finished is answered with an error.",
            {"job": "name"},
            {"job": "name", "receipt": "the receipt, as the command line writes it"},
            reply_buffers={"texture": "|u1 (H, W, 3) sRGB, top row first"},
        ),
        _kind(
            "heartbeat",
            "Says 'still here', both ways.",
            {},
            {"jobs": "number of jobs queued or running"},
        ),
    )
}


class WireError(ValueError):
    """A message that breaks the rules; ``code`` and ``field`` as in an error reply."""

    def __init__(self, code: str, field: str, message: str, hint: str = "") -> None:
        super().__init__(f"{field}: {message}")
        self.code, self.field, self.message, self.hint = code, field, message, hint


def encode(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None) -> list:
    """A header and named arrays as the frames of one multipart message.

    Adds ``protocol`` and ``buffers`` to the header. Arrays must have one of :data:`DTYPES`.
    Raises WireError("bad-buffer") for another dtype and ValueError for NaN in the header.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in (buffers or {}).items()}
    for name, array in arrays.items():
        if array.dtype.str not in DTYPES:
            raise WireError(
                "bad-buffer", name, f"dtype {array.dtype.str} is not one of {', '.join(DTYPES)}."
            )
    full = {
        "protocol": PROTOCOL_VERSION,
        **header,
        "buffers": [
            {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
            for name, array in arrays.items()
        ],
    }
    return [json.dumps(full, allow_nan=False).encode(), *(a.data for a in arrays.values())]


def decode(
    frames: Sequence[bytes | memoryview], limits: Limits = LIMITS
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The inverse of :func:`encode`: (header, {name: read-only array}).

    Raises WireError: "bad-header" (size, JSON, not an object), "protocol-version",
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
        header = json.loads(bytes(frames[0]), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("bad-header", "header", "The header is not JSON.") from error
    if not isinstance(header, dict) or not isinstance(header.get("kind"), str):
        raise WireError("bad-header", "kind", "The header has no 'kind'.")
    if header.get("protocol") != PROTOCOL_VERSION:
        raise WireError(
            "protocol-version",
            "protocol",
            f"This side speaks version {PROTOCOL_VERSION}, the other {header.get('protocol')!r}.",
            "Install the add-on and the service of the same release.",
        )
    specs = header.pop("buffers", [])
    if not isinstance(specs, list) or len(specs) != len(frames) - 1:
        raise WireError("bad-buffer", "buffers", "The header does not list the buffers sent.")
    arrays = {}
    for spec, frame in zip(specs, frames[1:], strict=True):
        name, array = _array(spec, frame, limits)
        arrays[name] = array
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


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _array(spec: Any, frame: bytes | memoryview, limits: Limits) -> tuple[str, np.ndarray]:
    if not isinstance(spec, dict):
        raise WireError("bad-buffer", "buffers", "A buffer's description is not an object.")
    name, dtype, shape = spec.get("name"), spec.get("dtype"), spec.get("shape")
    if not isinstance(name, str) or not name or len(name) > 64:
        raise WireError("bad-buffer", "buffers", "A buffer needs a name of 1 to 64 characters.")
    if dtype not in DTYPES:
        raise WireError("bad-buffer", name, f"dtype {dtype!r} is not one of {', '.join(DTYPES)}.")
    if (
        not isinstance(shape, list)
        or not 1 <= len(shape) <= limits.dimensions
        or not all(type(n) is int and 0 < n <= limits.total_bytes for n in shape)
    ):
        raise WireError("bad-buffer", name, "The shape must be 1 to 4 positive whole numbers.")
    if math.prod(shape) * np.dtype(dtype).itemsize != len(frame):
        raise WireError("bad-buffer", name, "The shape does not fit the bytes sent.")
    return name, np.frombuffer(frame, dtype).reshape(shape)
