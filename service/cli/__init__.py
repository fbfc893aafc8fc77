"""The command line: ``service tile``, ``run``, ``serve``, ``jobs`` and the others. Importing it
does not import torch, so that help and listings are there at once."""

from __future__ import annotations

import functools
import io
import sys
from collections.abc import Sequence
from typing import Any

import typer

from geometry.errors import InputError
from geometry.printable import printable
from service.cli.streams import check_printed, lasting_streams
from service.memory import MORE_MEMORY, check_room_to_start, is_out_of_memory
from service.whole_files import reason

_UNREAD, _BAD_INPUT, _ABORTED = 1, 2, 130
# typer may bring its own copy of click: its base exception is found, not imported.
_CLICK_EXCEPTION: type[Exception] = next(
    c
    for c in typer.BadParameter.__mro__
    if issubclass(c, Exception) and c.__name__ == "ClickException"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 (``doctor`` found faults, ``batch`` is not done, nobody
    wanted to read it all), 2 (bad input: one line on stderr that names the field and the fix) or
    130 (Ctrl-C)."""
    with lasting_streams():
        return _run(None if arguments is None else list(arguments))


def _run(arguments: list[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no name or mark ends in a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        check_room_to_start()
        # its making takes a moment, too, in which Ctrl-C may come
        code = command().main(arguments, prog_name="service", standalone_mode=False)
        if not check_printed() and not code:
            code = _UNREAD
    except InputError as error:
        return _refuse(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = _ABORTED
    except _CLICK_EXCEPTION as error:
        return _refuse_usage(error)
    except Exception as error:
        if is_out_of_memory(error):  # as when a library has no room
            return _refuse(f"memory: There is too little of it. {MORE_MEMORY}")
        if not isinstance(error, OSError) or error.filename is None:
            raise
        return _refuse(f"file: {error.filename} cannot be used: {reason(error)}. Choose another.")
    if code == _ABORTED:
        sys.stderr.write("interrupted\n")
    return code if isinstance(code, int) else 0


@functools.cache
def command() -> Any:
    """All commands, as click has them: of the copy that typer brings."""
    from service.cli.app import app

    return typer.main.get_command(app)


def _refuse(message: str) -> int:
    sys.stderr.write(f"error: {printable(' '.join(message.split()))}\n")
    return _BAD_INPUT


def _refuse_usage(error: Exception) -> int:
    """A command line that cannot be understood, in the same one line."""
    context = getattr(error, "ctx", None)
    message = getattr(error, "format_message", lambda: str(error))()
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help
        sys.stdout.write(f"{message}\n")
        return _BAD_INPUT
    place = context.command_path if context is not None else "service"
    from service.cli.usage import remedy
    from service.recipe.parsing import in_plain_words

    said = in_plain_words(message)
    hint = remedy(error, place)
    return _refuse(f"{said}{'' if said[-1] in '.?' else '.'}{hint} See '{place} --help'.")
