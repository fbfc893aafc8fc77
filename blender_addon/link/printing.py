"""Words for the terminal. Its reader may be gone (a closed terminal, ``| head``, a full disk): that
ends no painting. No bpy in here."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from typing import Any

from ..printable import printable


def say(line: str) -> None:
    """Print a line about the add-on's work, at once."""
    try:
        print(f"orbitex: {printable(line)}", flush=True)
    except (OSError, ValueError):
        _let_go(sys.stdout)


def print_error() -> None:
    """Print the exception that is being handled, with where it came from."""
    try:
        traceback.print_exc()
        if sys.stderr is not None:
            sys.stderr.flush()
    except (OSError, ValueError):
        _let_go(sys.stderr)


def _let_go(stream: Any) -> None:
    """Send a stream that takes nothing any more to nowhere: what waits in its buffer, and what
    Blender and scripts print later, would raise once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
