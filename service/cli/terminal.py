"""Where the commands print tables and progress. What comes from outside (files, other programs,
other people's jobs) is shown as it is spelt: a terminal obeys nothing of it, and brackets are no
markup."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from geometry.printable import printable
from service.cli.streams import only_words

_PIPED_WIDTH = 160  # of tables that go to a file or another program


class _Console(Console):
    def out(self, *objects: Any, **options: Any) -> None:
        """Print one line of plain text."""
        super().out(*map(printable, objects), **options)


def console() -> Console:
    """Standard output as it is now: Ray puts another in its place."""
    found = _Console(file=sys.stdout)
    return found if found.is_terminal else _Console(file=sys.stdout, width=_PIPED_WIDTH)


def progress_console() -> Console:
    """The same, for a command whose work is files."""
    only_words()
    return console()


def cell(content: object) -> Text:
    """What stands in a table: plain text, on lines of its own."""
    return Text("\n".join(map(printable, str(content).split("\n"))))
