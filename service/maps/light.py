"""The light of a painting, as far as its colour rule keeps it or turns it over.

A colour rule moves light with the colours: what is bright in one cell is dark in the next, and a
relief made of brightness would not have the painting's symmetry. With C the colours that the
rule's elements make, a finite group, and χ a sign for each of them (a homomorphism from C to ±1),

    h(x) = 1/|C| · Σ_c χ(c) L(c·x)

has h(c·x) = χ(c) h(x): under χ = 1 heights stay, under other signs peaks become valleys. Of all
signs those are taken of whose h most is to be seen. Without a rule h is the light itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import IDENTITY, ColourElement, compose
from geometry.symmetry.colour_frame import ColourFrame

LUMA = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue (ITU-R BT.709)
_TAIL = 0.5  # percent of the pixels at either end that are as high, or as deep, as it gets
_LEAST = 1e-4  # of h: what varies less is not to be seen in 8 bits
_ROUNDED = 0.25 / 255  # what a pixel of 0 is on average, before it was rounded
_ROWS = 1 << 18  # pixels whose colours are moved at a time

Signs = Mapping[ColourElement, int]


@dataclass(frozen=True, eq=False)
class Light:
    """heights: (H, W) in 0..1; signs: what each colour makes of h − ½; flat: whether nothing is
    left of the light, and all heights are ½."""

    heights: Array
    signs: Signs
    flat: bool = False


def light_of(
    pixels: NDArray[np.uint8],
    colours: Sequence[ColourElement],
    frame: ColourFrame,
    seen: NDArray[np.bool_] | None = None,
) -> Light:
    """The light of ``pixels`` (H, W, 3) whose symmetry has the ``colours`` in ``frame``; what is
    not ``seen`` (H, W) does not decide how it is scaled. Raises InputError("bad-value") if nothing
    is."""
    if seen is not None and not seen.any():
        raise InputError(
            "bad-value",
            "picture",
            "Nothing of this picture is to be seen: all of it is transparent.",
            "Give one that shows something.",
        )
    choices = sign_choices(colours)
    code = pixels.reshape(-1, 3) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    codes, which = np.unique(code, return_inverse=True)
    shown = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    often = np.bincount(which.ravel(), None if seen is None else seen.ravel()).astype(float)
    best: tuple[float, Array, Signs] | None = None
    light = {c: _luma(shown, c, frame) for c in choices[0]}
    for signs in choices:
        h = np.mean([sign * light[c] for c, sign in signs.items()], axis=0)
        mean = np.average(h, weights=often)
        spread = float(np.average((h - mean) ** 2, weights=often)) ** 0.5
        if best is None or spread > 1.0001 * best[0]:  # rather no sign than one as good
            best = spread, h, signs
    assert best is not None
    spread, h, signs = best
    if spread < _LEAST:
        return Light(np.full(pixels.shape[:2], 0.5), dict.fromkeys(signs, 1), flat=True)
    low, high = _ends(h, often)
    if min(signs.values()) < 0:  # then h and −h are equally often there
        high = max(high, -low)
        low = -high
    heights = np.clip((h - low) / max(high - low, _LEAST), 0, 1)
    return Light(heights[which.ravel()].reshape(pixels.shape[:2]), signs)


def sign_choices(colours: Sequence[ColourElement]) -> list[Signs]:
    """All homomorphisms to ±1 of the group that the ``colours`` generate, the trivial one first."""
    different = list(dict.fromkeys(c for c in colours if c != IDENTITY))
    found: list[Signs] = []
    for signs in itertools.product((1, -1), repeat=len(different)):
        steps = list(zip(different, signs, strict=True))
        known: dict[ColourElement, int] = {IDENTITY: 1}
        waiting = [IDENTITY]
        while waiting:
            element = waiting.pop()
            for step, sign in steps:
                product = compose(step, element)
                if product not in known:
                    known[product] = sign * known[element]
                    waiting.append(product)
        if all(known[compose(s, e)] == sign * known[e] for s, sign in steps for e in known):
            found.append(known)
    return found


def _luma(colours: NDArray[np.uint8], element: ColourElement, frame: ColourFrame) -> Array:
    values = colours / 255
    if not frame.is_rgb:  # where it acts on logits, a 0 must not be farther away than it can be
        values = values.clip(_ROUNDED, 1 - _ROUNDED)
    parts = np.array_split(values, len(values) // _ROWS + 1)
    return np.concatenate([frame.act(element, part) @ LUMA for part in parts])


def _ends(h: Array, often: Array) -> tuple[float, float]:
    order = np.argsort(h)
    share = often[order].cumsum() / often.sum()
    low, high = np.searchsorted(share, (_TAIL / 100, 1 - _TAIL / 100))
    return float(h[order[low]]), float(h[order[min(high, len(h) - 1)]])
