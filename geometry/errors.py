"""The one error of all rooms: bad input, said in one line that names the field and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from geometry.printable import printable

_LISTED = 24  # names of a table at most
_EXCERPT = 60  # characters of what somebody wrote that an error repeats
_FIELD, _TEXT = 200, 2000  # characters of an error's parts, whatever is put into them


class InputError(ValueError):
    """Something the user gave cannot be used.

    ``code`` is a stable kebab-case word for programs ("unknown-group"), ``field`` the recipe,
    message or command-line field at fault ("group"), ``message`` one sentence on what is wrong,
    ``hint`` one sentence on how to fix it (may be empty). They become printable text of bounded
    length, whatever they quote.
    """

    def __init__(self, code: str, field: str, message: str, hint: str = "") -> None:
        field, message, hint = excerpt(field, _FIELD), excerpt(message, _TEXT), excerpt(hint, _TEXT)
        super().__init__(f"{field}: {message}" + (f" {hint}" if hint else ""))
        self.code = code
        self.field = field
        self.message = message
        self.hint = hint


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """The beginning of a text that anybody may have written, as a part of one line: at most
    ``length`` characters and an ellipsis, those that cannot be printed escaped."""
    shown = printable(text[:length])
    return shown if len(shown) <= length and len(text) <= length else f"{shown[:length]}…"


def unknown_name(code: str, field: str, name: str, known: Iterable[str]) -> InputError:
    """An :class:`InputError` for a name that is not in a table, with the nearest names as hint."""
    known = list(known)
    near = difflib.get_close_matches(name[:_EXCERPT].lower(), known, n=3, cutoff=0.4)
    listed = ", ".join(known[:_LISTED]) + (", …" if len(known) > _LISTED else ".")
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {listed}"
    return InputError(code, field, f"'{excerpt(name)}' is not known.", hint)
