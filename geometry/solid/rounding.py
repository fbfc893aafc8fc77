"""Points as files have them, in float32."""

from __future__ import annotations

import numpy as np

from geometry.spaces import Array


def rounded(points: Array) -> Array:
    """Each coordinate the nearest float32."""
    return points.astype(np.float32).astype(np.float64)


def same_points(points: Array) -> int:
    """How many points (V, 3) lie where another one does: a file without numbers, such as an STL,
    would join them."""
    return len(points) - len(np.unique(points, axis=0))
