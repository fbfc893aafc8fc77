"""How the loss goes down, as a line of text: Blender's fonts have the characters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 20  # characters


def sparkline(values: Sequence[float], width: int = WIDTH) -> str:
    """``values`` as bars, the oldest first, averaged into ``width`` of them at most; the heights
    are logarithmic, as a loss first falls fast and then slowly. Values that are no positive numbers
    are left out."""
    good = [math.log(value) for value in values if 0 < value < math.inf]
    if not good:
        return ""
    count = min(width, len(good))
    edges = [len(good) * k // count for k in range(count + 1)]
    means = [sum(good[start:end]) / (end - start) for start, end in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    span = high - low or 1.0
    return "".join(BARS[round((mean - low) / span * (len(BARS) - 1))] for mean in means)
