"""The thread that has the service finish a painted picture in one way after the other. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..link.connection import Connection
from ..link.messages import bad_picture
from ..link.picture_files import QUICK, SMALL, encode_png
from ..link.worker import Launch
from ..problems import ProblemError
from ..questions.asking import PATIENCE
from ..questions.newest import Newest


@dataclass(frozen=True)
class Wish:
    """Values of steps, as in a recipe; ``draft``: a quick picture will do; ``pictures``: |u1
    (H, W, 3), the buffers that steps name."""

    steps: Mapping[str, Any]
    draft: bool
    pictures: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Answer:
    """A finished picture as a PNG file, and its receipt; of a draft there is none."""

    png: bytes
    receipt: Mapping[str, Any] | None


class Finishing(Newest[Wish, Answer]):
    """Asks about one ``job``."""

    def __init__(self, address: str, launch: Launch, key_file: str, job: str) -> None:
        super().__init__(address, launch, key_file)
        self.job = job

    def _ask(self, connection: Connection, wish: Wish) -> Answer:
        fields = {"job": self.job, "finishing": dict(wish.steps), "draft": wish.draft}
        header, buffers = connection.ask("refinish", fields, wish.pictures, PATIENCE, patient=True)
        pixels = buffers["pixels"]
        if pixels.shape[2] != 3:
            raise ProblemError(bad_picture())
        png = encode_png(np.ascontiguousarray(pixels), QUICK if wish.draft else SMALL)
        return Answer(png, header["receipt"])
