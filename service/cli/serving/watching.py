"""``service watch``: a job of a service, shown as it is painted here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from geometry.errors import InputError
from service.cli.progress import Show, shown_progress
from service.cli.streams import nobody_reads
from service.painting.progress import Step
from service.recipe.parts import Objective
from service.serving.client import Client, Frame
from service.serving.protocol.answers import HINT


def follow(client: Client, job: str, console: Console, to_the_end: bool) -> Frame:
    """Show a job until it ends: a line when its state changes, its steps while it runs; its last
    frame. Not ``to_the_end``: only while somebody reads it. Raises InputError as the client
    does."""
    # Who asks for a frame of a job that waits or rests hears nothing until it goes on.
    sheet = client.attach(job)
    objective = _objective(sheet["recipe"])
    shown = sheet["state"]
    _say(shown, sheet["progress"], console)
    coming = client.frames(job, max_size=16)
    if not to_the_end:
        coming = _while_read(coming)
    for state, frames in groupby(coming, key=lambda frame: frame.state):
        frame = next(frames)
        if state != shown:
            _say(state, frame.progress, console)
        shown = state
        if state == "running":
            with shown_progress(console, objective) as show:
                _pass_on(frame.progress, show)
                for frame in frames:
                    _pass_on(frame.progress, show)
    return frame


def _while_read(frames: Iterator[Frame]) -> Iterator[Frame]:
    for frame in frames:
        yield frame
        if nobody_reads():
            return


def _objective(recipe: Mapping[str, Any]) -> Objective:
    try:
        return Objective.model_validate(recipe.get("objective"))
    except ValidationError:
        raise InputError(
            "bad-reply", "recipe.objective", "The service sent no weights of an objective.", HINT
        ) from None


def _say(state: str, progress: Mapping[str, Any] | None, console: Console) -> None:
    step = "" if progress is None else f"  step {progress['step']}/{progress['steps']}"
    console.out(f"{state}{step}", highlight=False)


def _pass_on(progress: Mapping[str, Any] | None, show: Show) -> None:
    """Show a frame's progress, in which a number that is not finite is null."""
    if progress is None:
        return
    numbers = {field.name: _number(progress[field.name]) for field in dataclasses.fields(Step)}
    loss = {term: _number(value) for term, value in progress["loss"].items()}
    left = progress["seconds_left"]
    show(Step(**numbers | {"loss": loss, "seconds_left": math.inf if left is None else left}))


def _number(value: Any) -> Any:
    return math.nan if value is None else value
