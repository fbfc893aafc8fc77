"""Text from outside, made fit to be shown: names, messages and lines of logs that came over the
wire or from files.

Needs only the standard library, so that the add-on ships the very same file
(``blender_addon/printable.py`` is a link to it).
"""

from __future__ import annotations


def printable(text: object) -> str:
    """``text`` on one line, with visible escapes for all that a terminal would obey or that would
    make a line look like another one: control characters (C0, C1), line ends, marks that turn the
    direction of writing, characters that are not seen, halves of surrogates."""
    return "".join(c if c.isprintable() else _escape(c) for c in str(text))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
