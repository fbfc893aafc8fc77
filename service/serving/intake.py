"""Intake: the inputs of a new job become blobs, or are refused."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from geometry.errors import InputError
from service.serving.blobs import Blobs
from service.serving.jobs import Inputs, StoredBuffer
from service.serving.wire import BufferSpec


def check_room(inputs: Inputs, held: Mapping[str, int], most: int) -> None:
    """Raise InputError("queue-full") if these inputs are too many bytes beside those ``held``, of
    each blob, of all ``most`` that may be. What several jobs name counts once."""
    sizes = {**held, **{upload.sha256: upload.spec.nbytes for upload in inputs.uploads}}
    new = sum(array.nbytes for array in inputs.buffers.values())
    if sum(sizes.values()) + new > most:
        raise InputError(
            "queue-full",
            "job",
            f"The inputs of jobs that wait or failed are over {most >> 20} MiB.",
            "Wait until one has ended, or forget some that failed.",
        )


def stored(inputs: Inputs, blobs: Blobs) -> tuple[StoredBuffer, ...]:
    """All buffers of a job, kept in ``blobs``. Raises InputError: "not-saved"; for uploads
    "unknown-upload", and "bad-buffer" for those of another size."""
    new = []
    for name, array in inputs.buffers.items():
        spec = BufferSpec(name, array.dtype.str, array.shape)
        digest = blobs.put(np.ascontiguousarray(array).data.cast("B"))
        new.append(StoredBuffer(spec, digest))
    for upload in inputs.uploads:
        if not blobs.has(upload.sha256):
            raise InputError(
                "unknown-upload",
                "uploads",
                f"What {upload.spec.name[:40]!r} should hold is not here.",
                "Upload it, then submit again.",
            )
        if blobs.received(upload.sha256) != upload.spec.nbytes:
            raise InputError(
                "bad-buffer", upload.spec.name, "The shape does not fit what was uploaded."
            )
    return (*new, *inputs.uploads)
