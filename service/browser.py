"""Pages opened in the browser of whoever sits here, if there is one."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path

_ERRORS = 2  # the file descriptor that programs write errors to


def open_page(page: Path) -> None:
    """Open a page. Where there is no browser, one line on stderr says so, and nothing else does:
    what opens pages, such as xdg-open, writes more."""
    with _quiet():
        opened = webbrowser.open(page.absolute().as_uri())
    if not opened:
        sys.stderr.write("note: there is no browser here that could be opened.\n")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Programs that are started have nowhere to write their errors."""
    sys.stderr.flush()
    kept = os.dup(_ERRORS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _ERRORS)
        yield
    finally:
        os.dup2(kept, _ERRORS)
        os.close(kept)
        os.close(nowhere)
