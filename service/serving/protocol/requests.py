"""What clients may ask: the fields of each kind of request. The docstrings are what
``docs/protocol.md`` says of the kinds.

Clients make a request by naming its fields, the server from a header that any program may have
sent: ``Frame(**header)``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.networks import AUTO
from service.serving.protocol.limits import MAX_JOB_BYTES
from service.serving.protocol.message import Message
from service.serving.protocol.wire import LIMITS, NAME_LENGTH, BufferSpec, read_spec

MAX_CAMERAS = 256
MAX_CAMERA_KEYS = 32
MAX_TEXT = 64  # characters in a camera
MAX_NUMBER = 1e12  # far beyond any camera, small enough to be a float
MAX_STEP = 1 << 31
MAX_SIDE = 1 << 16
MAX_SEED = (1 << 31) - 1
MAX_CHANNEL = 1 << 20
DIGEST = "[0-9a-f]{64}"  # a regular expression

EncodingName = Literal["raw", "zlib", "jpeg", "png"]
Job = Annotated[str, Field(json_schema_extra={"what": "the name of a job"})]
Digest = Annotated[
    str,
    Field(pattern=f"^{DIGEST}$", json_schema_extra={"what": "a SHA-256 in 64 hexadecimal digits"}),
]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]


def _entry_of_camera(value: Any) -> Any:
    """Only the outline: the worker knows what a camera means, the server that it is small and flat
    enough to be passed on."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        fits = len(value) <= MAX_TEXT
    elif isinstance(value, list):
        fits = len(value) == 4 and all(isinstance(row, list) and len(row) == 4 for row in value)
        fits = fits and all(_is_number(entry) for row in value for entry in row)
    else:
        fits = _is_number(value)
    if not fits:
        raise ValueError
    return value


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MAX_NUMBER


CameraEntry = Annotated[
    Any,
    BeforeValidator(_entry_of_camera),
    Field(json_schema_extra={"what": "a number, short text or 4×4 numbers"}),
]
Camera = Annotated[
    dict[Annotated[str, Field(max_length=MAX_TEXT)], CameraEntry],
    Field(max_length=MAX_CAMERA_KEYS, json_schema_extra={"what": "a camera"}),
]


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


class OfJob(Message):
    """What is asked of one job."""

    job: Job = Field(description="its name")


class Hello(Message):
    """Open the conversation and compare protocol versions."""

    client: str = Field("", description="name and version of the client")


class Describe(Message):
    """All that a panel offers: filled from the catalogue, never repeated in a client. While the
    worker starts (some seconds) the reply waits for it."""


class Network(Message):
    """What is in a network: what a recipe's dreams can name. As for 'channel' and 'survey', a
    process beside the painting finds the answer, which may take some seconds, and is kept; a client
    that has waited long may ask again, with the same id. 64 questions may wait, then 'queue-full'
    is the answer."""

    network: Name = Field(AUTO, description="its name, as in a recipe")


class Channel(Message):
    """A small picture of what a channel responds to, a pattern that tiles: the same every time."""

    network: Name = Field(AUTO, description="as above")
    layer: Name = Field(description="name of a layer")
    channel: int = Field(ge=0, le=MAX_CHANNEL, description="its number")
    size: int = Field(64, ge=32, le=256, description="pixels of the picture's side")


class Survey(Message):
    """Which channels describe a picture: they respond to it far more strongly than they usually
    do."""

    SIDES: ClassVar = 16, 1024  # of the picture, in pixels
    buffers: ClassVar = {"picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 1024 pixels"}
    network: Name = Field(AUTO, description="as above")


class Submit(Message):
    """Start a job. It runs until it is finished, cancelled or failed. A job that has been accepted
    is on the service's disk: it outlives its client, and the service, too."""

    buffers: ClassVar = {
        "vertices": "<f4 or <f8 (V, 3), the object's own frame, scale applied",
        "triangles": "<i4 (F, 3), rows of vertices",
        "uvs": "<f4 or <f8 (F, 3, 2), one per triangle corner, v up",
        "occluder_vertices": "<f4 or <f8 (V, 3), optional: other objects, in the same frame as the "
        "vertices; they hide the mesh and are not painted",
        "occluder_triangles": "<i4 (F, 3), rows of occluder_vertices",
        "face_textures": "<i4 (F,), optional: the texture, from 0, that each triangle has; "
        "textures of one size, of base and result, too, lie one below the other",
        "base": "|u1 (H, W, 4) sRGB and alpha, top row first, optional: the colour before, of a "
        "tile one period, of a mesh in its UV layout; (1, 1, 4) is a flat colour, alpha below 128 "
        "a mesh's hole",
        "mask": "|u1 (H, W), top row first, optional: 255 where paint goes, in the UV layout; "
        "elsewhere the base stays",
        "NAME": "|u1 (H, W, 3) sRGB, top row first: a style picture",
    }
    recipe: Any = Field(
        description="a recipe (recipe_schema); a style source 'buffer:NAME' is a buffer",
        json_schema_extra={"what": "a recipe"},
    )
    cameras: list[Camera] = Field(
        [],
        max_length=MAX_CAMERAS,
        description="[{matrix_world: 4×4 rows, width, height, lens, sensor_width, sensor_height, "
        "sensor_fit, shift_x, shift_y, pixel_aspect_x, pixel_aspect_y, kind: PERSP or ORTHO, "
        "ortho_scale, clip_start, clip_end}]; matrix_world is relative to the vertices' frame; "
        "empty: a sphere of views around the mesh",
    )
    uploads: Uploads = Field(
        [],
        description="buffers of the job whose bytes were sent before, see upload",
    )


class Have(Message):
    """What is here already of the bytes of some buffers, so that nothing is sent twice."""

    digests: list[Digest] = Field(
        max_length=LIMITS.buffers,
        description="of the buffers' bytes",
    )


class Upload(Message):
    """Send the bytes of a buffer before the job, or the jobs, that name it in 'uploads': in chunks
    of at most 8 MiB, from the first on. What no job names is dropped after an hour, or sooner if
    there is much of it; a submit that comes too late is answered with 'unknown-upload'."""

    buffers: ClassVar = {"data": "|u1 (N,), the chunk"}
    sha256: Digest = Field(description="of all of its bytes")
    size: int = Field(ge=1, le=MAX_JOB_BYTES, description="how many bytes there are in all")
    offset: int = Field(ge=0, le=MAX_JOB_BYTES, description="where this chunk begins")


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


class Cancel(OfJob):
    """End a job without a result. A job that has ended stays as it is."""


class Finish(OfJob):
    """End a job with the best so far, as if its last step were done; a job that has not begun or is
    paused takes one step. A job that has ended stays as it is."""


class Pause(OfJob):
    """Let a job wait after the step that runs; its checkpoint is written then. A job that is
    neither queued nor running stays as it is."""


class Resume(OfJob):
    """Let a paused job go on, or try a failed one again: both from the last checkpoint, when it is
    their turn. Any other job stays as it is."""


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


class Repaint(Message):
    """Start a job that paints a region of another job's picture anew, with another seed; the rest,
    and its images under the symmetry, keep their paint to the bit. The recipe is that of the other
    job as it is now, its paint that at the end or at its last checkpoint."""

    buffers: ClassVar = {
        "region": "|u1 (H, W), top row first: 255 where to paint anew, in the layout of the "
        "texture of 'result', at any size"
    }
    job: Job = Field(description="name of the other job")
    seed: int = Field(ge=0, le=MAX_SEED, description="of the new job's recipe")
    uploads: Uploads = Field(
        [],
        description="the region, if it was uploaded; over 8 MiB it must be",
    )


class Jobs(Message):
    """All jobs that the service knows, oldest first."""


class Attach(OfJob):
    """All about one job, for a client that knows no more than its name: it asks for frames and the
    result then as if it had submitted the job."""


class Forget(OfJob):
    """Remove a job that has ended, with its result, from the service and its disk."""


class Result(OfJob):
    """The finished texture. A job that has not finished is answered with an error, a failed one
    with its own. The service keeps the jobs that ended last (service serve --keep)."""


class Heartbeat(Message):
    """Says 'still here', both ways."""
