"""How a job is submitted: what is large goes by its content, and so only once. No bpy in here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems import ProblemError, refuse
from .answers import HINT
from .connection import Connection
from .messages import Submission
from .wire import CHUNK_BYTES, UPLOAD_BYTES

TRIES = 3  # the service may drop an upload when others send very much


@dataclass(frozen=True)
class Upload:
    """The bytes of a buffer, and what 'submit' says of them."""

    data: np.ndarray
    about: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, array: np.ndarray) -> Upload:
        """A buffer, ready to be uploaded."""
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        digest = hashlib.sha256(data.data).hexdigest()
        about = {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
        return cls(data, about | {"sha256": digest})


def submit(connection: Connection, order: Submission) -> str:
    """Send a job; its name. Can be stopped until all its inputs are there.

    Raises ProblemError: the service's own words.
    """
    kind, fields = "submit", {"recipe": dict(order.recipe), "cameras": list(order.cameras)}
    if order.repaints:
        kind, fields = "repaint", {"job": order.repaints, "seed": order.recipe["seed"]}
    large = {name for name, array in order.buffers.items() if array.nbytes > UPLOAD_BYTES}
    small = {name: array for name, array in order.buffers.items() if name not in large}
    uploads = [Upload.of(name, order.buffers[name]) for name in sorted(large)]
    fields["uploads"] = [dict(upload.about) for upload in uploads]
    for tries_left in reversed(range(TRIES)):
        _upload(connection, uploads)
        try:
            header, _ = connection.ask(kind, fields, small)
            return str(header["job"])
        except ProblemError as error:
            if error.problem.code != "unknown-upload" or not tries_left:
                raise
    raise AssertionError("unreachable")


def _upload(connection: Connection, uploads: list[Upload]) -> None:
    if not uploads:
        return
    digests = [upload.about["sha256"] for upload in uploads]
    header, _ = connection.ask("have", {"digests": digests}, patient=True)
    received = header["received"]
    if len(received) != len(uploads):
        refuse("bad-reply", "received: The service did not say which inputs it has.", HINT)
    for upload, here in zip(uploads, received, strict=True):
        _send(connection, upload, here)


def _send(connection: Connection, upload: Upload, here: int) -> None:
    size, restarts = upload.data.nbytes, 0
    while here < size:
        fields = {"sha256": upload.about["sha256"], "size": size, "offset": here}
        chunk = {"data": upload.data[here : here + CHUNK_BYTES]}
        header, _ = connection.ask("upload", fields, chunk, patient=True)
        received = header["received"]
        restarts += received <= here  # another client sends the same, or it was dropped
        if restarts > TRIES:
            refuse("unknown-upload", "The service drops what is uploaded.", "Try again later.")
        here = received
