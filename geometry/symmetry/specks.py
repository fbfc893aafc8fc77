"""Pixels that are alone in their ink, given that of most pixels around them.

The eight pixels around one stay around it when a group permutes pixels, and a colour rule that
permutes inks keeps their distances, so a picture keeps its symmetry. Where two inks are as good,
which only what keeps the pixel could tie, nothing is changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array

_AROUND = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
_TIE = 1e-9


def without_specks(which: NDArray[np.intp], inks: Array, skew: int | None) -> NDArray[np.intp]:
    """The numbers (H, W) of pixels' ``inks`` (k, 3), places. skew: of a torus, by how much the copy
    above is shifted; None for a picture that ends at its borders, whose outermost pixels stay."""
    around = _around(which, skew)
    alone = ~(around == which).any(axis=0)
    if skew is None:
        alone[[0, -1]], alone[:, [0, -1]] = False, False
    own, seen = which[alone], around[:, alone]
    counts = (seen[None] == np.arange(len(inks))[:, None, None]).sum(axis=1)  # (k, n)
    apart = np.linalg.norm(inks[:, None] - inks, axis=2)
    nearness = 0.5 * (1 - apart / max(float(apart.max()), _TIE))  # less than a pixel counts
    scores = np.where(counts > 0, counts + nearness[:, own], -1)
    best = np.sort(scores, axis=0)[-2:]
    found = np.where(best[1] - best[0] > _TIE, scores.argmax(axis=0), own)
    out = which.copy()
    out[alone] = found
    return out


def _around(which: NDArray[np.intp], skew: int | None) -> NDArray[np.intp]:
    """(8, H, W): what is around each pixel."""
    if skew is None:
        rows = np.pad(which, 1, mode="edge")
    else:
        above, below = np.roll(which[-1:], -skew, axis=1), np.roll(which[:1], skew, axis=1)
        rows = np.pad(np.concatenate([above, which, below]), ((0, 0), (1, 1)), mode="wrap")
    height, width = which.shape
    return np.stack([rows[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] for dy, dx in _AROUND])
