"""A child process of ours, seen from inside: it calls the server at the address that it was started
with, and ends with it. :mod:`service.serving.processes.child_process` is the server's side."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zmq

from service.parent import die_with_parent, ignore_stop_signals
from service.serving.protocol.wire import decode, encode

TOKEN_VARIABLE = "ORBITEX_WORKER_TOKEN"


class SocketChannel:
    """A :class:`Channel` over the private socket."""

    def __init__(self, address: str) -> None:
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PAIR)
        # No bounds: commands are tiny, frames are bounded by the credits, and a blocked send
        # would slow the painting.
        self._socket.set_hwm(0)
        self._socket.connect(address)

    def send(
        self, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Send without waiting."""
        self._socket.send_multipart(encode({"kind": kind, **fields}, buffers), copy=False)

    def receive(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Wait for a message."""
        return decode(self._socket.recv_multipart())

    def pending(self) -> bool:
        """Whether a message is there."""
        return bool(self._socket.poll(0))


def call(address: str) -> SocketChannel:
    """A channel to the server at ``address``. From now on this process ignores what tells the
    server to stop, and ends when the server is gone."""
    ignore_stop_signals()  # the server wants a checkpoint first
    die_with_parent(lambda: _remove_socket(address))
    return SocketChannel(address)


def token() -> str:
    """What proves to the server that we are its child; the first message says it."""
    return os.environ[TOKEN_VARIABLE]


def _remove_socket(address: str) -> None:
    """Remove the socket of a server that was killed before we had called."""
    if address.startswith("ipc://"):
        with contextlib.suppress(OSError):
            socket = Path(address.removeprefix("ipc://"))
            socket.unlink()
            socket.parent.rmdir()
