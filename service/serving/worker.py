"""The worker: the process that imports torch and paints, one job at a time.

Started by :mod:`service.serving.worker_process` as ``python -m service.serving.worker ADDRESS
PAINTER DEVICE``.
It speaks the wire's encoding with the server over a private PAIR socket. From the server come
``paint``, ``want`` (a frame), ``adjust``, ``finish``, ``pause`` and ``cancel``; back go ``ready``,
``step``, ``frame``, ``saved``, ``finished``, ``failed`` and ``stopped``. Inputs, checkpoints and
results are in the job's folder, which the server names.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zmq

from service.serving.commands import sendable
from service.serving.job_folder import JobFolder
from service.serving.job_log import output_to
from service.serving.paint_job import paint_job
from service.serving.painter import Attempt, load_painter
from service.serving.parent import die_with_parent
from service.serving.wire import decode, encode

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


def ignore_stop_signals() -> None:
    """Ctrl-C in a terminal, its end, and systemd's SIGTERM go to all processes but are for the
    server: it wants a checkpoint of its workers first."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def remove_socket(address: str) -> None:
    """Remove the socket of a server that was killed before we had called."""
    if address.startswith("ipc://"):
        with contextlib.suppress(OSError):
            socket = Path(address.removeprefix("ipc://"))
            socket.unlink()
            socket.parent.rmdir()


def main() -> None:
    """Serve one server until it is gone."""
    address, place, device = sys.argv[1:]
    ignore_stop_signals()
    die_with_parent(lambda: remove_socket(address))
    channel = SocketChannel(address)
    painter = load_painter(place)
    devices = painter.devices()
    device = device or devices[0]
    if device not in (*devices, "cpu"):
        sys.exit(f"There is no device {device} here. There is: {', '.join(devices)}.")
    channel.send(
        "ready",
        {
            "token": os.environ[TOKEN_VARIABLE],
            "device": device,
            "devices": devices,
            "describe": sendable(painter.describe()),
        },
    )
    while True:
        header, _ = channel.receive()
        if header["kind"] == "paint":  # anything else is late, about a job that has ended
            folder = JobFolder(Path(header["folder"]))
            attempt = Attempt(device, frugal=header["frugal"])
            with output_to(folder.log):
                paint_job(channel, painter, attempt, header["job"], folder)


if __name__ == "__main__":
    main()
