"""Messages about jobs: what clients may ask, and what they are answered. The docstrings are what
``docs/protocol.md`` says of them.

Clients make a request by naming its fields, the server from a header that any program may have
sent: ``Frame(**header)``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, Field

from service.serving.protocol.fields import (
    AskedJob,
    Count,
    Data,
    Digest,
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
    Uploads,
    Words,
)
from service.serving.protocol.limits import MAX_JOB_BYTES
from service.serving.protocol.message import Message, Request
from service.serving.protocol.wire import LIMITS

MAX_CAMERAS = 256
MAX_CAMERA_KEYS = 32
MAX_TEXT = 64  # characters in a camera
MAX_NUMBER = 1e12  # far beyond any camera, small enough to be a float
MAX_STEP = 1 << 31
MAX_SIDE = 1 << 16
MAX_SEED = (1 << 31) - 1


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


class Submit(Request):
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
        "NAME": "|u1 (H, W, 3) sRGB, top row first: a style picture, one whose colours styles "
        "or the painting take, or a motif",
    }
    recipe: Any = Field(
        description="a recipe (recipe_schema); a style source, style_colours, motif, or a match "
        "of preparing or finishing 'buffer:NAME' is a buffer",
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

    Reply: ClassVar[type[Message]] = JobReply


class Have(Request):
    """What is here already of the bytes of some buffers, so that nothing is sent twice."""

    digests: list[Digest] = Field(
        max_length=LIMITS.buffers,
        description="of the buffers' bytes",
    )

    class Reply(Message):
        received: list[Count] = Field(
            max_length=LIMITS.buffers,
            description="bytes of each digest: all of them, or the first ones of an upload that "
            "was interrupted; it goes on from there",
        )


class Upload(Request):
    """Send the bytes of a buffer before the job, or the jobs, that name it in 'uploads': in chunks
    of at most 8 MiB, from the first on. What no job names is dropped after an hour, or sooner if
    there is much of it; a submit that comes too late is answered with 'unknown-upload'."""

    buffers: ClassVar = {"data": "|u1 (N,), the chunk"}
    sha256: Digest = Field(description="of all of its bytes")
    size: int = Field(ge=1, le=MAX_JOB_BYTES, description="how many bytes there are in all")
    offset: int = Field(ge=0, le=MAX_JOB_BYTES, description="where this chunk begins")

    class Reply(Message):
        received: Count = Field(
            description="how many bytes are here now. A chunk that does not begin where the last "
            "one ended is not taken: go on from here"
        )


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


class Repaint(Request):
    """Start a job that paints a region of another job's picture anew, with another seed; the rest,
    and its images under the symmetry, keep their paint to the bit. The recipe is that of the other
    job as it is now, its paint that at the end or at its last checkpoint."""

    buffers: ClassVar = {
        "region": "|u1 (H, W), top row first: 255 where to paint anew, in the layout of the "
        "texture of 'result', at any size"
    }
    job: AskedJob = Field(description="name of the other job")
    seed: int = Field(ge=0, le=MAX_SEED, description="of the new job's recipe")
    uploads: Uploads = Field(
        [],
        description="the region, if it was uploaded; over 8 MiB it must be",
    )

    Reply: ClassVar[type[Message]] = JobReply


class Enlarge(OfJob):
    """Start a job that goes on from another job's picture at a larger size: its forms, hand and
    strokes stay, and detail is added. The recipe is that of the other job as it is now, its paint
    that at the end or at its last checkpoint."""

    size: int = Field(ge=1, le=MAX_SIDE, description="of the new job's recipe, above the other's")

    Reply: ClassVar[type[Message]] = JobReply


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
