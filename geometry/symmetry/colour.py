"""Colour actions: the group B₃ of the 48 signed permutations of (r, g, b).

An element is written (c₁, c₂, c₃) with cᵢ ∈ ±{1, 2, 3}: the new channel i is the old channel |cᵢ|,
inverted (v → 1 − v) where cᵢ < 0. (2, 3, 1) means new r = old g, new g = old b, new b = old r.
On logits an inversion is a change of sign, so every element is linear there and commutes with the
sigmoid: sigmoid(−x) = 1 − sigmoid(x).

Composition follows operators: ``compose(a, b)`` acts with b first, so that a colour rule c with
f(g·p) = c(g)·f(p) satisfies c(g·h) = compose(c(g), c(h)).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geometry.errors import InputError, excerpt

ColourElement = tuple[int, int, int]

IDENTITY: ColourElement = (1, 2, 3)
_CHANNELS = "rgb"

B3: tuple[ColourElement, ...] = tuple(
    sorted(
        (
            (s1 * p1, s2 * p2, s3 * p3)
            for p1, p2, p3 in itertools.permutations((1, 2, 3))
            for s1, s2, s3 in itertools.product((1, -1), repeat=3)
        ),
        # the identity first, plain permutations before inversions: the order of all listings
        key=lambda c: (sum(x < 0 for x in c), tuple(abs(x) for x in c), tuple(-x for x in c)),
    )
)


@functools.cache  # of 48 × 48 pairs: a group with thousands of colourings asks for a few again
def compose(a: ColourElement, b: ColourElement) -> ColourElement:
    """The element that acts with ``b`` first, then with ``a``."""
    x, y, z = (b[abs(i) - 1] if i > 0 else -b[abs(i) - 1] for i in a)
    return (x, y, z)


def inverse(a: ColourElement) -> ColourElement:
    """The element that undoes ``a``."""
    out = [0, 0, 0]
    for new, old in enumerate(a, start=1):
        out[abs(old) - 1] = new if old > 0 else -new
    return (out[0], out[1], out[2])


def power(a: ColourElement, n: int) -> ColourElement:
    """``a`` acting ``n`` times; negative n for the inverse."""
    step = a if n >= 0 else inverse(a)
    out = IDENTITY
    for _ in range(abs(n)):
        out = compose(step, out)
    return out


def order(a: ColourElement) -> int:
    """How often ``a`` must act to give the identity: 1, 2, 3, 4 or 6."""
    n, x = 1, a
    while x != IDENTITY:
        n, x = n + 1, compose(a, x)
    return n


def white(dtype: DTypeLike) -> int:
    """The number that stands for white: 255 of uint8, 65535 of uint16, 1 of floats."""
    kind = np.dtype(dtype)
    return int(np.iinfo(kind).max) if kind.kind == "u" else 1


def act(a: ColourElement, colours: NDArray) -> NDArray:
    """``a`` on colour values (..., 3): floats in 0..1, or uint8 or uint16, which stay exact."""
    top = colours.dtype.type(white(colours.dtype))
    out = colours[..., [abs(i) - 1 for i in a]]
    flip = np.array(a) < 0
    return np.where(flip, top - out, out)


def matrix(a: ColourElement) -> NDArray[np.float64]:
    """``a`` as the (3, 3) signed permutation matrix that acts on logits."""
    out = np.zeros((3, 3))
    for new, old in enumerate(a):
        out[new, abs(old) - 1] = np.sign(old)
    return out


def spell(a: ColourElement) -> str:
    """``a`` in letters: (2, 3, 1) is 'gbr', (-1, 2, 3) is '-r,g,b'."""
    letters = [("-" if i < 0 else "") + _CHANNELS[abs(i) - 1] for i in a]
    return ",".join(letters) if min(a) < 0 else "".join(letters)


def parse(text: str) -> ColourElement:
    """The inverse of :func:`spell`; also accepts 'g,b,r'.

    Raises InputError("bad-colour") unless each of r, g, b occurs exactly once.
    """
    plain = text.replace(",", "").replace(" ", "").lower()
    tokens = re.findall(r"-?[rgb]", plain)
    values = [(-1 if t[0] == "-" else 1) * (_CHANNELS.index(t[-1]) + 1) for t in tokens]
    if "".join(tokens) != plain or sorted(abs(v) for v in values) != [1, 2, 3]:
        raise InputError(
            "bad-colour",
            "colouring",
            f"'{excerpt(text)}' is not a signed permutation of r, g, b.",
            "Write for example gbr or -r,-g,-b.",
        )
    return (values[0], values[1], values[2])


def generated(elements: tuple[ColourElement, ...]) -> tuple[ColourElement, ...]:
    """The subgroup of B₃ that ``elements`` generate, sorted as in :data:`B3`."""
    seen, frontier = {IDENTITY}, {IDENTITY}
    while frontier:
        frontier = {compose(e, x) for e in elements for x in frontier} - seen
        seen |= frontier
    return tuple(c for c in B3 if c in seen)


def palette_of(
    elements: Sequence[ColourElement],
) -> tuple[NDArray[np.int8], tuple[ColourElement, ...]]:
    """The different ones among ``elements``, in the order of their first appearance, and the number
    in that palette of each element."""
    palette = tuple(dict.fromkeys(elements))
    return np.array([palette.index(c) for c in elements], np.int8), palette
