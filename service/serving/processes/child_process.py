"""A child process of ours, and the private socket to it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import zmq

from geometry.errors import InputError
from service.parent import environment_of_children
from service.serving.processes.child import TOKEN_VARIABLE
from service.serving.processes.logs import relay
from service.serving.processes.socket_folder import SocketFolder
from service.serving.protocol.wire import WireError, decode, encode

KILLED = -9  # exit code after a SIGKILL
LAST_WORDS = 0.5  # seconds for what a dead one wrote: a child of its own may still hold the pipe
LONGEST_SOCKET_PATH = 100  # what every POSIX system allows, in characters

log = logging.getLogger(__name__)

Message = tuple[dict[str, Any], dict[str, np.ndarray]]


class ChildProcess:
    """Started as ``python -m MODULE ADDRESS *ARGUMENTS``; it calls at the address, and its first
    message has the token that its environment names. Raises OSError, zmq.ZMQError or InputError if
    it cannot be started: memory, processes, open files may all be used up for a while."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], module: str, *arguments: str
    ) -> None:
        self.socket: zmq.Socket[bytes] = context.socket(zmq.PAIR)
        self._folder: SocketFolder | None = None  # until it has called
        try:
            self._start(module, arguments)
        except (OSError, zmq.ZMQError, InputError):
            self.socket.close()
            self.has_called()
            raise

    def _start(self, module: str, arguments: tuple[str, ...]) -> None:
        self.socket.set_hwm(0)
        self.socket.setsockopt(zmq.LINGER, 0)
        self._folder = SocketFolder()
        path = str(self._folder.path / "worker")
        if os.name == "posix" and len(path) <= LONGEST_SOCKET_PATH:
            address = f"ipc://{path}"
            self.socket.bind(address)
        else:
            self.socket.bind("tcp://127.0.0.1:*")
            address = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        # On a loopback port anyone on this machine could call: the child shows this token first.
        self._token = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, address, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for the server, and would come before the child ignores it.
            process_group=0 if os.name == "posix" else None,
            env={**environment_of_children(), TOKEN_VARIABLE: self._token},
        )
        assert self._process.stdout is not None
        self._output = relay(self._process.stdout)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """As subprocess has it: negative for a signal; None while it runs."""
        return self._process.poll()

    def is_its_token(self, token: Any) -> bool:
        """Whether who shows it is the child."""
        return secrets.compare_digest(str(token).encode(), self._token.encode())

    def has_called(self) -> None:
        """Nobody else needs to find the socket: a service killed from now on leaves none behind."""
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def send(
        self, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """One message, without waiting. One that has just died is told nothing."""
        with contextlib.suppress(zmq.Again):
            self.socket.send_multipart(encode(header, buffers), zmq.NOBLOCK, copy=False)

    def messages(self) -> list[Message]:
        """All that it has said since the last call."""
        found: list[Message] = []
        while self.socket.poll(0):
            frames = [frame.buffer for frame in self.socket.recv_multipart(copy=False)]
            try:
                found.append(decode(frames))
            except WireError as error:
                log.warning("a message that no worker sends was dropped: %s", error)
        return found

    def kill(self) -> None:
        """End it, whatever it does; :meth:`close` comes after that."""
        self._process.kill()

    def close(self) -> int:
        """End it if it runs, and put away what is left of it; its exit code."""
        assert self._process.stdin is not None
        self._process.kill()
        code = self._process.wait()
        self._process.stdin.close()
        self._output.join(LAST_WORDS)
        self.socket.close()
        self.has_called()
        return code
