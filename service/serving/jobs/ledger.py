"""The ledger: all jobs the service knows, and what may become of them. What is not on disk has not
happened: inputs are written before a job is accepted, and each change of state as it comes
(:mod:`service.serving.jobs.records`)."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.painting.steering import steered
from service.recipe.recipe import AUTOMATIC
from service.serving.jobs import retries
from service.serving.jobs.blobs import Blobs
from service.serving.jobs.intake import adjustment, check_paint, check_room, larger, stored
from service.serving.jobs.job import Fault, Inputs, Job, Result, State, StoredBuffer, Submission
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.records import Records
from service.serving.protocol.limits import KEPT_ENDED, MAX_INPUT_BYTES, MAX_JOBS, MAX_KEPT

log = logging.getLogger(__name__)


class Ledger:
    """The jobs in ``folder``, which is made if it is missing; the ``keep`` that ended last stay.

    At most ``max_jobs`` go on, and the inputs of all that may go on are ``max_inputs`` bytes. What
    is in buffers is in ``blobs``, for jobs that are there and for those to come.
    Jobs that were running when the folder was left wait again and go on from their checkpoints. A
    folder that cannot be read is reported and left alone. Raises InputError: "data-in-use" if
    another service has the folder, "bad-data" if it cannot be used, "exposed-data" if other users
    may write to it, "bad-value" for ``keep``.
    """

    def __init__(
        self,
        folder: Path,
        keep: int = KEPT_ENDED,
        max_jobs: int = MAX_JOBS,
        max_inputs: int = MAX_INPUT_BYTES,
    ) -> None:
        if not 1 <= keep <= MAX_KEPT:
            raise InputError("bad-value", "keep", f"{keep} is not in 1 to {MAX_KEPT}.")
        self._max_jobs, self._max_inputs = max_jobs, max_inputs
        self._records = Records(folder, keep)
        for job in self.all():
            if job.state is State.RUNNING:
                self._service_died(job)
        self._records.tidy()

    def close(self) -> None:
        """Leave the folder to others; :meth:`requeue` comes before, unless something went wrong."""
        self._records.close()

    def check(self) -> None:
        """Raise InputError("data-lost") if another folder stands in the place of this one."""
        self._records.check()

    @property
    def blobs(self) -> Blobs:
        """The contents of buffers."""
        return self._records.blobs

    # --- looking ---

    def get(self, name: str) -> Job | None:
        """The job of this name, if the service still knows it."""
        return self._records.get(name)

    def find(self, name: str) -> Job:
        """The job of this name. Raises InputError("unknown-job")."""
        job = self._records.get(name)
        if job is None:
            raise InputError(
                "unknown-job",
                "job",
                f"There is no job {name[:40]!r}.",
                f"The service keeps the last {self._records.keep} that have ended.",
            )
        return job

    def all(self) -> list[Job]:
        """All jobs, oldest first."""
        return self._records.all()

    def next_queued(self, but: Collection[str] = ()) -> Job | None:
        """The job that has waited longest, of those not named in ``but``."""
        queued = (job for job in self.all() if job.state is State.QUEUED)
        return next((job for job in queued if job.name not in but), None)

    @property
    def queued(self) -> int:
        """How many jobs wait for their turn."""
        return sum(job.state is State.QUEUED for job in self.all())

    def active(self) -> list[Job]:
        """All that are queued or running, oldest first."""
        going = (State.QUEUED, State.RUNNING)
        return [job for job in self.all() if job.state in going]

    def folder(self, job: Job) -> JobFolder:
        """Where the job's files are."""
        return self._records.folder(job)

    def result(self, job: Job) -> Result:
        """The result of a finished job. Raises InputError: a failed job's own, "cancelled",
        "not-finished", "damaged-job"."""
        if job.standing.fault is not None:
            raise InputError(**job.standing.fault.as_dict())
        if job.state is State.CANCELLED:
            raise InputError("cancelled", "job", f"Job {job.name} was cancelled.")
        if job.state is not State.FINISHED:
            raise InputError(
                "not-finished", "job", f"Job {job.name} is {job.state}.", "Finish it, or wait."
            )
        return self._records.result(job)

    # --- changing ---

    def add(self, inputs: Inputs) -> Job:
        """A new job at the end of the queue. Raises InputError: "queue-full", "not-saved",
        "unknown-upload", "bad-buffer" for uploads of another size."""
        self._check_room()
        check_room(inputs, self._records.blobs_of(lambda job: job.may_go_on), self._max_inputs)
        submission = Submission(inputs.recipe, time.time(), stored(inputs, self.blobs))
        return self._records.accept(
            submission, lambda folder: folder.write_submission(submission, inputs.cameras)
        )

    def repaint(self, job: Job, seed: int, region: NDArray[np.uint8] | StoredBuffer) -> Job:
        """A new job at the end of the queue: the recipe of ``job`` as it is now with another seed,
        painted only in the region (H, W) of its picture, which may have been uploaded. Raises
        InputError: "not-painted", "damaged-job", and as :meth:`add`."""
        self._check_room()
        before = self.folder(job)
        check_paint(job, before)
        recipe, cameras = steered(job.recipe, [{"seed": seed}]), before.read_cameras()
        if isinstance(region, StoredBuffer):
            inputs = Inputs(recipe, cameras, {}, (region, *job.submission.buffers))
        else:
            inputs = Inputs(recipe, cameras, {"region": region}, job.submission.buffers)
        check_room(inputs, self._records.blobs_of(lambda job: job.may_go_on), self._max_inputs)
        first, *others = stored(inputs, self.blobs)
        submission = Submission(recipe, time.time(), tuple(others), first)

        def write(folder: JobFolder) -> None:
            folder.write_submission(submission, cameras)
            folder.write_kept(before)

        return self._records.accept(submission, write)

    def enlarge(self, job: Job, size: int) -> Job:
        """A new job at the end of the queue: the recipe of ``job`` as it is now at a larger size,
        which goes on from its paint. Raises InputError: "not-painted", "damaged-job", as
        :func:`service.serving.jobs.intake.larger`, and as :meth:`add`."""
        self._check_room()
        before = self.folder(job)
        recipe = larger(job, size)
        check_paint(job, before)
        cameras, buffers = before.read_cameras(), job.submission.buffers
        inputs = Inputs(recipe, cameras, {}, buffers)
        check_room(inputs, self._records.blobs_of(lambda job: job.may_go_on), self._max_inputs)
        submission = Submission(recipe, time.time(), stored(inputs, self.blobs), enlarges=job.name)

        def write(folder: JobFolder) -> None:
            folder.write_submission(submission, cameras)
            folder.write_kept(before)

        return self._records.accept(submission, write)

    def start(self, job: Job) -> None:
        """From queued to running."""
        assert job.state is State.QUEUED, job.state
        self._change(job, state=State.RUNNING)

    def advance(self, job: Job, progress: dict[str, Any]) -> None:
        """A step was seen; not written, the checkpoint's will be, but for what was chosen."""
        job.standing = dataclasses.replace(job.standing, progress=progress)
        chosen = {field: progress[field] for field in AUTOMATIC if progress.get(field)}
        if chosen and not job.standing.chosen:
            self._change(job, chosen=chosen)

    def checkpoint(self, job: Job, progress: dict[str, Any], warning: Fault | None) -> None:
        """A checkpoint was written, or could not be."""
        self._records.move(job, retries.saved(job.standing, progress, warning))

    def want_finish(self, job: Job) -> None:
        """It shall end with the best so far; a paused job goes on for that."""
        if not job.ended:
            state = State.QUEUED if job.state is State.PAUSED else job.state
            self._change(job, state=state, finish_wanted=True)

    def pause(self, job: Job) -> None:
        """Let a queued or running job wait until it is resumed."""
        if job.state in (State.QUEUED, State.RUNNING):
            self._change(job, state=State.PAUSED)

    def resume(self, job: Job) -> None:
        """Let a paused job go on, or try a failed one again, from its last checkpoint."""
        if job.state in (State.PAUSED, State.FAILED):
            self._records.move(job, retries.resumed(job.standing))

    def requeue(self) -> None:
        """The service ends because it was told to: what runs waits for the next one."""
        for job in self.all():
            if job.state is State.RUNNING:
                self._change(job, state=State.QUEUED)

    def adjust(self, job: Job, changes: Mapping[str, Any]) -> None:
        """Change a part of the recipe of a job that may go on. Raises InputError as
        :func:`service.serving.jobs.intake.adjustment`."""
        if fields := adjustment(job, changes):
            self._change(job, adjustments=(*job.standing.adjustments, fields))

    def worker_died(self, job: Job, fault: Fault, killed: bool) -> None:
        """The worker died in a job, see :func:`service.serving.jobs.retries.worker_died`."""
        if not job.ended and job.state is not State.PAUSED:
            self._records.move(job, retries.worker_died(job.standing, fault, killed))

    def out_of_memory(self, job: Job, fault: Fault) -> None:
        """A job did not fit into memory, see :func:`service.serving.jobs.retries.out_of_memory`."""
        self._records.move(job, retries.out_of_memory(job.standing, fault))

    def finish(self, job: Job, result: Result, progress: dict[str, Any]) -> None:
        """End with a result that lies in the job's folder."""
        self._records.remember(job, result)
        self._change(job, state=State.FINISHED, progress=progress, warning=None)

    def fail(self, job: Job, fault: Fault) -> None:
        """End with a reason; inputs and checkpoint stay, for another try."""
        self._change(job, state=State.FAILED, fault=fault)

    def cancel(self, job: Job) -> None:
        """End with nothing."""
        self._change(job, state=State.CANCELLED)

    def clear(self, job: Job) -> None:
        """Remove files that a worker has left which was killed or too late."""
        self.folder(job).sweep()
        self._records.make_room(job)

    def forget(self, job: Job) -> None:
        """Remove an ended job and its files."""
        assert job.ended, job.state
        self._records.forget(job)

    def _service_died(self, job: Job) -> None:
        # Written at once: a service that is killed before it paints counts no job twice.
        self._records.move(job, retries.service_died(job.standing))
        log.warning("a service was killed while it painted this", extra={"job": job.name})
        if job.standing.fault is not None:
            log.warning("failed: %s", job.standing.fault.message, extra={"job": job.name})

    def _change(self, job: Job, **changes: Any) -> None:
        self._records.move(job, dataclasses.replace(job.standing, **changes))

    def _check_room(self) -> None:
        going = [job for job in self.all() if not job.ended]
        if len(going) >= self._max_jobs:
            raise InputError(
                "queue-full", "job", f"{len(going)} jobs wait already.", "Cancel one, or wait."
            )
