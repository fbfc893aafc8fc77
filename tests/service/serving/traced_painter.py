"""Painters that write down what they do, one line each in the file $PAINTER_TRACE:

begin STEPS STEP PID      goes on after STEP, 0 for the start; STEPS, of the recipe, is the job
step STEPS STEP PID       has taken a step
keep STEPS STEP PID       a checkpoint of this step is about to be written
finish STEPS STEP PID     is about to make the result
"""

import dataclasses
import json
import os

from fake_painter import fake_painter

from service.serving.engines import paint_job
from service.serving.engines.painter import torch_painter


def note(*words):
    with open(os.environ["PAINTER_TRACE"], "a") as trace:  # noqa: PTH123
        trace.write(" ".join(map(str, (*words, os.getpid()))) + "\n")


def traced(painter, step_of):
    """``painter``, and the trace of it. ``step_of``: of a checkpoint's bytes."""

    def paint(recipe, scene, styles, attempt):
        first = 0 if attempt.resume is None else step_of(attempt.resume)
        note("begin", recipe.steps, first)
        for progress in painter.paint(recipe, scene, styles, attempt):
            if progress.step > first:
                note("step", recipe.steps, progress.step)

            def checkpoint(progress=progress):
                note("keep", recipe.steps, progress.step)
                return progress.checkpoint()

            yield dataclasses.replace(progress, checkpoint=checkpoint)

    def finish(recipe, scene, styles, last):
        note("finish", recipe.steps, last.step)
        return painter.finish(recipe, scene, styles, last)

    return dataclasses.replace(painter, paint=paint, finish=finish)


def traced_fake():
    return traced(fake_painter(), lambda data: json.loads(data)["step"])


def traced_torch():
    """The real one, with a checkpoint after every few steps."""
    from service.painting.checkpoint import Checkpoint

    paint_job.CHECKPOINT_SECONDS = 0.3
    return traced(torch_painter(), lambda data: Checkpoint.from_bytes(data).tally.step)
