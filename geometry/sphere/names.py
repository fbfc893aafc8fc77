"""Names of the groups about one axis of the sphere, read and written.

Conway's orbifold signatures: a family has its number put in, 55 *55 5* 5x 225 2*5 *225. Digits that
stand together are one number each, so from 10 on numbers are kept apart by dots (12.12, *2.2.12);
where there is no neighbour they need none (12*, 12x, 2*12), and parentheses are always understood:
(12)(12). Only 22*, 22x and 2*22 are groups of the plane (pmg, pgg, cmm): their namesakes on the
sphere are (22)*, (22)x and 2*(22).

Schoenflies: C5 C5v C5h S10 D5 D5d D5h, Cs, Ci; S with an odd number is C with h.
"""

from __future__ import annotations

import re

# family: its signatures, n in one of the groups
_SIGNATURES = {
    "nn": r"(\d)\1|(\d+)\.\2",
    "*nn": r"\*(\d)\1|\*(\d+)\.\2",
    "n*": r"(\d+)\*",
    "nx": r"(\d+)x",
    "22n": r"22(\d)|2\.2\.(\d+)",
    "2*n": r"2\*(\d+)",
    "*22n": r"\*22(\d)|\*2\.2\.(\d+)",
}
_SCHOENFLIES = {"c": "nn", "cv": "*nn", "ch": "n*", "d": "22n", "dd": "2*n", "dh": "*22n"}
_OF_THE_PLANE = re.compile(r"22\*|22x|2\*22")


def signature(family: str, n: int) -> str:
    """The canonical name: 55, 12.12, 12*, (22)*."""
    if n == 22 and _OF_THE_PLANE.fullmatch(family.replace("n", "22")):
        return family.replace("n", "(22)")
    spaced = re.sub(r"(?<=[n2])(?=[n2])", ".", family) if n > 9 else family
    return spaced.replace("n", str(n))


def read_name(name: str) -> tuple[str, int] | None:
    """(family, n) of a name, capital or small; n can be any number. None for other text."""
    text = name.strip().lower().replace("×", "x")
    return _read_schoenflies(text) or _read_signature(text)


def _read_schoenflies(text: str) -> tuple[str, int] | None:
    """(family, n) of a Schoenflies name in small letters."""
    if text in ("cs", "ci"):
        return ("*nn" if text == "cs" else "nx"), 1
    match = re.fullmatch(r"(c|d|s)([0-9]{1,6})(v|h|d|)", text)
    if not match:
        return None
    n = int(match[2])
    if match[1] + match[3] == "s":  # an odd rotoreflection generates a mirror too
        return ("n*", n) if n % 2 else ("nx", n // 2)
    family = _SCHOENFLIES.get(match[1] + match[3])
    return (family, n) if family else None


def _read_signature(text: str) -> tuple[str, int] | None:
    """(family, n) of a signature with small x."""
    if text in ("*", "x"):
        return f"n{text}", 1
    if _OF_THE_PLANE.fullmatch(text):
        return None
    if "(" in text:  # numbers in parentheses, all other digits single: (12)5* is 12.5*
        numbers = re.sub(r"\(([0-9]+)\)|([0-9])", r".\1\2.", text).replace("..", ".")
        text = re.sub(r"(?<![0-9])\.|\.(?![0-9])", "", numbers)
    for family, pattern in _SIGNATURES.items():
        match = re.fullmatch(pattern, text, re.ASCII)
        if match and len(digits := next(filter(None, match.groups()))) <= 6:
            return family, int(digits)
    return None
