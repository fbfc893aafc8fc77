"""The thread that asks the service one question about a painted object. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..link.connection import Connection, Message, StoppedError
from ..link.worker import Launch, Worker, greet

PATIENCE = 600.0  # seconds until an answer is not waited for any more: others may have asked before


class Asking(Worker):
    """Asks one question; ``answer`` has the fields and buffers of the reply when the report says
    "finished". The service works no longer on what is left."""

    def __init__(
        self,
        address: str,
        launch: Launch,
        key_file: str,
        kind: str,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray],
    ) -> None:
        super().__init__(address, launch, None, key_file)
        self._kind, self._fields, self._buffers = kind, fields, buffers
        self.answer: Message | None = None

    def _converse(self, connection: Connection) -> None:
        if self._launch is None:
            greet(connection, None)
        else:
            self._meet(connection)
        question = self._kind, self._fields, self._buffers
        try:
            self.answer = connection.ask(*question, PATIENCE, patient=True)
        except StoppedError:
            connection.send("withdraw", {})
            raise
        self._set(state="finished")
