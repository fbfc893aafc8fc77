"""The thread that has the service prepare a style in one way after the other. No bpy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..link.connection import Connection
from ..link.messages import bad_picture
from ..link.worker import LOST
from ..problems import Problem, ProblemError
from ..questions.asking import PATIENCE
from ..questions.newest import Newest

SIDE = 192  # pixels of the longer side of what is shown


@dataclass(frozen=True)
class Wish:
    """``source``: of a style, and ``steps``, as in a recipe; ``pictures``: |u1 (H, W, 3), the
    buffers that these name; ``key``: by which the answer is known again."""

    key: Any
    source: str
    steps: Mapping[str, Any]
    pictures: Mapping[str, np.ndarray] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Answer:
    """A prepared style, |u1 (H, W, 3), top row first; or why there is none. ``at``: when."""

    key: Any
    pixels: np.ndarray | None
    problem: Problem | None = None
    at: float = field(default_factory=time.monotonic)


class Preparing(Newest[Wish, Answer]):
    """Asks about any style. What the service refuses is an answer, too."""

    def _ask(self, connection: Connection, wish: Wish) -> Answer:
        fields = {"source": wish.source, "prepare": dict(wish.steps), "size": SIDE}
        try:
            _, buffers = connection.ask("prepare", fields, wish.pictures, PATIENCE, patient=True)
        except ProblemError as error:
            if error.problem.code in LOST:
                raise
            return Answer(wish.key, None, error.problem)
        pixels = buffers["pixels"]
        if pixels.shape[2] != 3 or max(pixels.shape) > SIDE:
            raise ProblemError(bad_picture())
        return Answer(wish.key, np.array(pixels))
