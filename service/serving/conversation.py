"""A conversation with a service: requests, and replies that have been checked. For scripts and
tests; the Blender add-on has its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Self

import numpy as np
import zmq

from geometry.errors import InputError
from service.serving.keys import load_client_key
from service.serving.protocol.answers import check_reply, read_reply
from service.serving.protocol.message import Request
from service.serving.protocol.wire import (
    DEFAULT_ADDRESS,
    HEARTBEAT_SECONDS,
    LIMITS,
    WireError,
    encode,
)

UNREAD = 4  # messages that wait to be read; then the service waits


class Conversation:
    """With the service at ``address``. Not to be shared between threads.

    What it asks raises InputError: what the service answered; "bad-reply" for a reply that is not
    as the wire has it; "service-unreachable" when nothing has come from it for ``timeout`` seconds;
    "bad-value" for an address that is none. ``key``: the file that 'service keys new' made for this
    client, for a service that demands keys; raises InputError as
    :func:`service.serving.keys.load_client_key`.
    """

    def __init__(
        self, address: str = DEFAULT_ADDRESS, timeout: float = 10.0, key: Path | None = None
    ) -> None:
        own = None if key is None else load_client_key(key)
        self.address, self.timeout = address, timeout
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.IPV6, "[" in address)
        self._socket.setsockopt(zmq.MAXMSGSIZE, LIMITS.total_bytes)  # of each part
        self._socket.setsockopt(zmq.RCVHWM, UNREAD)
        if own is not None:
            self._socket.setsockopt(zmq.CURVE_SERVERKEY, own.server.encode())
            self._socket.setsockopt(zmq.CURVE_PUBLICKEY, own.public.encode())
            self._socket.setsockopt(zmq.CURVE_SECRETKEY, own.secret.encode())
        try:
            self._socket.connect(address)
        except zmq.ZMQError:
            self._socket.close()
            raise InputError(
                "bad-value", "address", f"{address!r} is not an address.", f"Try {DEFAULT_ADDRESS}."
            ) from None
        self._silence = (
            "a service with keys answers nobody without a key that it allows."
            if own is None
            else "a service answers only keys that it allows, one without keys answers no key."
        )
        self._ids = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. Jobs go on without us."""
        self._socket.close()

    def _send_request(
        self,
        request: Request,
        buffers: Mapping[str, np.ndarray] | None = None,
        patient: bool = False,
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return self._ask(request.kind(), request.model_dump(), buffers, patient=patient)

    def _ask(
        self,
        kind: str,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
        patient: bool = False,
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        # A patient request may take minutes: heartbeats tell a busy service from a dead one, and
        # asking again mends a connection that was lost in between.
        request = next(self._ids)
        message = encode({"kind": kind, "id": request, **fields}, buffers)
        heartbeat = encode({"kind": "heartbeat", "id": 0})
        last_heard = time.monotonic()
        self._send(message, self.timeout)
        while (left := last_heard + self.timeout - time.monotonic()) > 0:
            if not self._socket.poll(int(1000 * min(left, HEARTBEAT_SECONDS)) + 1):
                if patient:
                    self._send(message, left)
                    self._send(heartbeat, 0)
                continue
            try:
                header, arrays = read_reply(self._socket.recv_multipart())
                last_heard = time.monotonic() if patient else last_heard
                if header.get("id") != request:
                    continue  # a heartbeat, or the answer to an older request
                check_reply(kind, header, arrays)
            except WireError as error:
                raise as_input_error(error) from None
            if header["kind"] == "error":
                words = (header["error"][name] for name in ("code", "field", "message", "hint"))
                raise InputError(*words)
            body = {key: header[key] for key in header.keys() - {"protocol", "kind", "id"}}
            return body, arrays
        # What was not delivered must not be, once the service is there: nobody waits for it.
        self._socket.disconnect(self.address)
        self._socket.connect(self.address)
        raise InputError(
            "service-unreachable",
            "address",
            f"Nothing answers at {self.address}.",
            f"Start it with 'service serve'; {self._silence}",
        )

    def _send(self, message: Sequence[Any], seconds: float) -> None:
        # While a service refuses our connections there is nothing that would take a message, and
        # a send without a limit would wait for ever. What is not sent is not answered either.
        self._socket.setsockopt(zmq.SNDTIMEO, int(1000 * seconds))
        with suppress(zmq.Again):
            self._socket.send_multipart(message)


def as_input_error(error: WireError) -> InputError:
    """The same words, as commands report them."""
    return InputError(error.code, error.field, error.message, error.hint)
