"""What counts of a view, cut into windows."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.maps.sampling import SamplingMap
from geometry.seeing.cameras import COSINE_CUT
from geometry.seeing.visibility import ViewMap
from geometry.spaces import Array


@dataclass(frozen=True, eq=False)
class MeshView:
    """A window on what a camera sees. sampling: texels of the canvas' mip pyramid → pixels;
    weight, coverage: (H, W) in 0..1."""

    sampling: SamplingMap
    weight: Array
    coverage: Array

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.coverage.shape[0], self.coverage.shape[1]


def windows(view: ViewMap, longest: int) -> list[MeshView]:
    """What counts of a view, in windows of at most ``longest`` pixels a side."""
    weight = view.coverage * np.where(view.cosine > COSINE_CUT, view.cosine, 0)
    if weight.sum() <= 1:
        return []
    found = []
    rows, columns = (_parts(weight.any(axis=1 - axis), longest) for axis in (0, 1))
    for top, bottom in rows:
        for left, right in columns:
            window = np.s_[top:bottom, left:right]
            if weight[window].mean() > 0.02:  # next to nothing is to be seen in the others
                pixels = np.arange(weight.size).reshape(weight.shape)[window].ravel()
                found.append(
                    MeshView(
                        view.sampling.row_subset(pixels), weight[window], view.coverage[window]
                    )
                )
    return found


def _parts(used: NDArray[np.bool_], longest: int) -> list[tuple[int, int]]:
    """The range of lines that are used, cut into equal parts of at most ``longest``."""
    lines = np.flatnonzero(used)
    first, last = int(lines[0]), int(lines[-1]) + 1
    missing = max(0, 64 - (last - first))  # deep layers need some pixels
    first = max(0, first - missing // 2)
    last = min(len(used), max(last, first + 64))
    first = max(0, last - max(last - first, 64))
    count = math.ceil((last - first) / longest)
    ends = np.linspace(first, last, count + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(ends)]
