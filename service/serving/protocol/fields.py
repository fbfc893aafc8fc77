"""The types that fields of messages have, and what several messages have in common."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.serving.protocol.message import Message, Request
from service.serving.protocol.wire import LIMITS, NAME_LENGTH, BufferSpec, read_spec

DIGEST = "[0-9a-f]{64}"  # a regular expression
MAX_SIDE = 1 << 16  # pixels

EncodingName = Literal["raw", "zlib", "jpeg", "png"]
Digest = Annotated[
    str,
    Field(pattern=f"^{DIGEST}$", json_schema_extra={"what": "a SHA-256 in 64 hexadecimal digits"}),
]
AskedJob = Annotated[str, Field(json_schema_extra={"what": "the name of a job"})]
GivenName = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
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


class UploadedBuffer(BaseModel):
    """A buffer whose bytes were sent before: ``sha256`` of them."""

    model_config = ConfigDict(frozen=True, strict=True)

    name: str
    dtype: str
    shape: list[int]
    sha256: Digest

    @model_validator(mode="before")
    @classmethod
    def _describes_a_buffer(cls, data: Any) -> Any:
        read_spec(data)
        return data

    @property
    def spec(self) -> BufferSpec:
        """What the bytes are."""
        return BufferSpec(self.name, self.dtype, tuple(self.shape))


Uploads = Annotated[list[UploadedBuffer], Field(max_length=LIMITS.buffers)]


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
    precision: Name | None = None


class JobReply(Message):
    """To what begins a job, or is done with one."""

    job: Job = Field(description="its name")


class StateReply(JobReply):
    """To pause and resume."""

    state: State = Field(description="in which it is now")


class NewsReply(StateReply):
    """How a job is."""

    progress: Progress | None = Field(
        description="null before the first step; a number that is not finite is null"
    )
    error: Words | None = Field(description="of a failed job")


class ErrorReply(Message):
    """To a request that cannot be served."""

    error: Words = Field(description="what is at fault, and how to mend it")


class OfJob(Request):
    """What is asked of one job."""

    job: AskedJob = Field(description="its name")

    Reply: ClassVar[type[Message]] = JobReply
