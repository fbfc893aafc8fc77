"""The maps of a painted texture: what is asked, and the answer put into the object's materials.

Main thread only."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np

from ..link.answers import HINT
from ..link.connection import Message
from ..picture.backup import RECEIPT_KEY
from ..problems import refuse
from ..questions.asking import Asking
from ..questions.painted import Questions, painted, uv_map_of
from ..settings.properties import settings_of
from . import nodes

MOST_SIDE = 2048  # of a picture whose maps the service makes (a test compares them)


def _take(obj: Any, answer: Message) -> None:
    normal, packed = (np.array(answer[1][name]) for name in ("normal", "packed"))
    if normal.shape != packed.shape or normal.shape[2] != 3 or max(normal.shape) > MOST_SIDE:
        refuse("bad-reply", "The service sent maps of another size.", HINT)
    image = settings_of(obj).image
    nodes.attach_maps(obj, image, uv_map_of(obj, image), nodes.Maps(normal, packed))


QUESTIONS = Questions("maps", "Material Maps", _take)


def begin(
    context: Any,
    obj: Any,
    depth: float,
    roughness: tuple[float, float],
    invert: bool,
    address: str = "",
) -> Asking:
    """Have a service make the maps of an object's painted texture. Raises ProblemError, as
    :func:`..questions.painted.painted` and :meth:`..questions.painted.Questions.ask`."""
    shown = painted(context, obj, MOST_SIDE)
    rule = _rule(settings_of(obj).image)
    fields = {"depth": depth, "roughness": list(roughness), "invert": invert, **rule}
    return QUESTIONS.ask(context, obj, fields, shown.buffers(), address)


def _rule(image: Any) -> dict[str, Any]:
    """What the receipt on the image says of its colour rule; nothing if there is none."""
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        receipt = json.loads(image[RECEIPT_KEY])
        frame = receipt["colour_frame"]
        rows = zip(frame["axes"], frame["mean"], strict=True) if frame else ()
        return {
            "colours": [generator["colour"] for generator in receipt["generators"]],
            "frame": [[*axis, mean] for axis, mean in rows] or None,
        }
    return {}
