"""Answers: whether what a service replies is what the wire promises.

A service is another program, perhaps a broken or a malicious one. Each client reads its replies
through this module and can then rely on the fields of :mod:`service.serving.protocol.kinds`:
they are there, of their type and in their range. Fields that this release does not know are let
pass.

It needs only NumPy and the standard library, so that the add-on ships the very same file, and
``replies.json``, which is made from those fields (both are links in ``blender_addon/link``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .wire import LIMITS, WireError, decode

HINT = "Is that an Orbitex service of this release?"
_DEPTH = 32  # of receipts and recipes: lists in lists, beyond which programs run out of stack
_PICTURES = {  # that a reply must have
    "result": ("texture",),
    "channel": ("pixels",),
    "look": ("pixels",),
    "prepare": ("pixels",),
    "maps": ("normal", "packed"),
    "refinish": ("pixels",),
}
# Of each kind of reply its fields, as JSON Schema. What a picture is like is looked at where it is
# unpacked.
SHAPES: dict[str, Any] = json.loads(
    Path(__file__).with_name("replies.json").read_text(encoding="utf-8")
)


def read_reply(
    frames: Sequence[bytes | memoryview],
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A message from a service, as :func:`wire.decode` reads it; what it replies to is not looked
    at yet. Raises WireError: "protocol-version", "bad-reply" for all else that is wrong."""
    try:
        return decode(frames)
    except WireError as error:
        if error.code == "protocol-version":
            raise
        raise WireError("bad-reply", error.field, f"From the service: {error.message}", HINT) from (
            None
        )


def check_reply(kind: str, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> None:
    """Whether a message is the reply, or an error reply, to a request of this kind. Raises
    WireError("bad-reply") that names the field."""
    if header["kind"] == "error":
        _check(header, SHAPES["error"])
        return
    if header["kind"] != kind:
        _refuse("kind", f"something other than an answer to '{kind}'")
    _check(header, SHAPES[kind])
    if kind == "frame" and header["state"] == "failed":
        _check(header, SHAPES["error"])
    for name in _PICTURES.get(kind, ()):
        check_picture(buffers.get(name), name)
    if kind == "solid":
        _check_solid(buffers)


def check_picture(pixels: Any, name: str, longest: int = 0) -> tuple[int, int, int]:
    """The shape of a picture, |u1 (H, W, 3) or (H, W, 4), with sides of at most ``longest`` pixels;
    0: of any length. Raises WireError("bad-reply")."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        _refuse(name, "no picture")
    return check_shape(list(pixels.shape), name, longest)


def check_shape(shape: Any, name: str, longest: int = 0) -> tuple[int, int, int]:
    """The shape of a picture as a header describes it, [H, W, 3] or [H, W, 4]; see
    :func:`check_picture`. Raises WireError("bad-reply")."""
    if (
        not isinstance(shape, list)
        or len(shape) != 3
        or not all(type(n) is int and n > 0 for n in shape)
        or shape[2] not in (3, 4)
    ):
        _refuse(name, "no picture")
    height, width, channels = shape
    too_long = longest and max(height, width) > longest
    if too_long or height * width * channels > LIMITS.total_bytes:
        _refuse(name, "a larger picture than was asked for")
    return height, width, channels


def _check_solid(buffers: Mapping[str, np.ndarray]) -> None:
    """The points, triangles and colours of a solid, and what else it may have."""
    points, triangles = buffers.get("points"), buffers.get("triangles")
    if points is None or points.dtype.str != "<f4" or points.shape[1:] != (3,):
        _refuse("points", "no points")
    if triangles is None or triangles.dtype.str != "<i4" or triangles.shape[1:] != (3,):
        _refuse("triangles", "no triangles")
    if triangles.min() < 0 or triangles.max() >= len(points) or not np.isfinite(points).all():
        _refuse("triangles", "triangles without points")
    shapes: dict[str, Any] = {"colours": (len(points), 3)}
    if (palette := buffers.get("palette")) is not None:
        shapes |= {"palette": (len(palette), 3), "filament": (len(triangles),)}
    if (file := buffers.get("file")) is not None:
        shapes["file"] = (file.size,)
    for name, shape in shapes.items():
        array = buffers.get(name)
        if array is None or array.dtype.str != "|u1" or array.shape != shape:
            _refuse(name, f"something other than the {name} of a solid")
    if palette is not None and buffers["filament"].max() >= len(palette):
        _refuse("filament", "a filament that has no colour")


def _refuse(name: str, what: str) -> NoReturn:
    raise WireError("bad-reply", name, f"The service sent {what}.", HINT)


def in_words(shape: Mapping[str, Any]) -> str:
    """What a value of this shape, a small part of JSON Schema, is: "a whole number from 0 to 9"."""
    if "anyOf" in shape:
        return f"{in_words(shape['anyOf'][0])}, or null"
    if "what" in shape:
        return str(shape["what"])
    kind = shape.get("type")
    if kind == "boolean":
        return "true or false"
    if kind == "integer":
        return f"a whole number from {shape['minimum']} to {shape['maximum']}"
    if kind == "number":
        return f"a number from {shape['minimum']:g} to {shape['maximum']:g}"
    if "enum" in shape:
        return f"one of {', '.join(shape['enum'])}"
    if kind == "string":
        least, most = shape.get("minLength"), shape.get("maxLength")
        length = f"{least} to {most}" if least else f"at most {most}"
        return f"text of {length} characters" if most else "text"
    if kind == "array":
        least, most = shape.get("minItems"), shape.get("maxItems")
        length = f" of {'' if least == most else 'at most '}{most}" if most else ""
        return f"a list{length}, each {in_words(shape['items'])}"
    if kind == "object":
        return f"{{{', '.join(shape['properties'])}}}" if "properties" in shape else "an object"
    return "anything"


def _check(value: Any, shape: Mapping[str, Any], name: str = "") -> None:
    if "anyOf" in shape:  # something, or null
        if value is None:
            return
        shape = shape["anyOf"][0]
    if not _fits(value, shape):
        _refuse(name, f"something other than {in_words(shape)}")
    if isinstance(value, list):
        for index, entry in enumerate(value):
            _check(entry, shape.get("items", {}), f"{name}.{index}")
    if isinstance(value, dict):
        for field, inner in shape.get("properties", {}).items():
            place = f"{name}.{field}" if name else field
            if field in value:
                _check(value[field], inner, place)
            elif field in shape.get("required", ()):
                _refuse(place, "a message without it")
        for field, entry in value.items() if "additionalProperties" in shape else ():
            _check(field, {"type": "string", **shape.get("propertyNames", {})}, name)
            _check(entry, shape["additionalProperties"], f"{name}.{field}")


def _fits(value: Any, shape: Mapping[str, Any]) -> bool:
    """Whether a value is of a shape, without what is in it."""
    kind = shape.get("type")
    if kind == "boolean":
        return type(value) is bool
    if kind == "integer" or kind == "number":
        is_number = type(value) is int or (kind == "number" and type(value) is float)
        return is_number and shape["minimum"] <= value <= shape["maximum"]
    if kind == "string":
        return (
            isinstance(value, str)
            and shape.get("minLength", 0) <= len(value) <= shape.get("maxLength", len(value))
            and ("enum" not in shape or value in shape["enum"])
            and ("pattern" not in shape or re.fullmatch(shape["pattern"], value) is not None)
            and (shape.get("format") != "printable" or value.isprintable())
        )
    if kind == "array":
        if not isinstance(value, list):
            return False
        count = len(value)
        return shape.get("minItems", 0) <= count <= shape.get("maxItems", count)
    if kind == "object":
        if not isinstance(value, dict) or len(value) > shape.get("maxProperties", len(value)):
            return False
        return shape.get("format") != "data" or _is_flat(value)
    return True


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Whether an object of any fields is no deeper than programs can follow."""
    layer: list[Any] = [value]
    for _ in range(_DEPTH):
        inner = [e for one in layer for e in (one.values() if isinstance(one, dict) else one)]
        layer = [entry for entry in inner if isinstance(entry, (dict, list))]
        if not layer:
            return True
    return False
