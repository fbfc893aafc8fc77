"""Solids of painted objects: what is asked, and the answer put into the scene and into a file.

Main thread only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..link.connection import Message
from ..picture import live_image
from ..problems import Problem, refuse
from ..questions.asking import Asking
from ..questions.painted import Questions, painted
from ..scene.gather import split_frame
from . import body
from .order import Order, in_panel_words

MOST_SIDE = 4096  # of a picture that the service takes (a test compares them)
_orders: dict[Any, Order] = {}  # by object, of its last question
_made: dict[Any, str] = {}  # by object, what came of it, in a line


def _take(obj: Any, answer: Message) -> None:
    uid = live_image.uid_of(obj)
    solid = body.add_solid(bpy.context.scene, obj, answer)
    wide, deep, high = np.ptp(answer[1]["points"], axis=0)
    size = f"{wide:.1f} × {deep:.1f} × {high:.1f} mm, {answer[0]['volume'] / 1000:.1f} cm³"
    _made[uid] = f"{solid.name}: {size}"
    file, data = _orders[uid].file, answer[1].get("file")
    if file is not None and data is not None:
        _write(file, data.tobytes())


def _explain(obj: Any, problem: Problem) -> Problem:
    return in_panel_words(problem, _orders[live_image.uid_of(obj)])


QUESTIONS = Questions("solid", "Export for Print", _take, _explain)


def begin(context: Any, obj: Any, order: Order, address: str = "") -> Asking:
    """Have a service make the solid of a painted object. Raises ProblemError "bad-file", and as
    :func:`..questions.painted.painted` and :meth:`..questions.painted.Questions.ask`."""
    fields = order.fields()
    shown = painted(context, obj, MOST_SIDE)
    rigid, _ = split_frame(np.array(obj.matrix_world))
    # As it stands in the scene: places in what is refused are then those that Blender shows.
    placed = shown.mesh.vertices @ rigid[:3, :3].T + rigid[:3, 3]
    buffers = {**shown.buffers(), "vertices": np.ascontiguousarray(placed, np.float32)}
    uid = live_image.uid_of(obj)
    _orders[uid] = order
    _made.pop(uid, None)
    return QUESTIONS.ask(context, obj, fields, buffers, address)


def order_of(obj: Any) -> Order | None:
    """What was last asked of an object's solid."""
    return _orders.get(live_image.uid_of(obj))


def made(obj: Any) -> str:
    """What came of it, in a line; empty while nothing has."""
    return _made.get(live_image.uid_of(obj), "")


def stop() -> None:
    """End the threads and forget all."""
    QUESTIONS.stop()
    _orders.clear()
    _made.clear()


def _write(file: Path, data: bytes) -> None:
    new = file.with_name(f".{file.name}.part")
    try:
        new.write_bytes(data)
        new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        refuse("not-written", f"{file}: {error.strerror}.", "The solid is in the scene.")
