"""The jobs of a data folder, in memory and on disk: when what is written, and what goes when."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

from geometry.errors import InputError
from service.serving.jobs.archive import Archive, using
from service.serving.jobs.blobs import Blobs
from service.serving.jobs.job import ENDED, Job, Result, Standing, Submission
from service.serving.jobs.job_folder import BLOBS, JobFolder

log = logging.getLogger(__name__)


class Records:
    """The jobs in ``folder``, which is made if it is missing; the ``keep`` that ended last stay.

    A folder that cannot be read is reported and left alone. Raises InputError: "data-in-use" if
    another service has the folder, "bad-data" if it cannot be used, "exposed-data" if other users
    may write to it.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self.keep = keep
        self._recent: tuple[str, Result] | None = None  # the result asked for last
        self._unsaved: dict[str, Job] = {}  # whose standing on disk is an older one
        with using(folder):
            self._archive = Archive(folder)
            self._jobs = {job.name: job for job in self._archive.load()}
            self._skipped = self._archive.digests_skipped()
            self.blobs = Blobs(folder / BLOBS, self._blobs_named)

    def tidy(self) -> None:
        """Remove what a service that was killed just then has not removed."""
        for job in self.all():
            self.make_room(job)
        self._retire()
        self.blobs.sweep()

    def close(self) -> None:
        """Leave the folder to others."""
        with contextlib.suppress(InputError):
            self._archive.check()
            self._save()
        self._archive.close()

    def check(self) -> None:
        """Raise InputError("data-lost") if another folder stands in the place of this one."""
        self._archive.check()

    def get(self, name: str) -> Job | None:
        """The job of this name, if there is one."""
        return self._jobs.get(name)

    def all(self) -> list[Job]:
        """All jobs, oldest first."""
        return list(self._jobs.values())

    def folder(self, job: Job) -> JobFolder:
        """Where the job's files are."""
        return self._archive.folder(job.name)

    def result(self, job: Job) -> Result:
        """The result that lies in the job's folder. Raises InputError("damaged-job")."""
        if self._recent is None or self._recent[0] != job.name:
            self.remember(job, self.folder(job).read_result())
        assert self._recent is not None
        return self._recent[1]

    def remember(self, job: Job, result: Result) -> None:
        """Have a result at hand, until another one is asked for."""
        self._recent = job.name, result

    def accept(self, submission: Submission, write: Callable[[JobFolder], None]) -> Job:
        """A new job, whose files ``write`` makes in its folder. Raises InputError("not-saved")."""
        job = Job(self._archive.new_name(), submission, Standing())
        self._archive.create(job, write)
        self._jobs[job.name] = job
        return job

    def forget(self, job: Job) -> None:
        """Remove an ended job and its files."""
        del self._jobs[job.name]
        self._unsaved.pop(job.name, None)
        if self._recent is not None and self._recent[0] == job.name:
            self._recent = None
        self._archive.remove(job.name)
        self.blobs.sweep()

    def move(self, job: Job, standing: Standing) -> None:
        """Give a job another standing, which is written at once."""
        ended = self._now() if standing.state in ENDED else None
        job.standing = dataclasses.replace(standing, ended=ended)
        self._unsaved[job.name] = job
        self._save()
        if job.ended:
            self._retire()

    def make_room(self, job: Job) -> None:
        """Remove the files of a job that its standing needs no more."""
        if job.name in self._unsaved:  # by its older standing it would go on
            return
        if not job.may_go_on:
            self.folder(job).drop_work()
        if not job.may_be_repainted:
            self.folder(job).drop_outcome()

    def blobs_of(self, wanted: Callable[[Job], bool]) -> dict[str, int]:
        """The size in bytes of each blob of these jobs."""
        return {
            buffer.sha256: buffer.spec.nbytes
            for job in self._jobs.values()
            if wanted(job) or job.name in self._unsaved
            for buffer in job.blobs
        }

    def _save(self) -> None:
        # Also what a full disk did not take before: what the service said should hold after it.
        for job in list(self._unsaved.values()):
            try:
                self.folder(job).write_standing(job.standing)
            except InputError as error:
                log.error("%s", error, extra={"job": job.name})
                continue
            del self._unsaved[job.name]
            self.make_room(job)
            if not job.may_go_on:
                for buffer in job.submission.buffers:  # the next job may well have the same
                    self.blobs.touch(buffer.sha256)

    def _now(self) -> float:
        # Later than all that ended, though the clock is set back: what ended last is kept longest.
        newest = max((job.standing.ended or 0.0 for job in self._jobs.values()), default=0.0)
        return max(time.time(), math.nextafter(newest, math.inf))

    def _retire(self) -> None:
        ended = [job for job in self._jobs.values() if job.ended]
        ended.sort(key=lambda job: job.standing.ended or 0.0)
        for job in ended[: max(0, len(ended) - self.keep)]:
            self.forget(job)

    def _blobs_named(self) -> set[str]:
        """The blobs that a job needs, or may need that could not be read."""
        return {*self.blobs_of(lambda job: job.may_be_repainted), *self._skipped}
