"""Uploads: how a client begins a job. What is large goes by its content, and so only once: the same
mesh or style is not sent again.

It needs only NumPy and the standard library, so that the add-on ships the very same file
(``blender_addon/link/uploads.py`` is a link to it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .answers import HINT
from .wire import CHUNK_BYTES, UPLOAD_BYTES, WireError

TRIES = 3  # the service may drop an upload when others send very much

# Sends a request (kind, fields, buffers); header and buffers of its reply.
Ask = Callable[
    [str, Mapping[str, Any], Mapping[str, np.ndarray]],
    tuple[Mapping[str, Any], Mapping[str, np.ndarray]],
]


@dataclass(frozen=True)
class Upload:
    """The bytes of a buffer, (N,) uint8, and what ``submit`` says of them."""

    data: np.ndarray
    about: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, array: np.ndarray) -> Upload:
        """A buffer, ready to be uploaded."""
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        digest = hashlib.sha256(data.data).hexdigest()
        about = {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
        return cls(data, about | {"sha256": digest})


def begin_job(
    ask: Ask, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> str:
    """Send a request of this kind with its buffers, the large ones before it; the name of the new
    job. Raises what ``ask`` raises, which has the ``code`` of an error reply, and WireError:
    "bad-reply", "unknown-upload" if what is sent is dropped again and again."""
    large = sorted(name for name, array in buffers.items() if array.nbytes > UPLOAD_BYTES)
    small = {name: array for name, array in buffers.items() if name not in large}
    uploads = [Upload.of(name, buffers[name]) for name in large]
    request = dict(fields)
    if uploads:
        request["uploads"] = [dict(upload.about) for upload in uploads]
    for tries_left in reversed(range(TRIES)):
        _send_all(ask, uploads)
        try:
            return str(ask(kind, request, small)[0]["job"])
        except Exception as error:
            if getattr(error, "code", "") != "unknown-upload" or not tries_left:
                raise
    raise AssertionError("unreachable")


def _send_all(ask: Ask, uploads: Sequence[Upload]) -> None:
    if not uploads:
        return
    digests = [upload.about["sha256"] for upload in uploads]
    received = ask("have", {"digests": digests}, {})[0]["received"]
    if len(received) != len(uploads):
        raise WireError(
            "bad-reply", "received", "The service did not say which inputs it has.", HINT
        )
    for upload, here in zip(uploads, received, strict=True):
        _send(ask, upload, here)


def _send(ask: Ask, upload: Upload, here: int) -> None:
    """The bytes of one from ``here`` on, chunk by chunk."""
    size, tries_left = upload.data.nbytes, TRIES
    while here < size:
        fields = {"sha256": upload.about["sha256"], "size": size, "offset": here}
        chunk = {"data": upload.data[here : here + CHUNK_BYTES]}
        received = ask("upload", fields, chunk)[0]["received"]
        if received <= here:  # another client sends the same, or it was dropped
            tries_left -= 1
        if not tries_left:
            raise WireError(
                "unknown-upload", "uploads", "The service drops what is uploaded.", "Try later."
            )
        here = received
