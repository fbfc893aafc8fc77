"""Routing ids, by which libzmq's ROUTER tells its peers apart: those that it makes itself must not
be guessed."""

from __future__ import annotations

import ctypes
import secrets
import sys


def seed_routing_ids() -> None:
    """Let the ids that libzmq gives to peers without one begin at a random number; before a ROUTER
    is made, on the same thread.

    libzmq counts from what the C library's rand() says, which nobody seeds, and ends the process
    when a peer has claimed the number that comes next (4.3.5, router.cpp).
    """
    # libzmq in pyzmq's wheels, too, takes rand() from the C library that this process has.
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.srand(ctypes.c_uint(secrets.randbits(32)))
