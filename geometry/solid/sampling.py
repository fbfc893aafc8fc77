"""A picture read at the corners of triangles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geometry.errors import InputError
from geometry.solid.checks import Triangles
from geometry.spaces import Array


def sampled(
    places: Array, triangles: Triangles, read: Callable[[Array], Array], spread: float = 0.5
) -> Array:
    """Values (V, k) at the corners of triangles (F, 3). places: (F, 3, d), where in the picture
    each face's corners are; read: places (n, d) to values (n, k).

    Half of a value is what is there, half what is ``spread`` of the way along the edges: a triangle
    stands for a part of the picture, and what is finer must not turn into noise."""
    count = int(triangles.max()) + 1
    faces = np.bincount(triangles.ravel(), minlength=count)[:, None]
    sums = []
    for k in range(3):
        here = places[:, k]
        ahead, behind = (here + spread * (places[:, (k + step) % 3] - here) for step in (1, 2))
        values = 0.5 * read(here) + 0.25 * (read(ahead) + read(behind))
        columns = [np.bincount(triangles[:, k], column, count) for column in values.T]
        sums.append(np.stack(columns, axis=1))
    return np.asarray(sum(sums) / np.maximum(faces, 1))


def heights_of(values: Array) -> Array:
    """The last column, from 0 where it is least to 1 where it is most. Raises
    InputError("flat-picture")."""
    heights = values[:, -1]
    low, high = heights.min(), heights.max()
    if high - low < 1e-3:
        raise InputError(
            "flat-picture",
            "depth",
            "The picture is equally light everywhere: there is nothing to carve.",
            "Give a picture of heights: --heights FILE.",
        )
    return np.asarray((heights - low) / (high - low))
