"""Intake: what clients want done, held against what is there: new jobs, whose inputs become blobs;
regions painted anew; adjustments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from geometry.errors import InputError
from service.serving.jobs.blobs import Blobs
from service.serving.jobs.job import Inputs, Job, StoredBuffer
from service.serving.jobs.job_folder import JobFolder
from service.serving.protocol.limits import MAX_STEERING_BYTES
from service.serving.protocol.wire import BufferSpec
from service.steering import MAX_ADJUSTMENTS, adjusted, difference
from service.terms import needing_base


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


def check_paint(job: Job, folder: JobFolder) -> None:
    """Raise InputError("not-painted") if there is nothing of the job to be painted anew."""
    if not folder.has_paint or not job.may_be_repainted:
        raise InputError(
            "not-painted",
            "job",
            f"Job {job.name} has no paint yet.",
            "It has from its first checkpoint on, some seconds after it has begun.",
        )


def adjustment(job: Job, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the job's recipe that are others with these changes. Raises InputError as
    :func:`service.steering.adjusted`, and "has-ended", "missing-base", "too-large"."""
    if not job.may_go_on:
        raise InputError("has-ended", "job", f"Job {job.name} is {job.state}.")
    new = adjusted(job.recipe, changes)
    needing = needing_base(new.objective.weights)
    if needing and all(b.spec.name != "base" for b in job.order.buffers):
        field = f"objective.{needing[0].name}"
        raise InputError("missing-base", field, "There is no picture before.")
    fields, before = difference(job.recipe, new), job.standing.adjustments
    if len(before) >= MAX_ADJUSTMENTS or len(json.dumps([*before, fields])) > MAX_STEERING_BYTES:
        raise InputError("too-large", "changes", f"Adjusted {len(before)} times already.")
    return fields
