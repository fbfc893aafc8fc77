"""Admission: only clients whose keys are on the allow-list get as far as the server.

ZeroMQ's CURVE encrypts every connection and has each side prove that it owns its key. Whether a
key is on the list is asked by libzmq (ZAP, ZeroMQ RFC 27) for every new connection, and by the
server for every message, so that a revoked client that is still connected is not heard any more.
"""

from __future__ import annotations

import time
from pathlib import Path

import zmq
from zmq.auth.thread import ThreadAuthenticator

from geometry.errors import InputError
from service.serving.addresses import ZAP_DOMAIN, is_loopback
from service.serving.keys import KeyFolder, default_folder

HANDSHAKE_MS = 5_000  # until a connection that has not proved itself is cut
REREAD_SECONDS = 1.0  # how old the allow-list may be that messages are held against


class Admission:
    """The door of one service: keys from ``folder``, connections of ``context``.

    Raises InputError "no-keys" if the allow-list is empty, and as :meth:`KeyFolder.check_rights`
    and :meth:`KeyFolder.server`.
    """

    def __init__(self, folder: KeyFolder, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        if not folder.allowed():
            raise InputError(
                "no-keys",
                "keys",
                f"{folder.folder} allows no client.",
                f"Make a key with 'service keys new NAME --keys {folder.folder}', or bind to "
                "127.0.0.1 without --keys.",
            )
        folder.check_rights()  # whoever may add a key is let in
        self._folder = folder
        self._server = folder.server()
        self._known: frozenset[str] = frozenset()
        self._known_until = 0.0
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.configure_curve_callback(ZAP_DOMAIN.decode(), self)
        self._authenticator.start()

    def guard(self, router: zmq.Socket[bytes]) -> None:
        """Demand keys on a socket that is not bound yet."""
        router.curve_server = True
        router.curve_secretkey = self._server.secret.encode()
        router.zap_domain = ZAP_DOMAIN
        # Without this libzmq lets every key in when nobody is there to be asked.
        router.setsockopt(zmq.SocketOption.ZAP_ENFORCE_DOMAIN, 1)
        router.handshake_ivl = HANDSHAKE_MS

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a new connection with this public key is let in; zmq.auth asks, on its own
        thread. Always from the list as it is now: a new key works at once."""
        self._known_until = 0.0
        return key.decode() in self._listed()

    def admits(self, frame: zmq.Frame) -> bool:
        """Whether the sender of a message is still allowed; for the server's thread."""
        if (now := time.monotonic()) > self._known_until:
            self._known_until = now + REREAD_SECONDS  # first, so that a new key undoes it
            self._known = self._listed()
        return frame.get("User-Id") in self._known

    def close(self) -> None:
        """Stop. Nobody is let in from now on; sockets stay guarded."""
        self._authenticator.stop()

    def _listed(self) -> frozenset[str]:
        return frozenset(key.public for key in self._folder.allowed())


def admission_to(
    bind: str, keys: Path | None, context: zmq.Context[zmq.Socket[bytes]]
) -> Admission | None:
    """The door of a service at ``bind``: None, that is open, on loopback without ``keys``.

    ``keys``: the folder, None for :func:`service.serving.keys.default_folder`.
    Raises InputError as :class:`Admission`, and "bad-value" for an address that is none.
    """
    if keys is None and is_loopback(bind):
        return None
    return Admission(KeyFolder(keys or default_folder()), context)
