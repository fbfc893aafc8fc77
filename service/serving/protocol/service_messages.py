"""Messages about the service and its networks: what clients may ask, and what they are answered.
The docstrings are what ``docs/protocol.md`` says of them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.networks import AUTO
from service.serving.protocol.fields import (
    Count,
    Data,
    GivenName,
    Line,
    Name,
    Number,
    Sentence,
)
from service.serving.protocol.message import Message, Request
from service.solids import bounds

MAX_CHANNEL = 1 << 20
MAX_LISTED = 4096  # entries of a list of what there is
MAX_FOUND = 16  # channels that describe a picture: as many as a recipe has dreams


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


_Offer = Annotated[list[Named], Field(max_length=MAX_LISTED)] | None


class FoundSymmetry(BaseModel):
    """A group that a mesh has, and where."""

    name: Name
    label: Line
    order: Count
    axis: Line
    centre: Line
    deviation: Number
    frame: Annotated[list[Number], Field(max_length=9)]


class Hello(Request):
    """Open the conversation and compare protocol versions."""

    client: str = Field("", description="name and version of the client")

    class Reply(Message):
        service: Name = Field(description="version of the service")
        device: Sentence = Field(
            description="cpu or cuda:N; 'starting' until the worker has found out"
        )
        encodings: Annotated[list[Name], Field(max_length=64)] | None = Field(
            None, description="how pictures can be had, see frame"
        )


class Describe(Request):
    """All that a panel offers: filled from the catalogue, never repeated in a client. While the
    worker starts (some seconds) the reply waits for it."""

    class Reply(Message):
        groups: _Offer = Field(
            None,
            description="[{name, label, family, space, orbifold, order, title, colourings_total, "
            "colourings: [{name, colours, images: {generator: [±1, ±2, ±3]}, summary, note}], "
            "figure}]; note: what else is to be known of a rule, often nothing; "
            "the simplest 64 colourings at most, a recipe may name any of them all; figure, of "
            "groups of the sphere: {axes: [[x, y, z, order]], mirrors: [[x, y, z]]: normals, "
            "domain: [[start, along, angle]]: 7 numbers for each side of one fundamental domain, "
            "start·cos t + along·sin t, 0 ≤ t ≤ angle}",
        )
        styles: Annotated[list[Line], Field(max_length=MAX_LISTED)] | None = Field(
            None, description="the exemplars that the service ships"
        )
        looks: Data | None = Field(
            None,
            description="{style: its picture, 72 × 72 × 3 sRGB bytes, top row first, in base64}",
        )
        colour_frames: Data | None = Field(
            None,
            description="{style: what its colour rules act on, 3 × 4: logits are these axes, "
            "columns, times a place in the frame, plus the last column}",
        )
        networks: _Offer = Field(
            None,
            description="[{name, title, available}]; 'auto' is the best of them at hand when a job "
            "begins, which keeps it",
        )
        qualities: _Offer = Field(None, description="[{name, title}]")
        terms: _Offer = Field(
            None,
            description="[{name, setting, title, description, default, least, most, usual, "
            "targets, needs_base}]: the weights in a recipe's objective. setting: the name among "
            "other settings; usual: where a slider ends; targets: those that it means something "
            "to, none for all; needs_base: whether there must be a base",
        )
        defaults: Data | None = Field(None, description="the recipe of a job that sets nothing")
        recipe_schema: Data | None = Field(None, description="JSON Schema of a recipe")


class Network(Request):
    """What is in a network: what a recipe's dreams can name. As for 'channel' and 'survey', a
    process beside the painting finds the answer, which may take some seconds, and is kept; a client
    that has waited long may ask again, with the same id. 64 questions may wait, then 'queue-full'
    is the answer."""

    network: GivenName = Field(AUTO, description="its name, as in a recipe")

    class Reply(Message):
        network: Name = Field(description="its name")
        layers: list[Layer] = Field(
            max_length=MAX_LISTED,
            description="in the network's order; channels: their number",
        )
        classes: list[Line] = Field(
            max_length=1 << 15,
            description="in the order of their indices; none for a network without a head",
        )


class Channel(Request):
    """A small picture of what a channel responds to, a pattern that tiles: the same every time."""

    network: GivenName = Field(AUTO, description="as above")
    layer: GivenName = Field(description="name of a layer")
    channel: int = Field(ge=0, le=MAX_CHANNEL, description="its number")
    size: int = Field(64, ge=32, le=256, description="pixels of the picture's side")

    class Reply(Message):
        buffers: ClassVar = {"pixels": "|u1 (size, size, 3) sRGB, top row first"}
        network: Name = Field(description="as asked")
        layer: Name = Field(description="as asked")
        channel: Count = Field(description="as asked")


class Survey(Request):
    """Which channels describe a picture: they respond to it far more strongly than they usually
    do."""

    SIDES: ClassVar = 16, 1024  # of the picture, in pixels
    buffers: ClassVar = {"picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 1024 pixels"}
    network: GivenName = Field(AUTO, description="as above")

    class Reply(Message):
        network: Name = Field(description="as asked")
        channels: list[FoundChannel] = Field(
            max_length=64,
            description="the 16 strongest at most, strongest first; strength: by how many standard "
            "deviations the response is above the usual",
        )
        dreams: list[Line] = Field(
            max_length=16,
            description="targets for a recipe: those of a few layers together, to paint what is "
            "like the picture",
        )


class Look(Request):
    """What a style picture is to a colour rule: the same as 'describe' says of exemplars."""

    SIDES: ClassVar = 16, 1024  # of the picture, in pixels
    buffers: ClassVar = {"picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 1024 pixels"}

    class Reply(Message):
        buffers: ClassVar = {"pixels": "|u1 (72, 72, 3) sRGB, top row first: the picture, small"}
        frame: Annotated[
            list[Annotated[list[Number], Field(min_length=4, max_length=4)]],
            Field(min_length=3, max_length=3),
        ] = Field(description="as in describe's colour_frames")


class Prepare(Request):
    """A style picture after the steps that are done to it before the painting, small: to be shown
    while they are chosen."""

    SIDES: ClassVar = 1, 1024  # of a picture that it brings, in pixels
    buffers: ClassVar = {
        "NAME": "|u1 (H, W, 3) sRGB, top row first, sides of up to 1024 pixels: the style, or a "
        "picture that it takes colours of; two at most"
    }
    source: GivenName = Field(description="an exemplar's name, or 'buffer:NAME'")
    prepare: Data = Field({}, description="values of steps, as in a recipe's styles")
    size: int = Field(256, ge=32, le=1024, description="of the reply's picture, its longer side")

    class Reply(Message):
        buffers: ClassVar = {"pixels": "|u1 (H, W, 3) sRGB, top row first"}


class Group(Request):
    """A group of the sphere, by any of its names: of families, describe has one each."""

    group: GivenName = Field(description="its name, as in a recipe")

    class Reply(Message):
        group: Named = Field(description="as in describe's groups")


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


class Withdraw(Request):
    """Give up all questions of this client: they are not answered any more, and one that only this
    client waits for is not worked on any longer."""

    class Reply(Message):
        questions: Count = Field(description="that were given up")


Inquiry = Network | Channel | Survey | Look | Prepare | Group | Symmetries | Maps | Solid


class Heartbeat(Request):
    """Says 'still here', both ways."""

    class Reply(Message):
        jobs: Count = Field(description="that are queued or running")
