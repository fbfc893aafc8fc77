"""The ledger: all jobs the service knows, in memory and in its data folder. What is not on disk has
not happened: inputs are written before a job is accepted, and each change of state as it comes."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.painting.steering import steered
from service.recipe.recipe import AUTOMATIC
from service.serving.jobs import retries
from service.serving.jobs.archive import Archive, using
from service.serving.jobs.blobs import Blobs
from service.serving.jobs.intake import adjustment, check_paint, check_room, larger, stored
from service.serving.jobs.job import (
    ENDED,
    Fault,
    Inputs,
    Job,
    Result,
    Standing,
    State,
    StoredBuffer,
    Submission,
)
from service.serving.jobs.job_folder import BLOBS, JobFolder
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
        self._keep = keep
        self._max_jobs, self._max_inputs = max_jobs, max_inputs
        self._recent: tuple[str, Result] | None = None  # the result asked for last
        self._unsaved: dict[str, Job] = {}  # whose standing on disk is an older one
        with using(folder):
            self._archive = Archive(folder)
            self._jobs = {job.name: job for job in self._archive.load()}
            self._skipped = self._archive.digests_skipped()
            self.blobs = Blobs(folder / BLOBS, self._blobs_named)
        for job in self.all():
            if job.state is State.RUNNING:
                self._service_died(job)
            self._make_room(job)  # which a service that was killed just then has not done
        self._retire()
        self.blobs.sweep()

    def close(self) -> None:
        """Leave the folder to others; :meth:`requeue` comes before, unless something went wrong."""
        with contextlib.suppress(InputError):
            self._archive.check()
            self._save()
        self._archive.close()

    def check(self) -> None:
        """Raise InputError("data-lost") if another folder stands in the place of this one."""
        self._archive.check()

    # --- looking ---

    def get(self, name: str) -> Job | None:
        """The job of this name, if the service still knows it."""
        return self._jobs.get(name)

    def find(self, name: str) -> Job:
        """The job of this name. Raises InputError("unknown-job")."""
        job = self._jobs.get(name)
        if job is None:
            raise InputError(
                "unknown-job",
                "job",
                f"There is no job {name[:40]!r}.",
                f"The service keeps the last {self._keep} that have ended.",
            )
        return job

    def all(self) -> list[Job]:
        """All jobs, oldest first."""
        return list(self._jobs.values())

    def next_queued(self, but: Collection[str] = ()) -> Job | None:
        """The job that has waited longest, of those not named in ``but``."""
        queued = (job for job in self._jobs.values() if job.state is State.QUEUED)
        return next((job for job in queued if job.name not in but), None)

    @property
    def queued(self) -> int:
        """How many jobs wait for their turn."""
        return sum(job.state is State.QUEUED for job in self._jobs.values())

    def active(self) -> list[Job]:
        """All that are queued or running, oldest first."""
        going = (State.QUEUED, State.RUNNING)
        return [job for job in self._jobs.values() if job.state in going]

    def folder(self, job: Job) -> JobFolder:
        """Where the job's files are."""
        return self._archive.folder(job.name)

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
        if self._recent is None or self._recent[0] != job.name:
            self._recent = job.name, self.folder(job).read_result()
        return self._recent[1]

    # --- changing ---

    def add(self, inputs: Inputs) -> Job:
        """A new job at the end of the queue. Raises InputError: "queue-full", "not-saved",
        "unknown-upload", "bad-buffer" for uploads of another size."""
        self._check_room()
        check_room(inputs, self._blobs_of(lambda job: job.may_go_on), self._max_inputs)
        submission = Submission(inputs.recipe, time.time(), stored(inputs, self.blobs))
        return self._accept(
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
        check_room(inputs, self._blobs_of(lambda job: job.may_go_on), self._max_inputs)
        first, *others = stored(inputs, self.blobs)
        submission = Submission(recipe, time.time(), tuple(others), first)

        def write(folder: JobFolder) -> None:
            folder.write_submission(submission, cameras)
            folder.write_kept(before)

        return self._accept(submission, write)

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
        check_room(inputs, self._blobs_of(lambda job: job.may_go_on), self._max_inputs)
        submission = Submission(recipe, time.time(), stored(inputs, self.blobs), enlarges=job.name)

        def write(folder: JobFolder) -> None:
            folder.write_submission(submission, cameras)
            folder.write_kept(before)

        return self._accept(submission, write)

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
        self._move(job, retries.saved(job.standing, progress, warning))

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
            self._move(job, retries.resumed(job.standing))

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
            self._move(job, retries.worker_died(job.standing, fault, killed))

    def out_of_memory(self, job: Job, fault: Fault) -> None:
        """A job did not fit into memory, see :func:`service.serving.jobs.retries.out_of_memory`."""
        self._move(job, retries.out_of_memory(job.standing, fault))

    def finish(self, job: Job, result: Result, progress: dict[str, Any]) -> None:
        """End with a result that lies in the job's folder."""
        self._recent = job.name, result
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
        self._make_room(job)

    def forget(self, job: Job) -> None:
        """Remove an ended job and its files."""
        assert job.ended, job.state
        del self._jobs[job.name]
        self._unsaved.pop(job.name, None)
        if self._recent is not None and self._recent[0] == job.name:
            self._recent = None
        self._archive.remove(job.name)
        self.blobs.sweep()

    def _service_died(self, job: Job) -> None:
        # Written at once: a service that is killed before it paints counts no job twice.
        self._move(job, retries.service_died(job.standing))
        log.warning("a service was killed while it painted this", extra={"job": job.name})
        if job.standing.fault is not None:
            log.warning("failed: %s", job.standing.fault.message, extra={"job": job.name})

    def _change(self, job: Job, **changes: Any) -> None:
        self._move(job, dataclasses.replace(job.standing, **changes))

    def _move(self, job: Job, standing: Standing) -> None:
        ended = self._now() if standing.state in ENDED else None
        job.standing = dataclasses.replace(standing, ended=ended)
        self._unsaved[job.name] = job
        self._save()
        if job.ended:
            self._retire()

    def _save(self) -> None:
        # Also what a full disk did not take before: what the service said should hold after it.
        for job in list(self._unsaved.values()):
            try:
                self.folder(job).write_standing(job.standing)
            except InputError as error:
                log.error("%s", error, extra={"job": job.name})
                continue
            del self._unsaved[job.name]
            self._make_room(job)
            if not job.may_go_on:
                for buffer in job.submission.buffers:  # the next job may well have the same
                    self.blobs.touch(buffer.sha256)

    def _make_room(self, job: Job) -> None:
        if job.name in self._unsaved:  # by its older standing it would go on
            return
        if not job.may_go_on:
            self.folder(job).drop_work()
        if not job.may_be_repainted:
            self.folder(job).drop_outcome()

    def _now(self) -> float:
        # Later than all that ended, though the clock is set back: what ended last is kept longest.
        newest = max((job.standing.ended or 0.0 for job in self._jobs.values()), default=0.0)
        return max(time.time(), math.nextafter(newest, math.inf))

    def _retire(self) -> None:
        ended = [job for job in self._jobs.values() if job.ended]
        ended.sort(key=lambda job: job.standing.ended or 0.0)
        for job in ended[: max(0, len(ended) - self._keep)]:
            self.forget(job)

    def _blobs_named(self) -> set[str]:
        """The blobs that a job needs, or may need that could not be read."""
        return {*self._blobs_of(lambda job: job.may_be_repainted), *self._skipped}

    def _blobs_of(self, wanted: Callable[[Job], bool]) -> dict[str, int]:
        """The size in bytes of each blob of these jobs."""
        return {
            buffer.sha256: buffer.spec.nbytes
            for job in self._jobs.values()
            if wanted(job) or job.name in self._unsaved
            for buffer in job.blobs
        }

    def _check_room(self) -> None:
        going = [job for job in self._jobs.values() if not job.ended]
        if len(going) >= self._max_jobs:
            raise InputError(
                "queue-full", "job", f"{len(going)} jobs wait already.", "Cancel one, or wait."
            )

    def _accept(self, submission: Submission, write: Callable[[JobFolder], None]) -> Job:
        job = Job(self._archive.new_name(), submission, Standing())
        self._archive.create(job, write)
        self._jobs[job.name] = job
        return job
