"""Messages about jobs: what clients may ask, and what they are answered. The docstrings are what
``docs/protocol.md`` says of them.

Clients make a request by naming its fields, the server from a header that any program may have
sent: ``Frame(**header)``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from service.serving.protocol.fields import (
    MAX_SIDE,
    Count,
    Data,
    EncodingName,
    Job,
    JobReply,
    Name,
    NewsReply,
    OfJob,
    Seconds,
    Sentence,
    State,
    StateReply,
    Step,
    Words,
)
from service.serving.protocol.message import Message, Request

MAX_STEP = 1 << 31


class Row(BaseModel):
    """A job in a list."""

    job: Job
    state: State
    target: Name
    group: Name
    size: Annotated[int, Field(ge=1, le=1 << 20)]
    step: Step | None
    steps: Step | None
    age: Seconds


class Frame(OfJob):
    """One credit: asks for one frame newer than step 'after'. Answered when there is one, or at
    once when the job has ended (then without pixels if nothing is newer). A client has one credit
    per job: asking again replaces it, and the older request is never answered. A client that has
    waited long may ask again, with the same id: that also mends a lost connection. Who waits when a
    job is paused is told so once."""

    after: int = Field(
        -1, ge=-1, le=MAX_STEP, description="step of the newest frame at hand, -1 for none"
    )
    max_size: int = Field(
        0, ge=0, le=MAX_SIDE, description="longest side wanted, in pixels; 0 for the full size"
    )
    encoding: EncodingName = Field("raw", description="zlib, jpeg or png are for a slow line")

    class Reply(NewsReply):
        buffers: ClassVar = {
            "pixels": "|u1 (H, W, 3) sRGB, top row first; of a finished job as its texture",
            "data": "|u1 (N,): instead of pixels, for any encoding but raw; of zlib the same bytes "
            "as pixels",
        }
        encoding: Name | None = Field(
            None,
            description="of the picture, if there is one: the one asked for, but png instead of "
            "jpeg where there is alpha, and raw if too many pictures wait to be encoded",
        )
        shape: Annotated[list[Count], Field(max_length=3)] | None = Field(
            None, description="of the picture, [H, W, 3], or [H, W, 4] with alpha"
        )


class Cancel(OfJob):
    """End a job without a result. A job that has ended stays as it is."""


class Finish(OfJob):
    """End a job with the best so far, as if its last step were done; a job that has not begun or is
    paused takes one step. A job that has ended stays as it is."""


class Pause(OfJob):
    """Let a job wait after the step that runs; its checkpoint is written then. A job that is
    neither queued nor running stays as it is."""

    Reply: ClassVar[type[Message]] = StateReply


class Resume(OfJob):
    """Let a paused job go on, or try a failed one again: both from the last checkpoint, when it is
    their turn. Any other job stays as it is."""

    Reply: ClassVar[type[Message]] = StateReply


class Adjust(OfJob):
    """Change a part of the recipe of a job that is queued, running, paused or failed, from its next
    step on. It is checked as a recipe is, and all of it holds or nothing. What can be changed:
    objective (all weights), styles and dreams (their weights), colouring (to a rule that repeats
    after the same period), style_scale, learning_rate, views, quality and steps. A job keeps its
    width until it has taken the new quality's steps there. What comes after the last step has no
    effect."""

    changes: dict[str, Any] = Field(
        min_length=1,
        description="{key: value}, keys such as 'objective.style' or 'styles.0.weight', at most "
        "64; an object changes what it names, as in {objective: {style: 2}}",
        json_schema_extra={"what": 'an object of changes, as in {"objective.style": 2}'},
    )

    class Reply(StateReply):
        recipe: Data = Field(description="as it is now, whole")


class Refinish(OfJob):
    """The picture of a finished job anew, from its paint, finished in another way. Nothing is
    painted, and the job stays as it is. A process beside the painting makes it, and keeps what it
    needs for the next question about the same job: the first takes some seconds."""

    SIDES: ClassVar = 1, 1024  # of a picture that it brings, in pixels
    buffers: ClassVar = {
        "NAME": "|u1 (H, W, 3) sRGB, top row first, sides of up to 1024 pixels: a picture that a "
        "step takes colours of"
    }
    finishing: Data = Field(
        description="values of steps, as in a recipe; the others stay as the job's recipe has "
        "them. A picture is an exemplar or 'buffer:NAME', of this message or of the job",
    )
    draft: bool = Field(
        False,
        description="whether a picture within a grey level or two will do, without a dither. It "
        "comes at once if only steps that change colours differ from the last question's",
    )

    class Reply(JobReply):
        buffers: ClassVar = {"pixels": "|u1, as the texture of 'result'"}
        receipt: Data | None = Field(
            description="of the finished picture, measured again; null for a draft"
        )


class Jobs(Request):
    """All jobs that the service knows, oldest first."""

    class Reply(Message):
        jobs: list[Row] = Field(
            max_length=1 << 16,
            description="target, group and size of its recipe; step of steps, or null before the "
            "first; age: seconds since it was submitted",
        )


class Attach(OfJob):
    """All about one job, for a client that knows no more than its name: it asks for frames and the
    result then as if it had submitted the job."""

    class Reply(NewsReply):
        recipe: Data = Field(description="as it is now, whole")
        warning: Words | None = Field(
            None,
            description="the last checkpoint could not be written, or the job is painted with less "
            "memory (it goes on)",
        )
        log: list[Sentence] = Field(
            max_length=1000, description="the last 20 that its worker printed"
        )


class Forget(OfJob):
    """Remove a job that has ended, with its result, from the service and its disk."""


class Result(OfJob):
    """The finished texture. A job that has not finished is answered with an error, a failed one
    with its own. The service keeps the jobs that ended last (service serve --keep)."""

    paint: bool = Field(False, description="whether the paint is wanted, too")

    class Reply(JobReply):
        buffers: ClassVar = {
            "texture": "|u1 (H, W, 3) sRGB, top row first; (H, W, 4) with alpha where parts are "
            "clear: a disc's rim, a cell's surroundings",
            "paint": "|u1 (N,), where it is wanted and is not too large: what 'service enlarge' "
            "goes on from, a safetensors file",
        }
        receipt: Data = Field(description="as the command line writes it")
