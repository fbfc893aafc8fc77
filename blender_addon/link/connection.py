"""One ZeroMQ conversation with the service. Used by worker threads only; no bpy in here."""

from __future__ import annotations

import itertools
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np

try:
    import zmq
except ImportError:  # the extension brings it; Blender before 4.2 takes no wheels
    zmq: Any = None  # type: ignore[no-redef]

from ..offer.refusals import from_service
from ..printable import printable
from ..problems import Problem, ProblemError, refuse, silent_service
from . import wire
from .answers import check_reply, read_reply
from .key_file import read_key

CLIENT = "orbitex-blender 0.1.0"
UNREAD = 4  # messages that wait to be read; then the service waits
Message = tuple[dict[str, Any], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Timing:
    """Seconds to wait before giving up."""

    hello: float = 10.0  # a service that is there answers at once, unless it imports torch
    start: float = 120.0  # a service that is starting: a cold disk reads torch for a minute
    reply: float = 60.0  # submit, describe, result
    silence: float = 30.0  # no message at all, heartbeats included
    doubt: float = 4.0  # the same, until it is checked whether anybody listens there at all
    again: float = 10.0  # until an unanswered frame request is sent once more
    poll: float = 0.05  # how soon a button press is noticed


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of "tcp://HOST:PORT". Raises ProblemError "bad-address"."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme != "tcp" or parts.path:
        refuse("bad-address", f"'{address}' is not an address.", "Use tcp://127.0.0.1:5577")
    return host, port


def is_loopback(address: str) -> bool:
    """Whether ``address`` stays on this machine. Raises ProblemError "bad-address"."""
    host, _ = host_and_port(address)
    return host in ("localhost", "::1") or host.startswith("127.")


def is_listening(address: str, seconds: float = 1.0) -> bool:
    """Whether anything accepts connections at ``address``.

    ZeroMQ itself would retry for ever without saying that nobody is there.
    """
    try:
        socket.create_connection(host_and_port(address), seconds).close()
    except OSError:
        return False
    return True


class StoppedError(Exception):
    """The user has cancelled while a question was open."""


class Connection:
    """A DEALER socket that numbers its requests and keeps its heart beating.

    ``stop`` ends a patient :meth:`ask`. Belongs to the thread that makes it. Use as a context
    manager: leaving closes without waiting for an answer.

    ``key_file``: the client's keys for a service that demands some, or empty. Raises ProblemError
    "bad-address", and as :func:`.key_file.read_key`.
    """

    def __init__(
        self, address: str, timing: Timing, stop: threading.Event, key_file: str = ""
    ) -> None:
        host_and_port(address)
        if zmq is None:
            refuse(
                "no-zmq",
                "Blender's Python lacks pyzmq.",
                f'Install python3-zmq (Debian) or run: "{sys.executable}" -m pip install pyzmq',
            )
        key = read_key(key_file) if key_file else None
        self._with_key = key is not None
        self.address, self.timing, self.stop = address, timing, stop
        self._ids = itertools.count(1)
        self._asked: dict[int, str] = {}  # the kinds of requests that are not answered yet
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 300)  # ms: lets a last 'cancel' out
        self._socket.setsockopt(zmq.SNDTIMEO, 5000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, wire.LIMITS.total_bytes)  # of each part
        self._socket.setsockopt(zmq.RCVHWM, UNREAD)
        self._socket.setsockopt(zmq.IPV6, 1)
        if key is not None:
            self._socket.setsockopt(zmq.CURVE_SERVERKEY, key.server)
            self._socket.setsockopt(zmq.CURVE_PUBLICKEY, key.public)
            self._socket.setsockopt(zmq.CURVE_SECRETKEY, key.secret)
        self._socket.connect(address)
        self._beating = False
        self._last_beat = 0.0
        self.last_heard = time.monotonic()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._context.term()

    def send(
        self,
        kind: str,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
        number: int = 0,
    ) -> int:
        """Send a request; returns its id, a new one unless ``number`` repeats an old one.

        Raises ProblemError "service-lost" or with a WireError's words.
        """
        number = number or next(self._ids)
        try:
            frames = wire.encode({"kind": kind, "id": number, **fields}, buffers)
            self._socket.send_multipart(frames)
        except zmq.Again:
            refuse("service-lost", "The service does not accept any more messages.")
        except wire.WireError as error:
            refuse(error.code, f"{error.field}: {error.message}", error.hint)
        if kind != "heartbeat":
            self._asked[number] = kind
        return number

    def receive(self, seconds: float) -> Message | None:
        """The next reply to a request, or None after ``seconds``, or for what nobody waits for. It
        has been checked: see :mod:`.answers`.

        Sends the heartbeats that are due. Raises ProblemError "service-lost" after a long
        silence, "bad-reply" and "protocol-version" for a message that breaks the rules.
        """
        self._beat()
        if not self._socket.poll(int(seconds * 1000)):
            self._doubt()
            return None
        self.last_heard = time.monotonic()
        frames = self._socket.recv_multipart(copy=False)
        try:
            header, buffers = read_reply([frame.buffer for frame in frames])
            number = header.get("id")
            kind = self._asked.pop(number, None) if type(number) is int else None
            if kind is None and (number is not None or header["kind"] != "error"):
                return None
            check_reply(kind or "error", header, buffers)
        except wire.WireError as error:
            words = printable(f"{error.field}: {error.message}")
            raise ProblemError(Problem(error.code, words, error.hint)) from None
        return header, buffers

    def ask(
        self,
        kind: str,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
        seconds: float | None = None,
        patient: bool = False,
    ) -> Message:
        """Send a request and wait for its answer; other answers meanwhile are dropped.

        Raises ProblemError: the service's own words for an error, "no-answer" after ``seconds``.
        A ``patient`` question is given up with StoppedError when ``stop`` is set.
        """
        number = self.send(kind, fields, buffers)
        deadline = time.monotonic() + (self.timing.reply if seconds is None else seconds)
        while time.monotonic() < deadline:
            if patient and self.stop.is_set():
                raise StoppedError
            message = self.receive(self.timing.poll)
            if message is None or message[0].get("id") not in (number, None):
                continue
            if message[0]["kind"] == "error":
                raise ProblemError(from_service(message[0]["error"]))
            return message
        refuse("no-answer", f"The service did not answer '{kind}'.", "Is this an Orbitex service?")

    def hello(self, seconds: float) -> dict[str, Any]:
        """Compare versions and start the heartbeats; the service's header.

        Raises ProblemError "no-answer" with what silence may mean.
        """
        try:
            header, _ = self.ask("hello", {"client": CLIENT}, seconds=seconds, patient=True)
        except ProblemError as error:
            # A service that refuses our connections takes no message at all.
            if error.problem.code not in ("no-answer", "service-lost"):
                raise
            raise ProblemError(silent_service(self.address, self._with_key)) from None
        self._beating = True
        return header

    def _doubt(self) -> None:
        """Raises ProblemError "service-lost" when a service that has spoken is gone."""
        quiet = time.monotonic() - self.last_heard
        if not self._beating or quiet < self.timing.doubt:
            return
        if quiet > self.timing.silence:
            refuse(
                "service-lost",
                f"The service has been silent for {self.timing.silence:.0f} seconds.",
                "It may have crashed: end it, then paint again.",
            )
        if not is_listening(self.address):
            refuse("service-lost", f"The service at {self.address} has ended.", "Paint again.")

    def _beat(self) -> None:
        now = time.monotonic()
        # Half the promised time: one late wake-up of this thread must not look like death.
        if self._beating and now - self._last_beat > wire.HEARTBEAT_SECONDS / 2:
            self._last_beat = now
            self.send("heartbeat", {})
