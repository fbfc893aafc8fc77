"""Points of a space kept on it, and compared."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import PLANE, SPHERE, Array, Space

NEAR = 1e-6  # what is nearer counts as the same place


def projected(space: Space, point: Array) -> Array:
    """The point of the space on the line through the origin and ``point`` (3,)."""
    if space is PLANE:
        return point / point[2]
    return (
        point
        / math.sqrt(abs(float(space.inner(point, point))))
        * (1 if space is SPHERE else np.sign(point[2]))
    )


def kept_on(space: Space, points: Array) -> Array:
    """Points (..., 3) of the space, without what rounding adds up to: of the hyperboloid t is
    worked out from x and y, see :mod:`geometry.hyperbolic.mirrors`."""
    if space is SPHERE:
        return points / np.linalg.norm(points, axis=-1, keepdims=True)
    if space is PLANE:
        return points
    flat = points[..., :2]
    return np.concatenate([flat, np.sqrt(1 + (flat**2).sum(axis=-1, keepdims=True))], axis=-1)


def rounded(values: NDArray) -> tuple[int, ...]:
    """By which values that differ by rounding errors only are found again."""
    return tuple(np.rint(np.asarray(values) * 1e4 + 0.318).astype(np.int64).ravel())
