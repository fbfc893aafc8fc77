"""The finite groups of the plane: Cn, the n turns about a point, and Dn, these with n mirrors.

Source: Conway, Burgiel, Goodman-Strauss, The Symmetries of Things (2008), ch. 1 and 2, for the
signatures n• and *n•, in which a number 1 is left out. That there are no others was known to
Leonardo (Weyl, Symmetry, 1952, p. 66). A mirror stands upright through the centre, x = 0.
"""

from __future__ import annotations

import functools
import math
import re

import numpy as np

from geometry.errors import InputError
from geometry.spaces import ROSETTE, Array, affine
from geometry.symmetry.groups import Generator, Group, turn_title

MAX_TURNS = 60  # largest n; beside more than that a texel in the middle is a domain
LISTED = 12  # largest n in the table

_NAME = re.compile(r"(?:rosette-)?([cd])([0-9]{1,6})")


def _mirror(letter: str, angle: float, where: str) -> Generator:
    """The mirror through the centre at ``angle`` from the x axis."""
    c, s = math.cos(2 * angle), math.sin(2 * angle)
    return Generator(letter, f"a mirror {where}", affine(_clean(np.array([[c, s], [s, -c]]))))


def _turn(n: int) -> Generator:
    c, s = math.cos(2 * math.pi / n), math.sin(2 * math.pi / n)
    title = f"{turn_title(n)} about the centre"
    return Generator("r", title, affine(_clean(np.array([[c, -s], [s, c]]))))


def _clean(matrix: Array) -> Array:
    """Whole numbers where sines and cosines missed them by rounding: then pixels go to pixels."""
    whole = np.rint(matrix)
    return np.where(np.abs(matrix - whole) < 1e-12, whole, matrix) + 0.0


@functools.cache
def rosette_group(kind: str, n: int) -> Group:
    """Cn or Dn, of a ``kind`` "C" or "D"; always the same object. Raises
    InputError("bad-order")."""
    if not 1 <= n <= MAX_TURNS:
        raise InputError(
            "bad-order",
            "group",
            f"There is no rosette of {n} turns here.",
            f"Choose n from 1 to {MAX_TURNS}, as in {kind}1 to {kind}{MAX_TURNS}.",
        )
    number = "" if n == 1 else str(n)
    if kind == "C":
        names: tuple[str, ...] = (f"{number}•", f"C{n}")
        title = "no symmetry" if n == 1 else f"{turn_title(n)} about the centre"
        generators: tuple[Generator, ...] = (_turn(n),) if n > 1 else ()
        relators = f"r^{n}" if n > 1 else ""
    else:
        symbol = f"{number}m" if n % 2 else f"{n}mm"
        names = (f"*{number}•", f"D{n}", symbol)
        title = "one mirror" if n == 1 else f"{n} mirrors through the centre"
        generators = (_mirror("m", math.pi / 2, "that stands upright"),)
        relators = "m^2"
        if n > 1:
            beside = f"at {_degrees(180 / n)} to the first"
            generators += (_mirror("n", math.pi / 2 - math.pi / n, beside),)
            relators = f"m^2 n^2 (mn)^{n}"
    order = n if kind == "C" else 2 * n
    return Group(
        f"rosette-{kind}{n}", names, title, ROSETTE, generators, tuple(relators.split()), order
    )


def _degrees(angle: float) -> str:
    return f"{angle:.4g}°"


def rosette_by_name(name: str) -> Group | None:
    """The group that ``name`` means, "D16" or "rosette-D16"; None for other text. Raises
    InputError("bad-order")."""
    match = _NAME.fullmatch(name.strip().lower())
    return rosette_group(match[1].upper(), int(match[2])) if match else None


ROSETTE_GROUPS: tuple[Group, ...] = tuple(
    rosette_group(kind, n) for kind in "CD" for n in range(1, LISTED + 1)
)
