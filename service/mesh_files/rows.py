"""Text files of many lines of numbers, read in blocks without a loop over lines."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 24  # characters that are read at a time
_NEW_LINE, _BLANK, _COMMENT = 10, 32, 35


@dataclass(frozen=True, eq=False)
class Block:
    """A piece of the text, whole lines: its bytes, where its lines start (at the first word) and
    end, and the number of the first."""

    raw: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    line: int

    def begins(self, word: bytes) -> NDArray[np.int64]:
        """The lines whose first word is this."""
        at = self.starts
        found = self.raw[at] == word[0]
        for k, letter in enumerate(word[1:], 1):
            found &= self.raw[np.minimum(at + k, len(self.raw) - 1)] == letter
        after = self.raw[np.minimum(at + len(word), len(self.raw) - 1)]
        return np.flatnonzero(found & (after <= 32))

    def texts(self, lines: NDArray[np.int64], word: bytes) -> list[str]:
        """What follows a first word in some lines, with comments."""
        pieces = (self.raw[self.starts[k] + len(word) : self.ends[k]].tobytes() for k in lines)
        return [decoded(piece).strip() for piece in pieces]


def text_blocks(path: Path) -> Iterator[Block]:
    """The file's lines; one that ends with a backslash goes on in the next."""
    kept, line = "", 1
    # every byte is a letter of Latin-1; and all ends of lines are understood
    with path.open(encoding="latin-1") as stream:
        while True:
            more = stream.read(_BLOCK)
            text = kept + more if more else kept + "\n"
            cut = text.rfind("\n") + 1
            while more and cut > 1 and text[cut - 2] == "\\":
                cut = text.rfind("\n", 0, cut - 1) + 1
            kept, text = text[cut:], text[:cut]
            count = text.count("\n")
            if "\\\n" in text:
                text = text.replace("\\\n", "  ")
            if text:
                yield _block(text.encode("latin-1"), line)
            line += count
            if not more:
                return


def _block(text: bytes, line: int) -> Block:
    raw = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(raw == 10)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if line == 1 and text.startswith(b"\xef\xbb\xbf"):
        starts[0] = 3
    while True:
        indented = (raw[starts] == 32) | (raw[starts] == 9)
        if not indented.any():
            return Block(raw, starts, ends, line)
        starts[indented] += 1


def decoded(text: bytes) -> str:
    """Text of UTF-8 or, if it is none, of Windows' western code page."""
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def numbers(text: bytes, dtype: type = np.float64) -> tuple[NDArray, NDArray[np.int64]]:
    """All numbers of lines, each of which ends with a line feed, and how many each line has:
    (N,) of ``dtype`` and (lines,) int64. Raises ValueError that names what is no number."""
    raw = np.frombuffer(text, np.uint8)
    ink = raw > _BLANK
    first = np.flatnonzero(ink & ~np.concatenate([[False], ink[:-1]]))
    ends = np.flatnonzero(raw == _NEW_LINE)
    counts = np.diff(np.searchsorted(first, ends), prepend=0)
    values: NDArray = np.empty(0, dtype)
    # where NumPy stops before the end it warns or, one day, raises: that it did is seen below
    with warnings.catch_warnings(), contextlib.suppress(ValueError):
        warnings.simplefilter("ignore", DeprecationWarning)
        if len(first):
            values = np.fromstring(text, dtype, sep=" ")
    if len(values) != len(first):
        raise ValueError(f"'{_wrong_word(text, dtype)}' is not a number")
    return values, counts


def _wrong_word(text: bytes, dtype: type) -> str:
    for word in text.split():
        try:
            dtype(word)
        except ValueError:
            return word[:20].decode("utf-8", "replace")
    return text[:20].decode("utf-8", "replace")


def lines_of(raw: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> bytes:
    """Some lines of a text, from ``starts`` to the line feeds at ``ends``, with no comments."""
    marks = np.zeros(len(raw) + 1, np.int8)
    marks[starts] += 1
    marks[ends + 1] -= 1
    chosen = raw[np.cumsum(marks[:-1], dtype=np.int8).view(bool)]
    at = np.flatnonzero(chosen == _COMMENT)
    if len(at):
        chosen = chosen.copy()
        ends_of = np.flatnonzero(chosen == _NEW_LINE)
        for start in at.tolist():
            chosen[start : ends_of[np.searchsorted(ends_of, start)]] = _BLANK
    return chosen.tobytes()


def columns(
    values: NDArray, counts: NDArray[np.int64], first: int, many: int, filled: float
) -> NDArray:
    """(lines, many): from each line's numbers those from the ``first`` on, ``filled`` where a line
    has no more."""
    starts = np.cumsum(counts) - counts
    places = starts[:, None] + np.arange(first, first + many)
    there = np.arange(first, first + many) < counts[:, None]
    if there.all():
        return values[places]
    return np.where(there, values[np.where(there, places, 0)] if len(values) else 0, filled)
