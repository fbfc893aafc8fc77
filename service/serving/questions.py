"""Questions about networks: what a client may ask, and what it is answered. The server reads and
keeps them; :mod:`service.serving.survey_worker` finds the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geometry.errors import InputError
from service import networks
from service.serving.requests import read_whole

MAX_NAME = 64  # characters of a network or a layer
MAX_CHANNEL = 1 << 20
PICTURE_SIDES = 32, 256  # of a channel's picture, in pixels
DEFAULT_SIDE = 64
SURVEY_SIDES = 16, 1024  # of a picture that is looked at
FOUND = 16  # channels that are named of a picture: as many as a recipe has dreams


@dataclass(frozen=True)
class Question:
    """One of "network", "channel" and "survey", checked. fields: as in the request; picture: of a
    survey, |u1 (H, W, 3). Equal questions have equal answers."""

    kind: str
    fields: tuple[tuple[str, Any], ...]
    digest: str = ""  # of the picture
    picture: np.ndarray | None = field(default=None, compare=False, repr=False)

    def buffers(self) -> dict[str, np.ndarray]:
        """What goes with the fields."""
        return {} if self.picture is None else {"picture": self.picture}


@dataclass(frozen=True, eq=False)
class Answer:
    """The fields and buffers of a reply."""

    fields: Mapping[str, Any]
    buffers: Mapping[str, np.ndarray]


def read_question(
    kind: str, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> Question:
    """The question in a request of this kind. Raises InputError: "unknown-network", "bad-value",
    "bad-buffer"; layers and channels are the worker's to check."""
    name = _text(header, "network", networks.AUTO)
    networks.check_network(name)
    fields: dict[str, Any] = {"network": name}
    if kind == "channel":
        fields["layer"] = _text(header, "layer", None)
        fields["channel"] = read_whole(header, "channel", 0, MAX_CHANNEL, default=-1)
        fields["size"] = read_whole(header, "size", *PICTURE_SIDES, default=DEFAULT_SIDE)
    if kind != "survey":
        return Question(kind, tuple(fields.items()))
    picture = _picture(buffers)
    digest = hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).hexdigest()
    return Question(kind, tuple(fields.items()), digest, picture)


def _text(header: Mapping[str, Any], name: str, default: str | None) -> str:
    value = header.get(name, default)
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME:
        raise InputError("bad-value", name, f"Not a name of 1 to {MAX_NAME} characters.")
    return value


def _picture(buffers: Mapping[str, np.ndarray]) -> np.ndarray:
    picture = buffers.get("picture")
    low, high = SURVEY_SIDES
    if (
        picture is None
        or picture.dtype != np.uint8
        or picture.ndim != 3
        or picture.shape[2] != 3
        or not all(low <= side <= high for side in picture.shape[:2])
    ):
        message = f"Not a picture |u1 (H, W, 3) with sides of {low} to {high} pixels."
        raise InputError("bad-buffer", "picture", message)
    return picture
