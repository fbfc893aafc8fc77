"""Messages about the service and its networks: what clients may ask, and what they are answered.
The docstrings are what ``docs/protocol.md`` says of them."""

from __future__ import annotations

from typing import Annotated, ClassVar

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
from service.serving.protocol.mesh_messages import Maps, Solid, Symmetries
from service.serving.protocol.message import Message, Request

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
