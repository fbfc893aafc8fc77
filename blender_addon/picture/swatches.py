"""Small pictures of colour rules, and of the pictures that the service ships. No bpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIDE = 48  # pixels
REFERENCE = (0.93, 0.45, 0.10)  # a colour that every rule but 'none' changes
_PLACE = np.array([1.1, 0.7, -0.9])  # the same in a style's frame, in standard deviations
_CELLS = 6  # a rule's cycles are 1, 2, 3, 4 or 6 long: five of these six come out even


def act(image: Sequence[int], place: np.ndarray) -> np.ndarray:
    """What a place (3,) in a frame becomes: the new coordinate i is the old one |image[i]|, with
    the other sign where it is negative (as the wire's 'describe' says)."""
    return place[[abs(i) - 1 for i in image]] * np.sign(image)


def swatch(images: Sequence[Sequence[int]], frame: np.ndarray | None = None) -> np.ndarray:
    """float32 (SIDE, SIDE, 4), RGBA in 0..1: a colour rule as a tiling. One step to the right is
    the first generator, one step down the second; a third one colours the lower halves of the
    tiles. ``images``: of the generators; none for the rule that changes nothing. ``frame``: (3, 4),
    of the colours that it acts on: the axes, columns, and the mean, all logits of red, green and
    blue; None for these themselves."""
    right, down, halves = (*images, *[(1, 2, 3)] * 3)[:3]
    grid = np.empty((_CELLS, _CELLS, 2, 3))
    axes, mean = (np.eye(3), np.zeros(3)) if frame is None else (frame[:, :3], frame[:, 3])
    row = np.log(np.divide(REFERENCE, np.subtract(1, REFERENCE))) if frame is None else _PLACE
    for i in range(_CELLS):
        colour = row
        for j in range(_CELLS):
            grid[i, j] = colour, act(halves, colour)
            colour = act(right, colour)
        row = act(down, row)
    tile = SIDE // _CELLS
    y, x = np.divmod(np.arange(tile * tile), tile)
    lower = (x + y >= tile).astype(int).reshape(tile, tile)
    rows = grid[:, :, lower]  # (row, column, y, x, rgb)
    places = rows.transpose(0, 2, 1, 3, 4).reshape(SIDE, SIDE, 3)
    return _opaque(1 / (1 + np.exp(-(places @ axes.T + mean))))


def from_bytes(pixels: np.ndarray) -> np.ndarray:
    """float32 (h, w, 4) of |u1 (h, w, 3)."""
    return _opaque(pixels / np.float32(255))


def _opaque(colours: np.ndarray) -> np.ndarray:
    return np.dstack([colours, np.ones(colours.shape[:2])]).astype(np.float32)
