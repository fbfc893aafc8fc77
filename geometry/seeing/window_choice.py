"""Which windows on what cameras see are looked at one after the other, where all of it at once is
too much for a network: any few that follow one another are spread over the whole surface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from geometry.spaces import Array

_CALM = 4  # how much less what has been looked at once more is worth: a power of the looks


class CoarseView(NamedTuple):
    """What a camera sees, in few pixels. shape: (h, w); shows: (h·w × texels), 0 or more, how much
    a pixel shows of the texels; window: (rows, columns) of a window."""

    shape: tuple[int, int]
    shows: sparse.csr_matrix
    window: tuple[int, int]


class CoarseSpot(NamedTuple):
    """Where a window lies. view: the camera's number; top, left: in pixels of the coarse view."""

    view: int
    top: int
    left: int


def spread_windows(views: Sequence[CoarseView]) -> Iterator[tuple[CoarseSpot, float]]:
    """Windows without end, the most useful first, each where what it shows has been looked at
    least; and how often, on average, all that there is has been looked at with it and those before.
    A texel that fills as many pixels as in the view that shows it best has been looked at once. The
    same views give the same windows.

    The first one raises ValueError if no view shows anything."""
    whole = [np.asarray(view.shows.sum(axis=0)).ravel() for view in views]
    best = np.max(whole, axis=0)
    seen = best > 0
    if not seen.any():
        raise ValueError("nothing is seen")
    scale = np.where(seen, 1 / np.maximum(best, 1e-30), 0.0)
    looks = np.zeros(len(best))
    while True:
        worth = np.where(seen, (1 + looks) ** -_CALM, 0.0)
        sums = [_box_sums((view.shows @ worth).reshape(view.shape), view.window) for view in views]
        number = int(np.argmax([found.max() for found in sums]))
        view, found = views[number], sums[number]
        top, left = divmod(int(found.argmax()), found.shape[1])
        inside = np.zeros(view.shape)
        inside[top : top + view.window[0], left : left + view.window[1]] = 1
        looks += scale * (view.shows.T @ inside.ravel())
        yield CoarseSpot(number, top, left), float((looks * best).sum() / best.sum())


def _box_sums(values: Array, box: tuple[int, int]) -> Array:
    """The sums over every box of (rows, columns) that lies in ``values``, by its first corner."""
    total = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    rows, columns = box
    return (
        total[rows:, columns:]
        - total[:-rows, columns:]
        - total[rows:, :-columns]
        + total[:-rows, :-columns]
    )
