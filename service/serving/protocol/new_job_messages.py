"""Messages that begin jobs, and bring what they need: what clients may ask, and what they are
answered. The docstrings are what ``docs/protocol.md`` says of them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from service.serving.protocol.fields import (
    MAX_SIDE,
    AskedJob,
    Count,
    Digest,
    JobReply,
    OfJob,
    Uploads,
)
from service.serving.protocol.limits import MAX_JOB_BYTES
from service.serving.protocol.message import Message, Request
from service.serving.protocol.wire import LIMITS

MAX_CAMERAS = 256
MAX_CAMERA_KEYS = 32
MAX_TEXT = 64  # characters in a camera
MAX_NUMBER = 1e12  # far beyond any camera, small enough to be a float
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
        description="a recipe (recipe_schema), with 8 bits; a style source, style_colours, motif, "
        "or a match of preparing or finishing 'buffer:NAME' is a buffer",
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
