"""Many recipes, painted by a private service whose jobs lie in the output folder, so that a batch
that was stopped, however that was, goes on when it is run again."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from geometry.errors import InputError
from service.cli.progress import Shown, shown_batch
from service.cli.recipe_file import files_read, read_change, read_recipe
from service.cli.serving.journal import Journal
from service.cli.serving.orders import Order, deliver_order, is_delivered, place_of, read_order
from service.cli.stopping import interrupt_on_hangup
from service.reporting.delivery import Destination, bad_output, followed
from service.reporting.mesh_delivery import MeshDestination
from service.reporting.overwriting import FilesRead
from service.serving.client import ENDED, Client
from service.serving.processes.logs import TextFormatter
from service.serving.protocol.limits import MAX_KEPT
from service.serving.serve import private_service
from service.serving.settings import Settings
from service.whole_files import reason

STATE = ".batch"  # folder in the output folder: jobs, journal, log
AHEAD = 64  # jobs that wait or run: enough for a cluster to grow by
POLL_SECONDS = 0.3
_PATIENCE = 120.0  # with a service of this process: it is there, however busy the machine is


@dataclass
class Tally:
    """What has come of a batch so far: names of the recipes that were painted, and of those whose
    pictures were there already; what others failed of; how many are left of one that was stopped.
    """

    painted: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    failed: dict[str, InputError] = field(default_factory=dict)
    left: int = 0

    @property
    def count(self) -> int:
        """How many recipes are done with."""
        return len(self.painted) + len(self.there) + len(self.failed)


def paint_batch(
    given: Sequence[str], changes: Sequence[str], output: Path, settings: Settings, console: Console
) -> Tally:
    """Paint all recipes that ``given`` (files, folders, patterns) names into ``output``.

    ``changes``: see :func:`service.cli.recipe_file.read_recipe`. ``settings``: of the service, but
    for where its jobs are. A recipe that fails leaves the others alone; Ctrl-C stops all after a
    checkpoint. Raises InputError for what concerns all of them.
    """
    files = recipe_files(given)
    for change in changes:
        read_change(change)  # what is wrong with all of them is said once
    state = output / STATE
    try:
        state.mkdir(parents=True, exist_ok=True)
        _log_to(state / "log.txt")
    except OSError as error:
        raise bad_output(
            f"{state} cannot be written: {reason(error)}.", "Choose another."
        ) from None
    settings = dataclasses.replace(settings, data=state / "jobs", keep=MAX_KEPT)
    tally = Tally()
    read = FilesRead(_inputs(files, changes))
    with (
        interrupt_on_hangup(),
        _alone(output, settings) as address,
        Client(address, timeout=_PATIENCE) as client,
    ):
        try:
            with shown_batch(console, len(files)) as shown:
                journal = Journal(state / "journal.json")
                _Batch(client, journal, output, changes, read, tally, shown).run(files)
        except KeyboardInterrupt:
            tally.left = len(files) - tally.count
            sys.stderr.write("\nStopping; the same command goes on from here.\n")
    return tally


@contextlib.contextmanager
def _alone(output: Path, settings: Settings) -> Iterator[str]:
    try:
        with private_service(settings) as address:
            yield address
    except InputError as error:
        if error.code != "data-in-use":
            raise
        raise bad_output(
            f"Another batch paints into {output}.", "Wait for it, or choose another folder."
        ) from None


def recipe_files(given: Sequence[str]) -> list[Path]:
    """The files that are meant. Raises InputError: "missing-file", "bad-value" for two that would
    become one picture."""
    found: dict[str, Path] = {}
    for words in given:
        path = Path(words)
        if path.is_dir():
            paths = sorted(path.glob("*.json"))
        elif path.exists() or not glob.has_magic(words):
            paths = [path]
        else:
            root = Path(path.anchor)
            paths = sorted(root.glob(str(path.relative_to(root))))
        if not paths:
            raise InputError(
                "missing-file", "recipes", f"There are no recipes at {words}.", "They end in .json."
            )
        for path in paths:
            other = found.setdefault(path.stem, path)
            if other.absolute() != path.absolute():
                raise InputError(
                    "bad-value",
                    "recipes",
                    f"{other} and {path} would both become {path.stem}.png.",
                    "Rename one, or paint them into two folders.",
                )
    return list(found.values())


def _inputs(files: Sequence[Path], changes: Sequence[str]) -> Iterator[Path]:
    """All that any of the recipes reads: a picture of one must not be written over by another's."""
    for file in files:
        yield file
        with contextlib.suppress(InputError):  # which is told when it is its turn
            yield from files_read(read_recipe(file, changes))


class _Batch:
    def __init__(
        self,
        client: Client,
        journal: Journal,
        output: Path,
        changes: Sequence[str],
        read: FilesRead,
        tally: Tally,
        shown: Shown,
    ) -> None:
        self._client, self._journal = client, journal
        self._output, self._changes, self._read = output, changes, read
        self._owners: dict[Path, str] = {}  # of files that are written: name of their recipe
        self._tally, self._shown = tally, shown
        self._open: dict[str, Path] = {}  # job -> file of its recipe

    def run(self, files: Sequence[Path]) -> None:
        earlier = self._rows()
        for job in earlier.keys() - self._journal.jobs():  # killed before it was noted down
            self._drop(job)
        waiting = list(reversed(files))
        while waiting or self._open:
            while waiting and len(self._open) < AHEAD and self._begin(waiting[-1], earlier):
                waiting.pop()
            rows = self._rows()
            for job in [job for job in self._open if rows[job]["state"] in ENDED]:
                self._end(job, self._open.pop(job))
            going = [(file.stem, rows[job]) for job, file in self._open.items()]
            self._shown.update(self._tally.count, going)
            time.sleep(POLL_SECONDS)

    def _begin(self, file: Path, earlier: dict[str, Any]) -> bool:
        """Take on a recipe; False: there is no room for its job at present."""
        try:
            order = read_order(file, self._changes)
            if self._is_delivered(order, file):
                self._tally.there.append(file.stem)
            else:
                self._open[self._job(order, file, earlier)] = file
                for sentence in order.unread:
                    self._shown.say(f"{file.stem}: {sentence}", self._tally.count)
        except InputError as error:
            if error.code == "queue-full" and self._open:
                return False
            self._fail(file, error)
        return True

    def _end(self, job: str, file: Path) -> None:
        """Deliver what a job has painted."""
        try:
            picture, receipt, paint = self._client.result_with_paint(job)
            order = read_order(file, self._changes)
            if order.digest != self._journal.digest(file.stem):
                raise InputError(
                    "bad-recipe", "recipe", "Its files were changed meanwhile.", "Run it again."
                )
            deliver_order(order, self._place(order, file), picture, receipt, paint)
            self._journal.put(file.stem, order.digest, None)
            self._client.forget(job)
        except InputError as error:
            self._fail(file, error)
            return
        self._tally.painted.append(file.stem)
        self._shown.say(f"{file.stem}.png", self._tally.count)

    def _job(self, order: Order, file: Path, earlier: dict[str, Any]) -> str:
        """The job of an order: that of an earlier run, which goes on, or a new one."""
        job = self._journal.job(file.stem)
        if job is not None and job in earlier:
            same = self._journal.digest(file.stem) == order.digest
            if same and earlier[job]["state"] != "cancelled":
                self._client.resume(job)  # if it has failed: it may have been the disk
                return job
            self._drop(job)
        job = self._client.submit(order.wire, order.buffers)
        self._journal.put(file.stem, order.digest, job)
        return job

    def _is_delivered(self, order: Order, file: Path) -> bool:
        there = is_delivered(self._place(order, file))  # raises for a place that cannot be
        name = file.stem
        done = self._journal.digest(name) == order.digest and self._journal.job(name) is None
        return done and there

    def _place(self, order: Order, file: Path) -> Destination | MeshDestination:
        place = place_of(order, self._output / f"{file.stem}.png", self._read)
        for path in place.files:
            if self._owners.setdefault(followed(path), file.stem) != file.stem:
                raise bad_output(
                    f"{path} would be written by {self._owners[followed(path)]} as well.",
                    "Rename one of the recipes, or paint them into two folders.",
                )
        return place

    def _rows(self) -> dict[str, Any]:
        return {row["job"]: row for row in self._client.jobs()}

    def _drop(self, job: str) -> None:
        self._client.cancel(job)
        self._client.forget(job)

    def _fail(self, file: Path, error: InputError) -> None:
        self._tally.failed[file.stem] = error
        self._shown.say(f"{file.stem} failed", self._tally.count)


def _log_to(file: Path) -> None:
    handler = logging.FileHandler(file)
    handler.setFormatter(TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.raiseExceptions = False  # a full disk has no room for the log: no reason to print that
