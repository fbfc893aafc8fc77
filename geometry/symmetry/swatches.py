"""Small pictures of colour rules: a style's picture in all colours that a rule gives it.

It needs only NumPy, so that the add-on ships the very same file; ``swatches.py`` in
``blender_addon/offer`` is a link to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIDE = 72  # pixels: thirds, quarters and sixths of it are whole
SEEN = 0.06  # a rule that changes colours by less on average, of 0..1, can hardly be seen
_GAP = 1  # clear pixels between the tiles
_MOST = 6  # tiles along a side: a rule's cycles are 1, 2, 3, 4 or 6 long
_EDGE = 1e-3  # colours are this far from 0 and 1 at least, where their logits are taken


def act(image: Sequence[int], place: np.ndarray) -> np.ndarray:
    """What places (..., 3) in a frame become: the new coordinate i is the old one |image[i]|, with
    the other sign where it is negative (as the wire's 'describe' says)."""
    return place[..., [abs(i) - 1 for i in image]] * np.sign(image)


def painted(image: Sequence[int], look: np.ndarray, frame: np.ndarray | None) -> np.ndarray:
    """What an image of a generator makes of colours (..., 3) in 0..1. ``frame``: (3, 4), of the
    colours that it acts on: the axes, columns, and the mean, all logits of red, green and blue;
    None for these themselves."""
    if tuple(image) == (1, 2, 3):
        return look
    inside = np.clip(look, _EDGE, 1 - _EDGE)
    logits = np.log(inside / (1 - inside))
    if frame is None:
        return 1 / (1 + np.exp(-act(image, logits)))
    axes, mean = frame[:, :3], frame[:, 3]
    place = (logits - mean) @ np.linalg.inv(axes).T
    return 1 / (1 + np.exp(-(act(image, place) @ axes.T + mean)))


def swatch(
    images: Sequence[Sequence[int]], look: np.ndarray, frame: np.ndarray | None = None
) -> np.ndarray:
    """|u1 (SIDE, SIDE, 4), RGBA: a picture ``look``, |u1 (h, h, 3), under a colour rule, cut into
    tiles. A step to the right is the first generator, a step down the second; a third one colours
    the lower halves of the tiles. ``images``: of the generators, see :func:`painted`."""
    right, down, halves = (*images, *[(1, 2, 3)] * 3)[:3]
    step = np.linspace(0, len(look), SIDE, endpoint=False).astype(int)
    colours = look[step][:, step] / 255
    columns, rows = _cycle(right), _cycle(down)
    if halves != (1, 2, 3) and max(columns, rows) == 1:
        columns = rows = 2  # so that the halves are seen to repeat
    shown = np.empty((SIDE, SIDE, 3))
    y, x = np.mgrid[:SIDE, :SIDE]
    row, column = y * rows // SIDE, x * columns // SIDE
    lower = (y % (SIDE / rows)) * rows + (x % (SIDE / columns)) * columns >= SIDE
    first: np.ndarray = colours
    for i in range(rows):
        here = first
        for j in range(columns):
            tile = (row == i) & (column == j)
            shown[tile] = here[tile]
            below = tile & lower
            shown[below] = painted(halves, here, frame)[below]
            here = painted(right, here, frame)
        first = painted(down, first, frame)
    edges = (row[:, :1] != np.roll(row[:, :1], -_GAP)) | (column[:1] != np.roll(column[:1], -_GAP))
    edges[-1] = edges[:, -1] = False
    return np.dstack([np.rint(255 * shown), np.where(edges, 0, 255)]).astype(np.uint8)


def strangeness(
    images: Sequence[Sequence[int]], look: np.ndarray, frame: np.ndarray | None = None
) -> float:
    """How badly a rule suits a style: how far the histograms of its colours are from those that the
    rule makes of them (Wasserstein-1, 0..1, the worst of the generators); 1 more where the change
    can hardly be seen. 0 for the rule that changes nothing."""
    colours = look.reshape(-1, 3) / 255
    changes = {tuple(image) for image in images} - {(1, 2, 3)}
    worst = seen = 0.0
    for image in changes:
        changed = painted(image, colours, frame)
        gap = np.abs(np.sort(changed, axis=0) - np.sort(colours, axis=0)).mean()
        worst, seen = max(worst, float(gap)), max(seen, float(np.abs(changed - colours).mean()))
    return worst + 1 if changes and seen < SEEN else worst


def _cycle(image: Sequence[int]) -> int:
    """After how many times a change of colours is none: 1, 2, 3, 4 or 6."""
    place, count = np.array([1, 2, 3]), 1
    while count < _MOST and not np.array_equal(now := act(image, place), [1, 2, 3]):
        place, count = now, count + 1
    return count
