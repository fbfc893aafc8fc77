"""The frieze groups: a table of presentations, in multiples of the one translation.

Sources: Conway, Burgiel, Goodman-Strauss, The Symmetries of Things (2008), ch. 5, for signatures
and nicknames; International Tables for Crystallography, vol. E, for the symbols, in which the
second place belongs to the mirrors across the strip and the third to the mirror or glide along it.
The strip's axis is v = 0.
"""

from __future__ import annotations

import numpy as np

from geometry.plane.lattices import RECTANGULAR
from geometry.spaces import FRIEZE, Array, affine
from geometry.symmetry.groups import Generator, Group


def _group(
    symbol: str,
    signature: str,
    nickname: str,
    title: str,
    order: int,
    generators: tuple[Generator, ...],
    relators: str,
    translation: str,
) -> Group:
    """Its chart is a torus; around that, what is no symmetry of a strip leaves colours as they are:
    the second translation is the empty word."""
    return Group(
        f"frieze-{symbol}",
        (signature, symbol, nickname),
        title,
        FRIEZE,
        generators,
        tuple(relators.split()),
        order,
        RECTANGULAR,
        (translation, ""),
    )


def _linear(across: int, down: int, step: float = 0.0) -> Array:
    """(u, v) → (across · u + step, down · v)."""
    return affine(np.diag([float(across), float(down)]), (step, 0.0))


def _turn(letter: str, place: float, where: str) -> Generator:
    return Generator(letter, f"a half turn about {where}", _linear(-1, -1, 2 * place))


def _upright(letter: str, place: float, where: str) -> Generator:
    return Generator(letter, f"an upright mirror {where}", _linear(-1, 1, 2 * place))


_STEP = Generator("x", "the translation", _linear(1, 1, 1.0))
_START, _HALF, _QUARTER = "at the start", "in the middle of the period", "at a quarter of it"

FRIEZE_GROUPS: tuple[Group, ...] = (
    _group("p1", "∞∞", "hop", "a translation only", 1, (_STEP,), "", "x"),
    _group(
        "p11g", "∞×", "step", "a glide", 2,
        (Generator("g", "a glide along the axis", _linear(1, -1, 0.5)),),
        "", "gg",
    ),
    _group(
        "p1m1", "*∞∞", "sidle", "upright mirrors", 2,
        (_upright("m", 0, _START), _upright("n", 0.5, _HALF)),
        "m^2 n^2", "nm",
    ),
    _group(
        "p2", "22∞", "spinning-hop", "half turns", 2,
        (
            _turn("r", 0, "the start of the period"),
            _turn("s", 0.5, "the middle of the period"),
        ),
        "r^2 s^2", "sr",
    ),
    _group(
        "p2mg", "2*∞", "spinning-sidle", "half turns between upright mirrors", 4,
        (_turn("r", 0, "the start of the period"), _upright("m", 0.25, _QUARTER)),
        "r^2 m^2", "mrmr",
    ),
    _group(
        "p11m", "∞*", "jump", "a mirror along the axis", 2,
        (_STEP, Generator("m", "a mirror along the axis", _linear(1, -1))),
        "m^2 xmXm", "x",
    ),
    _group(
        "p2mm", "*22∞", "spinning-jump", "mirrors in two directions", 4,
        (
            _upright("m", 0, _START),
            _upright("n", 0.5, _HALF),
            Generator("o", "a mirror along the axis", _linear(1, -1)),
        ),
        "m^2 n^2 o^2 (mo)^2 (no)^2", "nm",
    ),
)  # fmt: skip
