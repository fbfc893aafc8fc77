"""What a worker does: jobs painted to their ends, between a channel and a folder. The same on this
machine (:mod:`service.serving.engines.worker`) and on a cluster
(:mod:`service.serving.engines.ray_worker`).

Commands are read between steps, and a frame is rendered only when one is wanted: nobody's reading
speed slows the painting.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from geometry.errors import InputError
from service.memory import is_out_of_memory
from service.painting.steering import Adjustment
from service.ranks.devices import RankLostError
from service.runs.diary import Diary
from service.runs.record import new_record
from service.serving.engines.commands import Commands, progress_fields, sendable
from service.serving.engines.painter import Attempt, Painter
from service.serving.engines.workplace import Channel, Folder, Message
from service.serving.jobs.job import OUT_OF_MEMORY, Fault, Inputs, Result
from service.serving.jobs.job_folder import RECEIPT, TEXTURE

if TYPE_CHECKING:
    from service.painting.progress import Progress

CHECKPOINT_SECONDS = 8.0  # from one to the next
MOST_SECONDS = 10.0  # of work that may be lost, unless a single step takes longer
LONG_SECONDS = 5.0  # that writing one takes: then
LONG_SHARE = 0.1  # of the time may go into them, and more work may be lost


def work(
    channel: Channel,
    painter: Painter,
    device: str,
    about: Mapping[str, Any],
    folder_of: Callable[[Message], AbstractContextManager[Folder]],
) -> None:
    """Say that there is a worker, with all ``about`` it, and paint one job after the other, for
    ever. ``folder_of``: the job of a ``paint`` message."""
    greeting = {"device": device, "describe": sendable(painter.describe())}
    channel.send("ready", {**greeting, **about})
    while True:
        message = channel.receive()
        header, _ = message
        if header["kind"] == "paint":  # anything else is late, about a job that has ended
            attempt = Attempt(device, frugal=header["frugal"])
            with folder_of(message) as folder:
                paint_job(channel, painter, attempt, header["job"], folder)


def fault_of(error: Exception) -> Fault:
    """An exception in the words of an error reply; one that is nobody's input becomes one line, and
    the log has its traceback."""
    if isinstance(error, InputError):
        return Fault.of(error)
    if is_out_of_memory(error):
        return Fault(
            OUT_OF_MEMORY, "size", "The job does not fit into memory.", "Choose a smaller size."
        )
    with contextlib.suppress(OSError):  # nobody may read our log any more
        traceback.print_exception(error)
    name = type(error).__name__
    return Fault("internal", "job", f"Painting stopped on {name}.", "The job's log says more.")


def paint_job(
    channel: Channel, painter: Painter, attempt: Attempt, job: str, folder: Folder
) -> None:
    """Paint the job of a ``paint`` message to its end, whatever that is, and report it. Raises
    RankLostError where a process that paints along has ended: the painting goes on elsewhere."""

    def saved(progress: Progress, warning: Fault | None) -> None:
        fields = {"progress": progress_fields(progress), "warning": warning and warning.as_dict()}
        channel.send("saved", {"job": job, **fields})

    try:
        inputs = folder.read_inputs()
        recipe = folder.read_standing().begun(inputs.recipe)
        styles = painter.load_styles(recipe, inputs.buffers)
        scene = painter.wire_scene(recipe, inputs.cameras, inputs.buffers)
        paint = functools.partial(painter.paint, recipe, scene, styles)
        adjustments = Adjustments(folder)
        resume = folder.read_checkpoint()
        attempt = dataclasses.replace(attempt, steering=adjustments.taken, kept=folder.read_kept())
        commands = Commands(channel, job)
        if resume is None:
            adjustments.take(folder.read_standing().adjustments, 0)
        commands.read()
        steps = _steps(paint, attempt, resume)
        with _diary(folder, job, inputs) as diary:
            last = _paint(steps, commands, adjustments, Checkpoints(folder, saved), diary)
            if last is not None:
                texture, receipt, canvas = painter.finish(recipe, scene, styles, last)
                result = Result(texture, sendable(receipt))
                folder.write_paint(canvas.parts())
                folder.write_result(result)
                diary.end("finished", picture=TEXTURE, receipt=RECEIPT, files=[TEXTURE, RECEIPT])
            else:
                diary.end("stopped")
        if last is None:
            channel.send("stopped", {"job": job})
            return
        channel.send(
            "finished",
            {"job": job, "progress": progress_fields(last), "receipt": result.receipt},
            {"texture": texture},
        )
    except RankLostError:
        raise  # this worker dies of it, and another one goes on
    except Exception as error:
        channel.send("failed", {"job": job, "fault": fault_of(error).as_dict()})


def _diary(folder: Folder, job: str, inputs: Inputs) -> Diary:
    """What writes the report of a job, or goes on with it."""
    from service.gallery.report import report_page

    before = folder.read_record()
    if before is None:
        command = "" if inputs.buffers or inputs.cameras else f"service run {RECEIPT}"
        fields = inputs.recipe.model_dump(mode="json")
        before = new_record(job, fields, title=f"Job {job}", command=command)
    record = before.model_copy(update={"state": "running", "problem": ""})
    return Diary(record, inputs.recipe, folder.write_report, report_page)


def _steps(
    paint: Callable[[Attempt], Iterator[Progress]],
    attempt: Attempt,
    resume: bytes | memoryview | None,
) -> Iterator[Progress]:
    # From the checkpoint, or from the start if there is none, or none that can be used (of another
    # release, say): slower, and the same picture.
    if resume is not None:
        try:
            yield from paint(dataclasses.replace(attempt, resume=resume))
            return
        except InputError as error:
            if error.code != "bad-checkpoint":
                raise
            print(f"The painting begins anew: {error}", file=sys.stderr, flush=True)
    yield from paint(attempt)


def _paint(
    steps: Iterator[Progress],
    commands: Commands,
    adjustments: Adjustments,
    checkpoints: Checkpoints,
    diary: Diary,
) -> Progress | None:
    # The last step, not yet left behind (so that its texture can still be had); None if cancelled
    # or paused.
    if commands.cancel or commands.pause:
        return None
    last = None
    for progress in steps:
        last = progress
        commands.read()
        if commands.cancel:
            return None
        commands.say_step(progress)
        commands.serve_frames(progress)
        diary.note(progress)
        # After the last step a pause comes too late: there is nothing to go on with.
        if commands.finish or progress.step >= progress.steps:
            break
        if commands.pause:
            checkpoints.write(progress)
            return None
        try:
            adjustments.take(commands.adjustments, progress.step)
        except InputError as error:  # it is tried again after the next step
            checkpoints.warn(progress, error)
        checkpoints.write_if_due(progress)
    if last is None:
        raise RuntimeError("The painter took no step.")
    return last


class Adjustments:
    """What clients want changed, on its way into the painting. ``taken`` are the adjustments of a
    job with their steps: the list grows, and the painter reads it; what is not on disk has not
    happened."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.taken: list[Adjustment] = folder.read_steering()

    def take(self, wanted: Sequence[Mapping[str, Any]], step: int) -> None:
        """All that was ever wanted of the job: what has not been taken yet is, after ``step``
        steps. Nothing before the last that was: its step comes again when a painting goes on from
        a checkpoint. Raises InputError("not-saved"); nothing is taken then."""
        if len(wanted) <= len(self.taken) or (self.taken and step < self.taken[-1].step):
            return
        new = [Adjustment(step, changes) for changes in wanted[len(self.taken) :]]
        self._folder.write_steering([*self.taken, *new])
        self.taken += new


class Checkpoints:
    """Writes checkpoints to ``folder``. ``report`` is told of each: the progress, and a warning if
    it could not be written."""

    def __init__(self, folder: Folder, report: Callable[[Progress, Fault | None], None]) -> None:
        self._folder, self._report = folder, report
        self._written = self._stepped = time.monotonic()
        self._took = 0.0  # seconds, the last one

    def write_if_due(self, progress: Progress) -> None:
        """After a step: write one if the last is old, or would be too old after another step that
        takes as long as this one."""
        now = time.monotonic()
        age, step = now - self._written, now - self._stepped
        due = age >= CHECKPOINT_SECONDS or age + step > MOST_SECONDS
        # those of large paintings are gigabytes
        rest = self._took / LONG_SHARE if self._took > LONG_SECONDS else 0.0
        if due and age >= rest:
            self.write(progress)
        self._stepped = time.monotonic()

    def warn(self, progress: Progress, error: InputError) -> None:
        """Say that something could not be written; the painting goes on without."""
        self._report(progress, Fault.of(error))

    def write(self, progress: Progress) -> None:
        """Write one. Where that cannot be done the last one stays, and the painting goes on: it has
        lost nothing yet."""
        warning, start = None, time.monotonic()
        try:
            self._folder.write_checkpoint(progress.checkpoint().parts())
            self._folder.write_paint(progress.paint().parts())
        except InputError as error:
            warning = Fault.of(error)
        self._report(progress, warning)
        self._written = time.monotonic()
        self._took = self._written - start
