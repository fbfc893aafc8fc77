"""Colour elements in words: of red, green and blue, or of a style's own colours."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from geometry.symmetry.colour import ColourElement
from geometry.symmetry.colour_frame import ColourFrame
from service.pictures.oklab import to_oklab

_CHANNELS = ("red", "green", "blue")
_POLE = 1.2  # standard deviations from a style's mean to the colours that stand for an axis's ends
# CSS's names, the plainest of each corner of the solid of colours.
_NAMES = {
    "black": "#000000", "white": "#ffffff", "grey": "#808080", "silver": "#c0c0c0",
    "red": "#ff0000", "dark red": "#8b0000", "orange": "#ffa500", "brown": "#a0522d",
    "gold": "#e0b000", "yellow": "#ffff00", "cream": "#fff0c0", "beige": "#d8c8a0",
    "olive": "#808000", "green": "#00a000", "dark green": "#004000", "light green": "#90ee90",
    "teal": "#008080", "turquoise": "#40e0d0", "light blue": "#a0d0f0", "azure": "#3090f0",
    "blue": "#0000ff", "navy": "#000060", "violet": "#8a2be2", "purple": "#600060",
    "magenta": "#ff00ff", "pink": "#ffb0c0", "salmon": "#fa8072",
}  # fmt: skip


def in_words(colour: ColourElement) -> str:
    """What a colour element does to what is painted: 'red→blue→green→red' turns red things blue."""
    goes_to = {abs(old): new for new, old in enumerate(colour, start=1)}
    inverted = [k for k in (1, 2, 3) if colour[goes_to[k] - 1] < 0]
    moves = ""
    moved = [k for k in (1, 2, 3) if goes_to[k] != k]
    if len(moved) == 2:
        moves = f"{_CHANNELS[moved[0] - 1]}↔{_CHANNELS[moved[1] - 1]}"
    elif moved:
        cycle = [1, goes_to[1], goes_to[goes_to[1]], 1]
        moves = "→".join(_CHANNELS[k - 1] for k in cycle)
    if len(inverted) == 3:
        flips = "inverted"
    else:
        # after the moves: the channel that is inverted in the result
        new = sorted(goes_to[k] for k in inverted)
        flips = " and ".join(_CHANNELS[k - 1] for k in new) + " inverted" if new else ""
    return ", ".join(filter(None, (moves, flips))) or "unchanged"


def poles(frame: ColourFrame) -> dict[int, str]:
    """Names, all different, of the colours at both ends of the axes of a frame, by ±1, ±2, ±3."""
    from scipy.optimize import linear_sum_assignment  # a tenth of a command's start

    ends = [k * sign for sign in (1, -1) for k in (1, 2, 3)]
    places = np.array([np.sign(end) * np.eye(3)[abs(end) - 1] for end in ends]) * _POLE
    colours = expit(places @ np.transpose(frame.axes) + frame.mean)
    known = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in _NAMES.values()]) / 255
    apart = np.linalg.norm(to_oklab(colours)[:, None] - to_oklab(known), axis=2)
    names = list(_NAMES)
    return {ends[k]: names[n] for k, n in zip(*linear_sum_assignment(apart**2), strict=True)}


def in_words_of(names: dict[int, str], colour: ColourElement) -> str:
    """What a colour element does to the colours at the ends of axes, whose ``names`` are those of
    :func:`poles`: 'blue→yellow→black→blue, …'."""
    goes_to = {old: new for new, old in enumerate(colour, start=1)}  # a sign goes with the colour
    goes_to |= {-old: -new for old, new in goes_to.items()}
    words: list[str] = []
    seen: set[int] = set()
    for start in names:
        cycle = [start]
        while (after := goes_to[cycle[-1]]) != start:
            cycle.append(after)
        if len(cycle) > 1 and start not in seen:
            seen |= set(cycle)
            ends = [names[k] for k in cycle]
            words.append("↔".join(ends) if len(ends) == 2 else "→".join([*ends, ends[0]]))
    return ", ".join(words) or "unchanged"
