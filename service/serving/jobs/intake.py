"""Intake: what clients want done, read from their requests and held against what is there: new
jobs, whose inputs become blobs; regions painted anew; adjustments."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.painting.steering import MAX_ADJUSTMENTS, adjusted, difference, steered
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import check_symmetry
from service.serving.jobs.blobs import Blobs
from service.serving.jobs.job import Inputs, Job, StoredBuffer
from service.serving.jobs.job_folder import JobFolder
from service.serving.protocol.fields import MAX_SIDE, UploadedBuffer
from service.serving.protocol.limits import MAX_JOB_BYTES, MAX_JOB_SIZE, MAX_STEERING_BYTES
from service.serving.protocol.new_job_messages import Repaint, Submit
from service.serving.protocol.wire import CHUNK_BYTES, BufferSpec
from service.spaces.mesh import check_enlarges
from service.spaces.space import MAX_PIXELS
from service.terms import needing_base


def read_submission(request: Submit, buffers: Mapping[str, np.ndarray]) -> Inputs:
    """Recipe and cameras of a ``submit``, checked; what the buffers hold is the worker's to say.

    Raises InputError for the recipe's faults as :func:`service.recipe.parsing.parse_recipe` and
    :func:`service.scene.check_symmetry` do, "bad-value", "bad-buffer" and "too-large".
    """
    uploads = _stored_buffers(request.uploads)
    names = {*buffers, *(upload.spec.name for upload in uploads)}
    if len(names) < len(buffers) + len(uploads):
        raise InputError("bad-buffer", "uploads", "Two buffers have the same name.")
    size = sum(array.nbytes for array in buffers.values())
    _check_size(size)
    if size + sum(upload.spec.nbytes for upload in uploads) > MAX_JOB_BYTES:
        raise InputError("too-large", "uploads", f"Over {MAX_JOB_BYTES >> 20} MiB in all.")
    recipe = parse_recipe(request.recipe)
    _check_job(recipe)
    return Inputs(recipe, request.cameras, buffers, uploads)


def read_region(
    request: Repaint, buffers: Mapping[str, np.ndarray]
) -> NDArray[np.uint8] | StoredBuffer:
    """Where a ``repaint`` paints: what the message brings, or names of what was uploaded. Raises
    InputError "bad-buffer", "too-large", "bad-region"."""
    uploads = _stored_buffers(request.uploads)
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


def _check_job(recipe: Recipe) -> None:
    if recipe.size > MAX_JOB_SIZE:
        raise InputError(
            "bad-value",
            "size",
            f"A service paints pictures of {MAX_JOB_SIZE} pixels across at most.",
            "Choose a smaller size, or paint it from the command line: service run RECIPE.",
        )
    if recipe.bits > 8:
        raise InputError(
            "bad-value",
            "bits",
            "A service's pictures have 8 bits a channel.",
            "Leave it out, or paint it from the command line: service run RECIPE.",
        )
    check_symmetry(recipe)


def _stored_buffers(uploads: Iterable[UploadedBuffer]) -> tuple[StoredBuffer, ...]:
    return tuple(StoredBuffer(upload.spec, upload.sha256) for upload in uploads)


def _check_size(size: int) -> None:
    # The loop stands still while it is hashed and written.
    if size > CHUNK_BYTES:
        raise InputError(
            "too-large",
            "buffers",
            f"Over {CHUNK_BYTES >> 20} MiB in the message.",
            "Upload the large ones before, and name them in 'uploads'.",
        )


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
    """Raise InputError("not-painted") if there is nothing of the job to go on from."""
    if not folder.has_paint or not job.may_be_repainted:
        raise InputError(
            "not-painted",
            "job",
            f"Job {job.name} has no paint yet.",
            "It has from its first checkpoint on, some seconds after it has begun.",
        )


def larger(job: Job, size: int) -> Recipe:
    """The recipe of a job as it is now, at a larger size. Raises InputError: "bad-value", and as
    :func:`service.scene.check_symmetry`."""
    width = job.recipe.size
    if size <= width:
        raise InputError(
            "bad-value", "size", f"The picture is {width} pixels wide already.", "Give more."
        )
    bases = [b.spec.shape[1] for b in job.submission.buffers if b.spec.name == "base"]
    has_mask = any(b.spec.name == "mask" for b in job.submission.buffers)
    check_enlarges(next(iter(bases), None), has_mask, size)
    recipe = steered(job.recipe, [{"size": size}])
    _check_job(recipe)
    return recipe


def adjustment(job: Job, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the job's recipe that are others with these changes. Raises InputError as
    :func:`service.painting.steering.adjusted`, and "has-ended", "missing-base", "too-large"."""
    if not job.may_go_on:
        raise InputError("has-ended", "job", f"Job {job.name} is {job.state}.")
    new = adjusted(job.recipe, changes)
    needing = needing_base(new.objective.weights)
    if needing and new.motif is None and all(b.spec.name != "base" for b in job.submission.buffers):
        field = f"objective.{needing[0].name}"
        raise InputError("missing-base", field, "There is no picture before.")
    fields, before = difference(job.recipe, new), job.standing.adjustments
    if len(before) >= MAX_ADJUSTMENTS or len(json.dumps([*before, fields])) > MAX_STEERING_BYTES:
        raise InputError("too-large", "changes", f"Adjusted {len(before)} times already.")
    return fields
