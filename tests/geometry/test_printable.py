"""Text from outside is shown as it is spelt."""

import pytest

from geometry.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p4, größer, 漢字, 😀, e\u0301", "p4, größer, 漢字, 😀, e\u0301"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b2J\x07\x7f", "\\x9b2J\\x07\\x7f"),
        ("a\nb\r\tc\u2028", "a\\nb\\r\\tc\\u2028"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\ud800", "\\ud800"),
        ("a\u200bb", "a\\u200bb"),
        (7, "7"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown and printable(text).isprintable()
