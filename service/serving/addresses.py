"""Where the service listens: reading the address, opening the socket."""

from __future__ import annotations

import ipaddress
import re

import zmq

from geometry.errors import InputError
from service.serving.wire import DEFAULT_ADDRESS, LIMITS

WAITING_REQUESTS = 16  # messages of one client that wait for the service; then its sends wait
WAITING_REPLIES = 64  # messages that wait for one client; further replies are dropped
LINGER_MS = 500  # at the end, for the last replies


def loopback_endpoint(bind: str) -> str:
    """``bind`` ("tcp://HOST:PORT", PORT 0 or * for any free one) as ZeroMQ takes it.

    Raises InputError: "bad-value" if it is no such address, "not-loopback" if it could be reached
    from another machine.
    """
    match = re.fullmatch(r"tcp://(\[[^\]]*\]|[^:/]*):(\d{1,5}|\*)", bind)
    if not match or (match[2] != "*" and int(match[2]) > 65535):
        raise InputError(
            "bad-value", "bind", f"{bind!r} is not an address.", f"Try {DEFAULT_ADDRESS}."
        )
    host = "127.0.0.1" if match[1] == "localhost" else match[1]
    if not _is_loopback(host.strip("[]")):
        raise InputError(
            "not-loopback",
            "bind",
            f"{match[1]} can be reached from other machines.",
            "CURVE keys come with a later release; bind to 127.0.0.1 and use an SSH tunnel.",
        )
    return f"tcp://{host}:{'*' if match[2] == '0' else match[2]}"


def open_socket(
    bind: str, context: zmq.Context[zmq.Socket[bytes]]
) -> tuple[zmq.Socket[bytes], str]:
    """A listening ROUTER with bounded queues and message sizes, and the address it has got.

    Raises InputError as :func:`loopback_endpoint`, and "address-in-use", "address-unusable".
    """
    endpoint = loopback_endpoint(bind)
    router = context.socket(zmq.ROUTER)
    router.ipv6 = "[" in endpoint
    router.linger = LINGER_MS
    router.rcvhwm = WAITING_REQUESTS
    router.sndhwm = WAITING_REPLIES
    router.maxmsgsize = LIMITS.total_bytes
    # Tells of clients that have gone or do not read, instead of dropping without a word.
    router.router_mandatory = True
    try:
        router.bind(endpoint)
    except zmq.ZMQError as error:
        router.close()
        if error.errno == zmq.EADDRINUSE:
            raise InputError(
                "address-in-use",
                "bind",
                f"{bind} is taken.",
                "A service may run there already; stop it, or choose another port with --bind.",
            ) from None
        raise InputError(
            "address-unusable", "bind", f"{bind}: {zmq.strerror(error.errno or 0)}."
        ) from None
    return router, router.getsockopt_string(zmq.LAST_ENDPOINT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
