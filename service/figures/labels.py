"""Where the names of generators stand on a figure: beside what they name, clear of all else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array

MARGIN = 3.0  # of a figure around its picture, in units, so that whole symbols and names fit
_ASIDE = (1.7, 2.1)  # units between a place and its name
_CLEAR = 1.9  # units around a name that are free at best
_COVERS = 0.2  # of a free place's worth, lost by a name over the domain
_WAYS = 16


@dataclass(frozen=True, eq=False)
class Label:
    """A name in the middle of ``place``, (2,) in pixels. on_line: it interrupts the line that it
    names."""

    text: str
    place: Array
    on_line: bool = False


def label_at(
    text: str,
    places: Array,
    on_line: bool,
    target: Array,
    unit: float,
    inside: NDArray[np.bool_],
    occupied: Sequence[Array],
) -> Label:
    """A name in the line at one of ``places`` (n, 2), or beside one, near the ``target``. inside:
    (H, W), the pixels of the domain, which a name beside does not cover if it can do without;
    occupied: curves (m, 2), of which it should be clear."""
    shape = inside.shape
    candidates = places
    if not on_line:
        turns = 2 * math.pi * np.arange(_WAYS) / _WAYS
        around = np.stack([np.cos(turns), np.sin(turns)], axis=1)
        ways = np.concatenate([unit * aside * around for aside in _ASIDE])
        candidates = (places[:, None] + ways).reshape(-1, 2)
    rim = unit * (MARGIN - 1.2)
    fits = ((candidates > -rim) & (candidates < np.array(shape[::-1]) + rim)).all(axis=1)
    candidates = candidates[fits] if fits.any() else candidates
    clear = np.full(len(candidates), np.inf)
    for curve in occupied:
        clear = np.minimum(clear, _distance(candidates, curve))
    away = np.linalg.norm(candidates - target, axis=1)
    column, row = np.clip(candidates.astype(int), 0, np.array(shape[::-1]) - 1).T
    within = ((candidates >= 0) & (candidates < shape[::-1])).all(axis=1) & inside[row, column]
    within &= not on_line
    score = np.minimum(clear / (_CLEAR * unit), 1) - away / math.hypot(*shape) - _COVERS * within
    return Label(text, candidates[score.argmax()], on_line)


def _distance(points: Array, curve: Array) -> Array:
    """From points (n, 2) to a curve (m, 2): (n,)."""
    if len(curve) == 1:
        return np.linalg.norm(points - curve, axis=1)
    if len(curve) > 2:
        return np.linalg.norm(points[:, None] - curve[None], axis=2).min(axis=1)
    start, along = curve[0], curve[1] - curve[0]
    t = np.clip((points - start) @ along / max(float(along @ along), 1e-12), 0, 1)
    return np.linalg.norm(points - start - t[:, None] * along, axis=1)
