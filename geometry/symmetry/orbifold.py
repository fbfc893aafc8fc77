"""Conway's signatures of orbifolds, as they may be spelt: 235 is 532, *2 6 4 is *642.

Conway, Burgiel, Goodman-Strauss, The Symmetries of Things (2008), ch. 3: the order of the gyration
points, before a star, does not matter; the kaleidoscopic corners, after it, stand in a cycle that
may be read both ways.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

_LONGEST = 80  # characters
_MOST = 5  # numbers in a row: more have too many orders
_SIGNATURE = re.compile(r"([\d\s.,]*)(\*?)([\d\s.,]*)([x×]?)")


def spellings(text: str) -> Iterator[str]:
    """All ways to write the signature in a text, those nearest to it first; none where it is no
    signature. Numbers of several digits are parted from the next by a dot, comma or space."""
    match = _SIGNATURE.fullmatch(text.strip().lower()) if len(text) <= _LONGEST else None
    if match is None:
        return
    gyrations, corners = _numbers(match[1]), _numbers(match[3])
    if len(gyrations) > _MOST or len(corners) > _MOST:
        return
    found = (
        f"{_joined(before)}{match[2]}{_joined(after)}{'x' if match[4] else ''}"
        for before in (*_cycle(gyrations), *itertools.permutations(gyrations))
        for after in (*_cycle(corners), *_cycle(corners[::-1]))
    )
    yield from dict.fromkeys(found)


def _numbers(text: str) -> tuple[str, ...]:
    parted = re.search(r"\d[\s.,]+\d", text) is not None
    return tuple(re.findall(r"\d+" if parted else r"\d", text))


def _joined(numbers: tuple[str, ...]) -> str:
    return ("." if any(len(n) > 1 for n in numbers) else "").join(numbers)


def _cycle(numbers: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [numbers[k:] + numbers[:k] for k in range(max(1, len(numbers)))]
