"""What the service answers: the fields of each kind of reply. Clients check them by
``replies.json``, which is made from here (``python -m service.serving.protocol.kinds``)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.serving.protocol.message import Message
from service.serving.protocol.wire import LIMITS, NAME_LENGTH

MAX_LISTED = 4096  # entries of a list of what there is
MAX_FOUND = 16  # channels that describe a picture: as many as a recipe has dreams

Name = Annotated[str, Field(max_length=NAME_LENGTH)]
Line = Annotated[str, Field(max_length=200)]
Sentence = Annotated[str, Field(max_length=20_000)]  # faults of libraries are long
Job = Annotated[  # it is printed, stored and sent again
    str,
    Field(
        min_length=1,
        max_length=NAME_LENGTH,
        json_schema_extra={"format": "printable", "what": "the name of a job"},
    ),
]
State = Literal["queued", "running", "paused", "finished", "failed", "cancelled"]
Count = Annotated[int, Field(ge=0, le=1 << 40)]
Step = Annotated[int, Field(ge=0, le=1 << 31)]
Stage = Annotated[int, Field(ge=0, le=1000)]
Seconds = Annotated[float, Field(ge=0, le=1e12)]
Number = Annotated[float, Field(ge=-1e300, le=1e300)]  # with room for sums
Data = Annotated[dict[str, Any], Field(json_schema_extra={"format": "data"})]  # not too deep


class Named(BaseModel):
    """One of a list of what there is, with more about it."""

    model_config = ConfigDict(json_schema_extra={"what": "an object with a name"})

    name: Line


class Layer(BaseModel):
    """Of a network; ``channels``: their number."""

    name: Name
    channels: Count


class FoundChannel(BaseModel):
    """A channel that responds to a picture."""

    layer: Name
    channel: Count
    strength: Number


class Words(BaseModel):
    """What an error says."""

    code: Annotated[
        str,
        Field(
            pattern="^[a-z0-9][a-z0-9-]{0,63}$", json_schema_extra={"what": "the code of an error"}
        ),
    ]
    field: Sentence
    message: Sentence
    hint: Sentence


class Progress(BaseModel):
    """How far a job is; a number that is not finite is null."""

    stage: Stage
    stages: Stage
    step: Step
    steps: Step
    loss: Annotated[dict[Name, Number | None], Field(max_length=LIMITS.buffers)]
    seconds: Seconds | None
    seconds_left: Seconds | None
    megapixels: Annotated[float, Field(ge=0, le=1e300)] | None
    network: Name | None = None


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


class HelloReply(Message):
    """To hello."""

    service: Name = Field(description="version of the service")
    device: Sentence = Field(description="cpu or cuda:N; 'starting' until the worker has found out")
    encodings: Annotated[list[Name], Field(max_length=64)] | None = Field(
        None, description="how pictures can be had, see frame"
    )


_Offer = Annotated[list[Named], Field(max_length=MAX_LISTED)] | None


class DescribeReply(Message):
    """To describe."""

    groups: _Offer = Field(
        None,
        description="[{name, family, space, orbifold, order, title, colourings_total, colourings: "
        "[{name, colours, images: {generator: [±1, ±2, ±3]}, summary}], figure}]; the simplest 64 "
        "colourings at most, a recipe may name any of them all; figure, of groups of the sphere: "
        "{axes: [[x, y, z, order]], mirrors: [[x, y, z]]: normals, domain: [[start, along, "
        "angle]]: 7 numbers for each side of one fundamental domain, start·cos t + along·sin t, "
        "0 ≤ t ≤ angle}",
    )
    styles: Annotated[list[Line], Field(max_length=MAX_LISTED)] | None = Field(
        None, description="the exemplars that the service ships"
    )
    looks: Data | None = Field(
        None, description="{style: its picture, 48 × 48 × 3 sRGB bytes, top row first, in base64}"
    )
    colour_frames: Data | None = Field(
        None,
        description="{style: what its colour rules act on, 3 × 4: logits are these axes, columns, "
        "times a place in the frame, plus the last column}",
    )
    networks: _Offer = Field(
        None,
        description="[{name, title, available}]; 'auto' is the best of them at hand when a job "
        "begins, which keeps it",
    )
    qualities: _Offer = Field(None, description="[{name, title}]")
    terms: _Offer = Field(
        None,
        description="[{name, setting, title, description, default, least, most, usual, targets, "
        "needs_base}]: the weights in a recipe's objective. setting: the name among other "
        "settings; usual: where a slider ends; targets: those that it means something to, none for "
        "all; needs_base: whether there must be a base",
    )
    defaults: Data | None = Field(None, description="the recipe of a job that sets nothing")
    recipe_schema: Data | None = Field(None, description="JSON Schema of a recipe")


class NetworkReply(Message):
    """To network."""

    network: Name = Field(description="its name")
    layers: list[Layer] = Field(
        max_length=MAX_LISTED,
        description="in the network's order; channels: their number",
    )
    classes: list[Line] = Field(
        max_length=1 << 15,
        description="in the order of their indices; none for a network without a head",
    )


class ChannelReply(Message):
    """To channel."""

    buffers: ClassVar = {"pixels": "|u1 (size, size, 3) sRGB, top row first"}
    network: Name = Field(description="as asked")
    layer: Name = Field(description="as asked")
    channel: Count = Field(description="as asked")


class SurveyReply(Message):
    """To survey."""

    network: Name = Field(description="as asked")
    channels: list[FoundChannel] = Field(
        max_length=64,
        description="the 16 strongest at most, strongest first; strength: by how many standard "
        "deviations the response is above the usual",
    )
    dreams: list[Line] = Field(
        max_length=16,
        description="targets for a recipe: those of a few layers together, to paint what is like "
        "the picture",
    )


class JobReply(Message):
    """To what begins a job, or is done with one."""

    job: Job = Field(description="its name")


class StateReply(JobReply):
    """To pause and resume."""

    state: State = Field(description="in which it is now")


class AdjustReply(StateReply):
    """To adjust."""

    recipe: Data = Field(description="as it is now, whole")


class NewsReply(StateReply):
    """How a job is."""

    progress: Progress | None = Field(
        description="null before the first step; a number that is not finite is null"
    )
    error: Words | None = Field(description="of a failed job")


class HaveReply(Message):
    """To have."""

    received: list[Count] = Field(
        max_length=LIMITS.buffers,
        description="bytes of each digest: all of them, or the first ones of an upload that was "
        "interrupted; it goes on from there",
    )


class UploadReply(Message):
    """To upload."""

    received: Count = Field(
        description="how many bytes are here now. A chunk that does not begin where the last one "
        "ended is not taken: go on from here"
    )


class FrameReply(NewsReply):
    """To frame."""

    buffers: ClassVar = {
        "pixels": "|u1 (H, W, 3) sRGB, top row first; of a finished job as its texture",
        "data": "|u1 (N,): instead of pixels, for any encoding but raw; of zlib the same bytes as "
        "pixels",
    }
    encoding: Name | None = Field(
        None,
        description="of the picture, if there is one: the one asked for, but png instead of jpeg "
        "where there is alpha, and raw if too many pictures wait to be encoded",
    )
    shape: Annotated[list[Count], Field(max_length=3)] | None = Field(
        None, description="of the picture, [H, W, 3], or [H, W, 4] with alpha"
    )


class AttachReply(NewsReply):
    """To attach."""

    recipe: Data = Field(description="as it is now, whole")
    warning: Words | None = Field(
        None,
        description="the last checkpoint could not be written, or the job is painted with less "
        "memory (it goes on)",
    )
    log: list[Sentence] = Field(max_length=1000, description="the last 20 that its worker printed")


class JobsReply(Message):
    """To jobs."""

    jobs: list[Row] = Field(
        max_length=1 << 16,
        description="target, group and size of its recipe; step of steps, or null before the "
        "first; age: seconds since it was submitted",
    )


class ResultReply(JobReply):
    """To result."""

    buffers: ClassVar = {
        "texture": "|u1 (H, W, 3) sRGB, top row first; (H, W, 4) with alpha where parts are clear: "
        "a disc's rim, a cell's surroundings"
    }
    receipt: Data = Field(description="as the command line writes it")


class HeartbeatReply(Message):
    """To heartbeat."""

    jobs: Count = Field(description="that are queued or running")


class ErrorReply(Message):
    """To a request that cannot be served."""

    error: Words = Field(description="what is at fault, and how to mend it")
