"""The archive: a folder for each job, the blobs they share, and a lock that keeps a second service
out."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import platformdirs

from geometry.errors import InputError
from service.room import check_disk
from service.serving.jobs.durable import saving, sync_names
from service.serving.jobs.folder_rights import check_own
from service.serving.jobs.job import Job
from service.serving.jobs.job_folder import JobFolder
from service.serving.processes.folder_lock import FolderLock

_NAME = re.compile(r"(\d{1,12})-[0-9a-f]{6}")

log = logging.getLogger(__name__)


def default_folder() -> Path:
    """Where jobs are kept unless the person says otherwise: in ORBITEX_DATA of the environment,
    else in the user's data."""
    given = os.environ.get("ORBITEX_DATA")
    return Path(given or platformdirs.user_data_dir("orbitex")) / "jobs"


def job_folders(folder: Path) -> list[JobFolder]:
    """The folders in ``folder`` that are jobs, by their names, in no order; none if there is no
    such folder yet. Raises OSError."""
    if not folder.exists():
        return []
    return [JobFolder(path) for path in folder.iterdir() if _NAME.fullmatch(path.name)]


@contextlib.contextmanager
def using(folder: Path) -> Iterator[None]:
    """Turns an OSError into InputError("bad-data") about the folder of jobs."""
    try:
        yield
    except OSError as error:
        raise InputError(
            "bad-data",
            "data",
            f"Jobs cannot be kept in {folder}: {os.strerror(error.errno or 0)}.",
            "Choose another folder with --data.",
        ) from None


class Archive:
    """The jobs in ``folder``, which is made if it is missing.

    Raises OSError if it cannot be used, InputError: "data-in-use" if another service has it,
    "exposed-data" if other users may write to it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_own(folder, "exposed-data", "data")
        self._folder, self._lock = folder, FolderLock(folder)
        self._numbers = count(1)
        self._skipped: list[JobFolder] = []

    def close(self) -> None:
        """Leave the folder to others."""
        self._lock.release()

    def check(self) -> None:
        """Raise InputError("data-lost") if the folder was removed or replaced: what stands in its
        place may be another service's."""
        if self._lock.lost:
            raise InputError(
                "data-lost",
                "data",
                f"The folder of jobs {self._folder} was removed or replaced.",
                "The service cannot go on without it; start it again.",
            )

    def folder(self, name: str) -> JobFolder:
        """Where the files of a job are."""
        return JobFolder(self._folder / name)

    def new_name(self) -> str:
        """A name that no job has had."""
        # The random tail keeps a client that outlived a service's data from meeting another's job.
        return f"{next(self._numbers)}-{secrets.token_hex(3)}"

    def load(self) -> list[Job]:
        """All jobs, oldest first. A folder that cannot be read is reported and left alone."""
        numbers, jobs = [0], []
        for path in self._folder.iterdir():
            if re.fullmatch(r"\.\d+-[0-9a-f]{6}\.(new|gone)", path.name):
                shutil.rmtree(path, ignore_errors=True)  # of a service that was killed just then
            elif match := _NAME.fullmatch(path.name):
                numbers.append(int(match[1]))
                folder = JobFolder(path)
                try:
                    folder.sweep()
                    jobs.append(Job(path.name, folder.read_submission(), folder.read_standing()))
                except InputError as error:
                    log.warning("skipped: %s", error, extra={"job": path.name})
                    self._skipped.append(folder)
        self._numbers = count(max(numbers) + 1)
        return sorted(jobs, key=lambda job: int(job.name.partition("-")[0]))

    def digests_skipped(self) -> set[str]:
        """The blobs that skipped folders may name: another release may read what this one cannot,
        and somebody mend it."""
        return {digest for folder in self._skipped for digest in folder.digests()}

    def create(self, job: Job, write: Callable[[JobFolder], None]) -> None:
        """Keep a new job; ``write`` puts its inputs into its folder, which is whole from the first
        moment. Raises InputError("not-saved"), and as :meth:`check`."""
        check_disk(job.recipe, self._folder, job=True)
        self.check()
        new, path = self._folder / f".{job.name}.new", self._folder / job.name
        try:
            with saving():
                new.mkdir(mode=0o700)
                write(JobFolder(new))
                JobFolder(new).write_standing(job.standing)
                new.rename(path)
                sync_names(self._folder)
        except BaseException:
            with contextlib.suppress(OSError):
                path.rename(new)  # a job that was refused must not be there after a restart
            shutil.rmtree(new, ignore_errors=True)
            raise

    def remove(self, name: str) -> None:
        """Remove a job's files."""
        # Under another name first: half a folder must not look like a damaged job.
        gone = self._folder / f".{name}.gone"
        try:
            (self._folder / name).rename(gone)
        except OSError as error:
            log.warning("cannot be removed: %s", error.strerror, extra={"job": name})
        shutil.rmtree(gone, ignore_errors=True)
