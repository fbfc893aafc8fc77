"""Where the commands print tables and progress."""

from __future__ import annotations

import sys

from rich.console import Console

from service.cli.streams import only_words

_PIPED_WIDTH = 160  # of tables that go to a file or another program


def console() -> Console:
    """Standard output as it is now: Ray puts another in its place."""
    found = Console(file=sys.stdout)
    return found if found.is_terminal else Console(file=sys.stdout, width=_PIPED_WIDTH)


def progress_console() -> Console:
    """The same, for a command whose work is files."""
    only_words()
    return console()
