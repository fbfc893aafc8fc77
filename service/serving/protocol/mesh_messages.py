"""Questions about meshes: their symmetries, their textures as materials, and as solids. The
docstrings are what ``docs/protocol.md`` says of them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from service.serving.protocol.fields import (
    Count,
    Line,
    Name,
    Number,
)
from service.serving.protocol.message import Message, Request
from service.solids import bounds


class FoundSymmetry(BaseModel):
    """A group that a mesh has, and where."""

    name: Name
    label: Line
    order: Count
    axis: Line
    centre: Line
    deviation: Number
    frame: Annotated[list[Number], Field(max_length=9)]


class Symmetries(Request):
    """The symmetries that a mesh has; of a body with more than 12 turns, groups with 12 of them at
    most."""

    MAX_BYTES: ClassVar = 8 << 20  # of the mesh
    buffers: ClassVar = {
        "vertices": "<f4 (V, 3)",
        "triangles": "<i4 (F, 3), rows of the vertices; 8 MiB with them",
    }

    class Reply(Message):
        symmetries: list[FoundSymmetry] = Field(
            max_length=64,
            description="the best choice first, none for a mesh without any; label: in a few "
            "words; axis, centre: as in a recipe; deviation: the farthest that a point is off, of "
            "the mesh's size; frame: 3 × 3, its columns the group's x, y and z in the mesh",
        )


class Maps(Request):
    """The maps of a material, made of the texture of a mesh: how high it is follows from its light.
    They have no seam, and the symmetry of the texture."""

    SIDES: ClassVar = 16, 2048  # of the picture, in pixels
    MAX_BYTES: ClassVar = 64 << 20  # of the mesh
    buffers: ClassVar = {
        "picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 2048 pixels",
        "vertices": "<f4 (V, 3)",
        "triangles": "<i4 (F, 3), rows of the vertices",
        "uvs": "<f4 (F, 3, 2), v up; 64 MiB with the mesh",
    }
    depth: float = Field(
        0.02,
        ge=1e-6,
        le=1,
        description="from the lowest to the highest place, of the mesh's longest side",
    )
    roughness: list[Annotated[float, Field(ge=0, le=1)]] = Field(
        [0.4, 0.8], min_length=2, max_length=2, description="at the highest and the lowest places"
    )
    invert: bool = Field(False, description="whether what is dark is high")
    colours: list[
        Annotated[list[Annotated[int, Field(ge=-3, le=3)]], Field(min_length=3, max_length=3)]
    ] = Field([], max_length=64, description="of the generators, as in the picture's receipt")
    frame: (
        Annotated[
            list[Annotated[list[Number], Field(min_length=4, max_length=4)]],
            Field(min_length=3, max_length=3),
        ]
        | None
    ) = Field(None, description="what they act on, as in describe's colour_frames; null for RGB")

    class Reply(Message):
        buffers: ClassVar = {
            "normal": "|u1 (H, W, 3) in tangent space, green upward (OpenGL)",
            "packed": "|u1 (H, W, 3): occlusion, roughness, metallic",
        }
        flat: bool = Field(
            description="whether the colour rule leaves nothing of the light, and all is flat"
        )


def _millimetres(bound: bounds.Bound, description: str) -> Any:
    return Field(bound.default, ge=bound.least, le=bound.most, description=description)


class Solid(Request):
    """A painted mesh as a solid to print, with its texture as a relief: what ``service relief``
    makes, and refuses. In millimetres, z up, the lowest point at z = 0."""

    SIDES: ClassVar = 16, 4096  # of the picture, in pixels
    MAX_BYTES: ClassVar = 64 << 20  # of the mesh
    buffers: ClassVar = {
        "picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 4096 pixels",
        "vertices": "<f4 (V, 3), z up",
        "triangles": "<i4 (F, 3), rows of the vertices",
        "uvs": "<f4 (F, 3, 2), v up; 64 MiB with the mesh",
    }
    mm: float = _millimetres(bounds.SIZE, "how high it is, with the relief")
    depth: float = _millimetres(bounds.DEPTH, "of the relief")
    raised: bool = Field(False, description="whether the relief stands on the surface")
    invert: bool = Field(False, description="whether what is dark is high")
    wall: Annotated[float, Field(ge=bounds.WALL.least, le=bounds.WALL.most)] | None = Field(
        None, description="hollow, with walls so thick where nothing is carved; null: solid"
    )
    drain: float = _millimetres(bounds.DRAIN, "diameter of the hole from below into the hollow")
    base: float = _millimetres(bounds.BASE, "so much is cut off below")
    detail: float = _millimetres(bounds.DETAIL, "edges of the triangles")
    colours: Annotated[int, Field(ge=1, le=bounds.MOST_FILAMENTS)] | None = Field(
        None, description="filaments; null: 4 in a 3MF, else all colours"
    )
    format: Literal["3mf", "stl", "ply", "obj"] | None = Field(
        None, description="of a file that is wanted, too"
    )

    class Reply(Message):
        buffers: ClassVar = {
            "points": "<f4 (V, 3)",
            "triangles": "<i4 (F, 3), counter-clockwise seen from outside",
            "colours": "|u1 (V, 3) sRGB, of the points",
            "palette": "|u1 (n, 3) sRGB, of the filaments, the most used first; none where all "
            "colours are kept",
            "filament": "|u1 (F,), of each triangle, where there is a palette",
            "file": "|u1 (N,), the bytes of the file that was asked for",
        }
        volume: Number = Field(description="mm³")
