"""A job painted to its end, whatever that is, between a channel and a folder: the same on this
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
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from geometry.errors import InputError
from service.painting.memory import is_out_of_memory
from service.serving.engines.checkpoints import Checkpoints
from service.serving.engines.commands import Commands, progress_fields, sendable
from service.serving.engines.helm import Helm
from service.serving.engines.painter import Attempt, Painter
from service.serving.engines.workplace import Channel, Folder
from service.serving.jobs.job import OUT_OF_MEMORY, Fault, Result

if TYPE_CHECKING:
    from service.painting.progress import Progress


def fault_of(error: Exception) -> Fault:
    """An exception in the words of an error reply; one that is nobody's input becomes one line."""
    if isinstance(error, InputError):
        return Fault.of(error)
    if is_out_of_memory(error):
        return Fault(
            OUT_OF_MEMORY, "size", "The job does not fit into memory.", "Choose a smaller size."
        )
    name = type(error).__name__
    return Fault("internal", "job", f"Painting stopped on {name}.", "The job's log says more.")


def paint_job(
    channel: Channel, painter: Painter, attempt: Attempt, job: str, folder: Folder
) -> None:
    """Paint the job of a ``paint`` message to its end, whatever that is, and report it."""

    def saved(progress: Progress, warning: Fault | None) -> None:
        fields = {"progress": progress_fields(progress), "warning": warning and warning.as_dict()}
        channel.send("saved", {"job": job, **fields})

    try:
        inputs = folder.read_inputs()
        recipe = folder.read_standing().begun(inputs.recipe)
        styles = painter.load_styles(recipe, inputs.buffers)
        scene = painter.wire_scene(recipe, inputs.cameras, inputs.buffers)
        paint = functools.partial(painter.paint, recipe, scene, styles)
        helm = Helm(folder)
        resume = folder.read_checkpoint()
        attempt = dataclasses.replace(attempt, steering=helm.taken, kept=folder.read_kept())
        commands = Commands(channel, job)
        if resume is None:
            helm.take(folder.read_standing().adjustments, 0)
        commands.read()
        last = _paint(_steps(paint, attempt, resume), commands, helm, Checkpoints(folder, saved))
        if last is None:
            channel.send("stopped", {"job": job})
            return
        texture, receipt, canvas = painter.finish(recipe, scene, styles, last)
        result = Result(texture, sendable(receipt))
        folder.write_paint(canvas.to_bytes())
        folder.write_result(result)
        channel.send(
            "finished",
            {"job": job, "progress": progress_fields(last), "receipt": result.receipt},
            {"texture": texture},
        )
    except Exception as error:
        fault = fault_of(error)
        if fault.code == "internal":
            with contextlib.suppress(OSError):  # nobody may read our log any more
                traceback.print_exc()
        channel.send("failed", {"job": job, "fault": fault.as_dict()})


def _steps(
    paint: Callable[[Attempt], Iterator[Progress]], attempt: Attempt, resume: bytes | None
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
    steps: Iterator[Progress], commands: Commands, helm: Helm, checkpoints: Checkpoints
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
        # After the last step a pause comes too late: there is nothing to go on with.
        if commands.finish or progress.step >= progress.steps:
            break
        if commands.pause:
            checkpoints.write(progress)
            return None
        try:
            helm.take(commands.adjustments, progress.step)
        except InputError as error:  # it is tried again after the next step
            checkpoints.warn(progress, error)
        checkpoints.write_if_due(progress)
    if last is None:
        raise RuntimeError("The painter took no step.")
    return last
