"""The groups of the hyperbolic plane: of every regular tiling {p,q} the full group and its halves.

Names and presentations: Coxeter and Moser, Generators and Relations for Discrete Groups (1980),
§4.3-4.4 and ch. 5; Conway's signatures: Conway, Burgiel, Goodman-Strauss, The Symmetries of Things
(2008), ch. 17. Isometries act on (x, y, t); (0, 0, 1) is a tile's centre, the x axis runs through
the middle of one of its sides.
"""

from __future__ import annotations

import functools
import math
import re

import numpy as np

from geometry.errors import InputError, unknown_name
from geometry.spaces import HYPERBOLIC, Array
from geometry.symmetry.groups import Generator, Group, TriangleTiling, turn_title

MAX_ORDER = 60  # of the turns about a tile's centre and corners

KINDS: dict[str, str] = {
    "full": "every mirror: tiles turn and are mirrored",
    "rotations": "rotations only: tiles turn about their centres and corners",
    "turned": "tiles turn about their centres, their sides are mirrors",
    "mirrored": "tiles are mirrored and turn about their corners",
}
_NAMES = {
    "full": "[{},{}]",
    "rotations": "[{},{}]+",
    "turned": "[{}+,{}]",
    "mirrored": "[{},{}+]",
}
_PLUSES = {
    ("", "", ""): "full",
    ("", "", "+"): "rotations",
    ("+", "", ""): "turned",
    ("", "+", ""): "mirrored",
}
_SWAP = ((1, ""), (0, ""))  # n represents the other coset: nothing but n·n = 1 is left over
_STEPS = {
    "full": (((0, "m"),), ((0, "n"),), ((0, "o"),)),
    "rotations": (((1, "r"), (0, "R")), _SWAP, ((1, "S"), (0, "s"))),
    "turned": (((1, "r"), (0, "R")), _SWAP, ((0, "m"), (1, "rmR"))),
    "mirrored": (((0, "m"), (1, "Rmr")), _SWAP, ((1, "R"), (0, "r"))),
}


def mirrors(p: int, q: int, r: int = 2) -> Array:
    """Unit normals (3, 3) of the mirrors m, n, o of the triangle with angles π/p at (0, 0, 1),
    where m and n meet, π/q (n, o) and π/r (o, m); m is the x axis. The triangle is where
    ⟨x, normal⟩ ≥ 0 for all three (Ratcliffe, Foundations of Hyperbolic Manifolds, §7.1: normals of
    a simplex have the products −cos of its angles). 1/p + 1/q + 1/r < 1."""
    a, b = math.pi / p, math.pi / q
    y = -math.sin(math.pi / 2 - math.pi / r)  # −cos π/r, and 0 for r = 2 without rounding
    x = (y * math.cos(a) - math.cos(b)) / math.sin(a)
    return np.array(
        [
            [0.0, 1.0, 0.0],
            [math.sin(a), -math.cos(a), 0.0],
            [x, y, -math.sqrt(x * x + y * y - 1)],
        ]
    )


def reflection(normal: Array) -> Array:
    """The (3, 3) reflection x → x − 2⟨x, normal⟩ normal of the hyperboloid."""
    return np.eye(3) - 2 * np.outer(normal, normal * np.array(HYPERBOLIC.form))


@functools.cache
def tiling_group(p: int, q: int, kind: str) -> Group:
    """The group of ``kind`` (see KINDS) of the tiling by p-gons, q around every corner.

    Raises InputError: "bad-tiling" (fields p, q) for a tiling that is not hyperbolic or not of
    this kind, "unknown-kind".
    """
    if kind not in KINDS:
        raise unknown_name("unknown-kind", "group", kind, KINDS)
    _check_hyperbolic(p, q)
    if (kind == "turned" and q % 2) or (kind == "mirrored" and p % 2):
        field, what = ("q", "sides") if kind == "turned" else ("p", "middles of the sides")
        raise InputError(
            "bad-tiling",
            field,
            f"{{{p},{q}}} has no group '{kind}': with an odd {field} the mirrors in the {what} "
            "already generate all others.",
            "Use full or rotations.",
        )
    m, n, o = (reflection(normal) for normal in mirrors(p, q))
    about_centre = f"{turn_title(p)} about the tile's centre"
    about_corner = f"{turn_title(q)} about a corner"
    generators, relators = {
        "full": (
            (
                Generator("m", "the mirror through the centre and the middle of a side", m),
                Generator("n", "the mirror through the centre and a corner", n),
                Generator("o", "the mirror in a side", o),
            ),
            ("m^2", "n^2", "o^2", f"(mn)^{p}", f"(no)^{q}", "(mo)^2"),
        ),
        "rotations": (
            (Generator("r", about_centre, n @ m), Generator("s", about_corner, o @ n)),
            (f"r^{p}", f"s^{q}", "(rs)^2"),
        ),
        "turned": (
            (Generator("r", about_centre, n @ m), Generator("m", "the mirror in a side", o)),
            (f"r^{p}", "m^2", f"(mRmr)^{q // 2}"),
        ),
        "mirrored": (
            (
                Generator("r", about_corner, o @ n),
                Generator("m", "the mirror through the centre and the middle of a side", m),
            ),
            (f"r^{q}", "m^2", f"(mRmr)^{p // 2}"),
        ),
    }[kind]
    orbifold = {
        "full": f"*{_digits(p, q, 2)}",
        "rotations": _digits(p, q, 2),
        "turned": f"{p}*{q // 2}",
        "mirrored": f"{q}*{p // 2}",
    }[kind]
    # the signature of a mirrored tile is also that of the turned tile of the dual tiling
    aliases = {"full": (orbifold, f"{{{p},{q}}}"), "mirrored": ()}.get(kind, (orbifold,))
    title = f"{p}-gons, {q} around a corner; {KINDS[kind]}"
    tiling = TriangleTiling(kind, p, q, _STEPS[kind], orbifold)
    name = _NAMES[kind].format(p, q)
    return Group(name, aliases, title, HYPERBOLIC, generators, relators, order=None, tiling=tiling)


def hyperbolic_group(name: str) -> Group | None:
    """The group of a name, or None if it is none: Coxeter's "[4,6]", "[4,6]+", "[4+,6]",
    "[4,6+]", the tiling "{4,6}" for its full group, or an orbifold's signature "*462", "462",
    "4*3", with dots where a number has two digits: "*3.20.2". The first number of a signature is
    that of the tile in the middle.

    Raises InputError("bad-tiling") for brackets and braces of a tiling that is not hyperbolic.
    """
    text = re.sub(r"\s", "", name)
    if match := re.fullmatch(r"\{(\d+),(\d+)\}", text):
        return tiling_group(int(match[1]), int(match[2]), "full")
    if match := re.fullmatch(r"\[(\d+)(\+?),(\d+)(\+?)\](\+?)", text):
        kind = _PLUSES.get((match[2], match[4], match[5]))
        return tiling_group(int(match[1]), int(match[3]), kind) if kind else None
    if match := re.fullmatch(r"(\*?)(\d+)\.(\d+)\.(\d+)|(\*?)(\d)(\d)(\d)", text):
        star, *digits = (part for part in match.groups() if part is not None)
        numbers = [int(digit) for digit in digits]
        if 2 not in numbers:
            return None
        numbers.remove(2)
        kind = "full" if star else "rotations"
    elif match := re.fullmatch(r"(\d+)\*(\d+)", text):
        numbers, kind = [int(match[1]), 2 * int(match[2])], "turned"
    else:
        return None
    assert kind is not None
    p, q = numbers
    return tiling_group(p, q, kind) if _curvature(p, q) < 0 else None


def _digits(*numbers: int) -> str:
    return ("." if max(numbers) > 9 else "").join(str(n) for n in numbers)


def _curvature(p: int, q: int) -> int:
    """Sign of the curvature of the space that {p,q} tiles: 1/p + 1/q − 1/2, times 2pq."""
    return 2 * q + 2 * p - p * q


def _check_hyperbolic(p: int, q: int) -> None:
    for field, value in (("p", p), ("q", q)):
        if not 3 <= value <= MAX_ORDER:
            raise InputError(
                "bad-tiling",
                field,
                f"{value} is out of range: {{p,q}} are p-gons, q around every corner.",
                f"Give a whole number from 3 to {MAX_ORDER}.",
            )
    if _curvature(p, q) >= 0:
        plane = {(4, 4): "p4m", (3, 6): "p6m", (6, 3): "p6m"}
        if (p, q) in plane:
            what, command = "plane", f"service tile --group {plane[p, q]}"
        else:
            n = max(p, q)
            what, command = "sphere", f"service sphere --group '*{n}32'"
        raise InputError(
            "bad-tiling",
            "q",
            f"{{{p},{q}}} tiles the {what}, not the hyperbolic plane.",
            f"Use {command}, or a q above {math.floor(2 * p / (p - 2))}.",
        )


HYPERBOLIC_GROUPS: tuple[Group, ...] = tuple(
    tiling_group(p, q, kind)
    for p, q, kind in (
        (4, 6, "full"),
        (4, 6, "rotations"),
        (4, 6, "turned"),
        (4, 6, "mirrored"),
        (7, 3, "full"),
        (7, 3, "rotations"),
        (5, 4, "rotations"),
        (5, 4, "turned"),
        (3, 20, "rotations"),
    )
)
