"""The symmetries that the service finds on meshes: asked in the background, kept by object.

Main thread only, but for the thread itself and for :func:`ask`; no bpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..offer.symmetries import Symmetry, read
from ..problems import Problem
from .connection import Connection, Timing
from .messages import RUNNING
from .worker import Worker, greet

MOST_BYTES = 8 << 20  # of a mesh that the service looks at (a test compares them)
PATIENCE = 600.0  # seconds until an answer is not waited for any more: others may have asked before


def ask(connection: Connection, buffers: Mapping[str, np.ndarray]) -> tuple[Symmetry, ...]:
    """What a mesh has, the best choice first; nothing of one that is too large. Raises
    ProblemError."""
    mesh = {name: buffers[name] for name in ("vertices", "triangles")}
    if sum(array.nbytes for array in mesh.values()) > MOST_BYTES:
        return ()
    header, _ = connection.ask("symmetries", {}, mesh, PATIENCE, patient=True)
    return read(header["symmetries"])


class Detection(Worker):
    """Asks for the symmetries of one mesh; they come in the report."""

    def __init__(
        self,
        address: str,
        key_file: str,
        buffers: Mapping[str, np.ndarray],
        timing: Timing | None = None,
    ) -> None:
        super().__init__(address, None, timing, key_file)
        self._buffers = buffers

    def _converse(self, connection: Connection) -> None:
        greet(connection, None)
        self._set(state="finished", found=ask(connection, self._buffers))


@dataclass(frozen=True)
class _Known:
    """What was found on a mesh, or why nothing was. form: as the mesh was then."""

    form: Any
    found: tuple[Symmetry, ...] = ()
    problem: Problem | None = None


_known: dict[Any, _Known] = {}  # by object
_pending: tuple[Any, Any, Detection] | None = None  # object, form, thread


def found(uid: Any) -> tuple[Symmetry, ...]:
    """What was last found on an object."""
    return _known[uid].found if uid in _known else ()


def problem(uid: Any) -> Problem | None:
    """Why nothing was found on an object."""
    return _known[uid].problem if uid in _known else None


def is_known(uid: Any, form: Any) -> bool:
    """Whether an object of this form has been looked at."""
    return uid in _known and bool(_known[uid].form == form)


def remember(uid: Any, form: Any, symmetries: tuple[Symmetry, ...]) -> None:
    """Keep what a job has found."""
    _known[uid] = _Known(form, symmetries)


def pending() -> bool:
    """Whether the service is looking."""
    return _pending is not None


def pending_for(uid: Any) -> bool:
    """Whether it looks at this object."""
    return _pending is not None and bool(_pending[0] == uid)


def begin(uid: Any, form: Any, detection: Detection) -> None:
    """Have the service look at an object. An older question is given up."""
    global _pending
    if _pending is not None:
        _pending[2].leave()
    _pending = uid, form, detection
    detection.start()


def collect() -> Any:
    """Take the answer, if there is one; the object that it is about, else None."""
    global _pending
    if _pending is None:
        return None
    uid, form, detection = _pending
    report = detection.report()
    if report.state in RUNNING:
        return None
    _pending = None
    _known[uid] = _Known(form, report.found or (), report.problem)
    return uid


def forget(uid: Any) -> None:
    """Forget what was found on an object: it is to be looked at anew."""
    _known.pop(uid, None)


def wait(seconds: float) -> None:
    """Sleep until there is an answer, at most ``seconds``."""
    if _pending is not None:
        _pending[2].wait(seconds)


def stop() -> None:
    """End the thread and forget all."""
    global _pending
    if _pending is not None:
        _pending[2].leave()
        _pending[2].join()
    _pending = None
    _known.clear()
