"""The wire: what goes between a client (the Blender add-on) and the service over ZeroMQ.

A message is one multipart: a UTF-8 JSON header, then the raw little-endian buffers that the
header lists as ``"buffers": [{"name", "dtype", "shape"}, ...]``, C order. The service is a
ROUTER, a client a DEALER. Nothing is ever pickled, and every size is checked against
:data:`LIMITS` before anything is allocated.

This module and :mod:`service.serving.protocol.kinds`, which lists the kinds of messages, are the
one source of the protocol. This one needs only NumPy and the standard library, so that the add-on
ships the very same file (``blender_addon/link/wire.py`` is a link to it).
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
CHUNK_BYTES = 8 << 20  # of one upload message, at most
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
# Buffers larger than this are uploaded; those that `submit` brings are one chunk at most, so that
# hashing them and writing them down stops nobody's frames for longer than a chunk does.
UPLOAD_BYTES = CHUNK_BYTES // LIMITS.buffers


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


@dataclass(frozen=True)
class BufferSpec:
    """What the bytes of a buffer are."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """How many bytes there are."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def array(self, data: bytes | memoryview) -> np.ndarray:
        """The bytes as a read-only array that shares their memory. ValueError for a wrong number
        of bytes."""
        array = np.frombuffer(data, self.dtype).reshape(self.shape)
        if not array.flags.aligned:  # ZeroMQ may hand out the middle of a larger piece of memory
            array = array.copy()
        array.flags.writeable = False
        return array


def read_spec(spec: Any, limits: Limits = LIMITS) -> BufferSpec:
    """The description of a buffer that may be anything. Raises WireError("bad-buffer")."""
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
    return BufferSpec(name, dtype, tuple(shape))


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
        found = read_spec(spec, limits)
        if found.name in arrays:
            raise _bad_buffer(found.name, "Two buffers have this name.")
        if found.nbytes != len(frame):
            raise _bad_buffer(found.name, "The shape does not fit the bytes sent.")
        arrays[found.name] = found.array(frame)
    return arrays
