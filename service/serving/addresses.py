"""Where the service listens: reading the address, opening the socket. The routing ids by which it
tells its peers apart must not be guessed."""

from __future__ import annotations

import ctypes
import ipaddress
import re
import secrets
import sys
from collections.abc import Callable

import zmq

from geometry.errors import InputError
from service.serving.protocol.limits import MAX_MESSAGE_BYTES
from service.serving.protocol.wire import DEFAULT_ADDRESS

WAITING_REQUESTS = 16  # messages of one client that wait for the service; then its sends wait
WAITING_REPLIES = 64  # messages that wait for one client; further replies are dropped
LINGER_MS = 500  # at the end, for the last replies
ZAP_DOMAIN = b"orbitex"


def endpoint_of(bind: str) -> str:
    """``bind`` ("tcp://HOST:PORT", PORT 0 or * for any free one) as ZeroMQ takes it.

    Raises InputError("bad-value") if it is no such address.
    """
    host, port = _parts(bind)
    return f"tcp://{'127.0.0.1' if host == 'localhost' else host}:{'*' if port == '0' else port}"


def is_loopback(bind: str) -> bool:
    """Whether only this machine can reach ``bind``. Raises InputError("bad-value")."""
    host, _ = _parts(bind)
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name, an interface, or * for all of them
        return False


def open_socket(
    bind: str,
    context: zmq.Context[zmq.Socket[bytes]],
    guard: Callable[[zmq.Socket[bytes]], None] | None = None,
    max_message: int = MAX_MESSAGE_BYTES,
) -> tuple[zmq.Socket[bytes], str]:
    """A listening ROUTER with bounded queues and message sizes, and the address it has got.

    ``guard``: makes the socket demand keys before it is bound; only loopback may do without.
    ``max_message``: bytes of one.
    Raises InputError: "bad-value", "not-loopback", "address-in-use", "address-unusable".
    """
    endpoint = endpoint_of(bind)
    if guard is None and not is_loopback(bind):
        raise InputError(
            "not-loopback", "bind", f"{bind} can be reached from other machines.", "It needs keys."
        )
    router = context.socket(zmq.ROUTER)
    router.ipv6 = "[" in endpoint
    router.linger = LINGER_MS
    router.rcvhwm = WAITING_REQUESTS
    router.sndhwm = WAITING_REPLIES
    router.maxmsgsize = max_message  # of each part
    # Tells of clients that have gone or do not read, instead of dropping without a word.
    router.router_mandatory = True
    # With a domain libzmq refuses peers of its protocol before 3.0, though nobody is there to be
    # asked about others. A web page can let the browser on this machine POST to this port, and
    # what that sends would be read as ZMTP 1.0.
    router.zap_domain = ZAP_DOMAIN
    if guard is not None:
        guard(router)
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


def seed_routing_ids() -> None:
    """Let the ids that libzmq gives to peers without one begin at a random number; before a ROUTER
    is made, on the same thread.

    libzmq counts from what the C library's rand() says, which nobody seeds, and ends the process
    when a peer has claimed the number that comes next (4.3.5, router.cpp).
    """
    # libzmq in pyzmq's wheels, too, takes rand() from the C library that this process has.
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.srand(ctypes.c_uint(secrets.randbits(32)))


def _parts(bind: str) -> tuple[str, str]:
    """Host and port of an address."""
    match = re.fullmatch(r"tcp://(\[[^\]]*\]|[^:/]+):(\d{1,5}|\*)", bind)
    if not match or (match[2] != "*" and int(match[2]) > 65535):
        raise InputError(
            "bad-value", "bind", f"{bind!r} is not an address.", f"Try {DEFAULT_ADDRESS}."
        )
    return match[1], match[2]
