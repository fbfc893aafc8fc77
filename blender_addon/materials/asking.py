"""The thread that has the service make the maps of a texture. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..link.answers import HINT
from ..link.connection import Connection
from ..link.worker import Launch, Worker, greet
from ..problems import refuse

MOST_SIDE = 2048  # of a picture whose maps the service makes (a test compares them)
PATIENCE = 600.0  # seconds until an answer is not waited for any more: others may have asked before


@dataclass(frozen=True, eq=False)
class Maps:
    """Pictures |u1 (H, W, 3), top row first. normal: in tangent space, green upward; packed:
    occlusion, roughness and metallic; flat: whether the colour rule leaves no heights."""

    normal: np.ndarray
    packed: np.ndarray
    flat: bool


class Asking(Worker):
    """Asks for the maps of one texture; ``maps`` has them when the report says "finished"."""

    def __init__(
        self,
        address: str,
        launch: Launch,
        key_file: str,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray],
    ) -> None:
        super().__init__(address, launch, None, key_file)
        self._fields, self._buffers = fields, buffers
        self.maps: Maps | None = None

    def _converse(self, connection: Connection) -> None:
        if self._launch is None:
            greet(connection, None)
        else:
            self._meet(connection)
        header, answered = connection.ask(
            "maps", self._fields, self._buffers, PATIENCE, patient=True
        )
        shape = self._buffers["picture"].shape
        normal, packed = (np.array(answered[name]) for name in ("normal", "packed"))
        if normal.shape != shape or packed.shape != shape:
            refuse("bad-reply", "The service sent maps of another size.", HINT)
        self.maps = Maps(normal, packed, header["flat"])
        self._set(state="finished")
