"""What colour rules do, in words. No bpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .swatches import strangeness

# In the order of the menu: what is clearest in most styles comes first.
EFFECTS = (
    "None",
    "Light and Dark Change Places",
    "Three Colours in Turn",
    "Two Colours Change Places",
    "Three Colours Change Places",
    "Some Colours Become Their Opposites",
    "Colours Change Places and Become Opposites",
)


def suitability(
    images: Sequence[Sequence[int]], look: np.ndarray | None, frame: np.ndarray | None
) -> tuple[bool, int, float]:
    """Where a rule stands in the menu for a style, smallest first: what can be seen in it, grouped
    by what it does, and what keeps the style's colours best. ``look``, ``frame``: of the style, see
    :func:`.swatches.strangeness`."""
    place = effect(images)
    if look is None:
        return False, place, 0.0
    found = strangeness(images, look, frame)
    return found >= 1, place, round(found, 2)


def effect(images: Sequence[Sequence[int]]) -> int:
    """The place in EFFECTS of a rule under which the generators have these images, each what
    becomes of the three axes of colours, ±1, ±2, ±3."""
    kinds = {_kind(image) for image in images} - {"same"}
    if not kinds:
        return 0
    alone = {"opposite": 1, "turn": 2, "swap": 3}
    if len(kinds) == 1 and (found := alone.get(next(iter(kinds)))):
        return found
    if kinds == {"turn", "swap"}:
        return 4
    return 5 if kinds <= {"opposite", "some"} else 6


def _kind(image: Sequence[int]) -> str:
    order = tuple(map(abs, image))
    negative = sum(part < 0 for part in image)
    if order == (1, 2, 3):
        return ("same", "some", "some", "opposite")[negative]
    if negative:
        return "mixed"
    return "swap" if any(part == k for k, part in enumerate(order, 1)) else "turn"
