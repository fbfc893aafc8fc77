"""Answers: whether what a service replies is what the wire promises.

A service is another program, perhaps a broken or a malicious one. Each client reads its replies
through this module and can then rely on the fields of :mod:`service.serving.wire_kinds`: they are
there, of their type and in their range. Fields that this release does not know are let pass.

It needs only NumPy and the standard library, so that the add-on ships the very same file
(``blender_addon/link/answers.py`` is a link to it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from .wire import LIMITS, NAME_LENGTH, WireError, decode

STATES = ("queued", "running", "paused", "finished", "failed", "cancelled")
HINT = "Is that an Orbitex service of this release?"
_DEPTH = 32  # of receipts and recipes: lists in lists, beyond which programs run out of stack
_LONG = 20_000  # characters of a sentence; faults of libraries are long
_MOST = 1e300  # a float, with room for sums
_SECONDS = 1e12
_MISSING = object()

_Check = Callable[[Any, str], None]  # of a value and its name; raises WireError


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
        _FIELDS["error"]["error"](header.get("error"), "error")
        return
    if header["kind"] != kind:
        _refuse("kind", f"no answer to '{kind}'")
    for name, check in _FIELDS[kind].items():
        check(header.get(name, _MISSING), name)
    if kind == "frame" and header["state"] == "failed":
        _FIELDS["error"]["error"](header.get("error"), "error")
    if kind in _PICTURES:
        name = _PICTURES[kind]
        check_picture(buffers.get(name), name)


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


def _refuse(name: str, what: str) -> NoReturn:
    raise WireError("bad-reply", name, f"The service sent {what}.", HINT)


def _text(longest: int) -> _Check:
    def check(value: Any, name: str) -> None:
        if not isinstance(value, str) or len(value) > longest:
            _refuse(name, f"no text of at most {longest} characters")

    return check


def _job(value: Any, name: str) -> None:
    # It is printed, kept and sent again.
    if not isinstance(value, str) or not 1 <= len(value) <= NAME_LENGTH or not value.isprintable():
        _refuse(name, "no name of a job")


def _code(value: Any, name: str) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", value):
        _refuse(name, "no code of an error")


def _state(value: Any, name: str) -> None:
    if not isinstance(value, str) or value not in STATES:
        _refuse(name, "no state of a job")


def _whole(low: int, high: int) -> _Check:
    def check(value: Any, name: str) -> None:
        if type(value) is not int or not low <= value <= high:
            _refuse(name, f"no whole number from {low} to {high}")

    return check


def _number(low: float, high: float) -> _Check:
    def check(value: Any, name: str) -> None:
        if type(value) not in (int, float) or not low <= value <= high:
            _refuse(name, f"no number from {low:g} to {high:g}")

    return check


def _maybe(check: _Check, null: Sequence[Any] = (None,)) -> _Check:
    """Null is fine, too."""

    def check_it(value: Any, name: str) -> None:
        if not any(value is nothing for nothing in null):
            check(value, name)

    return check_it


def _optional(check: _Check) -> _Check:
    """Null is fine, too, and that the field is missing."""
    return _maybe(check, (None, _MISSING))


def _list(check: _Check, most: int) -> _Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, list) or len(value) > most:
            _refuse(name, f"no list of at most {most}")
        for index, entry in enumerate(value):
            check(entry, f"{name}.{index}")

    return check_all


def _object(**fields: _Check) -> _Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, dict):
            _refuse(name, "no object")
        for field, check in fields.items():
            check(value.get(field, _MISSING), f"{name}.{field}")

    return check_all


def _losses(value: Any, name: str) -> None:
    if not isinstance(value, dict) or len(value) > LIMITS.buffers:
        _refuse(name, "no losses")
    for term, loss in value.items():
        _text(NAME_LENGTH)(term, name)
        _maybe(_number(-_MOST, _MOST))(loss, f"{name}.{term}")


def _json(value: Any, name: str) -> None:
    """An object of any fields, as deep as programs can follow."""
    if not isinstance(value, dict):
        _refuse(name, "no object")
    layer: list[Any] = [value]
    for _ in range(_DEPTH):
        inner = [e for one in layer for e in (one.values() if isinstance(one, dict) else one)]
        layer = [entry for entry in inner if isinstance(entry, (dict, list))]
        if not layer:
            return
    _refuse(name, "an object that is nested too deeply")


_NAMED = _object(name=_text(200))
_COUNT = _whole(0, 1 << 40)
_STEP = _whole(0, 1 << 31)
_ERROR = _object(code=_code, field=_text(_LONG), message=_text(_LONG), hint=_text(_LONG))
_PROGRESS = _object(
    stage=_whole(0, 1000),
    stages=_whole(0, 1000),
    step=_STEP,
    steps=_STEP,
    loss=_losses,
    seconds=_maybe(_number(0, _SECONDS)),
    seconds_left=_maybe(_number(0, _SECONDS)),
    megapixels=_maybe(_number(0, _MOST)),
    network=_optional(_text(NAME_LENGTH)),
)
_ROW = _object(
    job=_job,
    state=_state,
    target=_text(NAME_LENGTH),
    group=_text(NAME_LENGTH),
    size=_whole(1, 1 << 20),
    step=_maybe(_STEP),
    steps=_maybe(_STEP),
    age=_number(0, _SECONDS),
)
_NEWS: dict[str, _Check] = {
    "job": _job,
    "state": _state,
    "progress": _maybe(_PROGRESS),
    "error": _maybe(_ERROR),
}
_PICTURES = {"result": "texture", "channel": "pixels"}  # that a reply must have
# Of each kind of reply. What a picture is like is looked at where it is unpacked.
_FIELDS: dict[str, dict[str, _Check]] = {
    "hello": {
        "service": _text(NAME_LENGTH),
        "device": _text(_LONG),
        "encodings": _optional(_list(_text(NAME_LENGTH), 64)),
    },
    "describe": {
        "groups": _optional(_list(_NAMED, 4096)),
        "styles": _optional(_list(_text(200), 4096)),
        "looks": _optional(_json),
        "colour_frames": _optional(_json),
        "networks": _optional(_list(_NAMED, 4096)),
        "qualities": _optional(_list(_NAMED, 4096)),
        "terms": _optional(_list(_NAMED, 4096)),
        "defaults": _optional(_json),
        "recipe_schema": _optional(_json),
    },
    "network": {
        "network": _text(NAME_LENGTH),
        "layers": _list(_object(name=_text(NAME_LENGTH), channels=_COUNT), 4096),
        "classes": _list(_text(200), 1 << 15),
    },
    "channel": {
        "network": _text(NAME_LENGTH),
        "layer": _text(NAME_LENGTH),
        "channel": _COUNT,
    },
    "survey": {
        "network": _text(NAME_LENGTH),
        "channels": _list(
            _object(layer=_text(NAME_LENGTH), channel=_COUNT, strength=_number(-_MOST, _MOST)), 64
        ),
        "dreams": _list(_text(200), 16),
    },
    "submit": {"job": _job},
    "have": {"received": _list(_COUNT, LIMITS.buffers)},
    "upload": {"received": _COUNT},
    "frame": {
        **_NEWS,
        "encoding": _optional(_text(NAME_LENGTH)),
        "shape": _optional(_list(_COUNT, 3)),
    },
    "cancel": {"job": _job},
    "finish": {"job": _job},
    "pause": {"job": _job, "state": _state},
    "resume": {"job": _job, "state": _state},
    "adjust": {"job": _job, "state": _state, "recipe": _json},
    "repaint": {"job": _job},
    "jobs": {"jobs": _list(_ROW, 1 << 16)},
    "attach": {
        **_NEWS,
        "recipe": _json,
        "warning": _optional(_ERROR),
        "log": _list(_text(_LONG), 1000),
    },
    "forget": {"job": _job},
    "result": {"job": _job, "receipt": _json},
    "heartbeat": {"jobs": _COUNT},
    "error": {"error": _ERROR},
}
