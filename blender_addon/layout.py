"""The UV layout as pictures: which triangle paints a texel, and where in it. NumPy only.

A texture has (size, size) texels, top row first; texel (i, j) has its centre at
u = (j + ½)/size, v = 1 − (i + ½)/size. UVs outside 0..1 wrap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHUNK = 1 << 20  # texels that are tried at once: bounds the memory
MARGIN = 16  # texels around islands that get the islands' values
EDGE = 1e-6  # a centre on the edge between two triangles belongs to one of them at least


@dataclass(frozen=True)
class Layout:
    """Texels whose centres lie in a triangle of the layout, in no order, each once.

    ``rows``, ``columns`` (N,) int; ``triangles`` (N,) int; ``weights`` (N, 3) float32:
    barycentric, of the triangle's three corners. ``size``: texels of a side.
    """

    rows: np.ndarray
    columns: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray
    size: int

    def picture(self, values: np.ndarray) -> np.ndarray:
        """``values`` (N, C) float32 in their places, (size, size, C), and spread over the texels
        that no triangle covers: the nearest ones around, at last the mean of all."""
        full = np.zeros((self.size, self.size, values.shape[1]), np.float32)
        known = np.zeros((self.size, self.size), bool)
        full[self.rows, self.columns], known[self.rows, self.columns] = values, True
        _spread(full, known)
        full[~known] = values.mean(axis=0) if len(values) else 0
        return full


def _spread(full: np.ndarray, known: np.ndarray) -> None:
    """Give unknown texels the mean of their known neighbours, MARGIN times, in place."""
    size = len(known)
    steps = ((0, 1), (0, -1), (1, 0), (-1, 0))
    for _ in range(MARGIN):
        # The texture repeats, so its left side continues at its right.
        near = np.logical_or.reduce([np.roll(known, step, (0, 1)) for step in steps])
        rows, columns = np.nonzero(near & ~known)
        total = np.zeros((len(rows), full.shape[2]), np.float32)
        count = np.zeros((len(rows), 1), np.float32)
        for down, right in steps:
            there = (rows - down) % size, (columns - right) % size
            total += full[there] * known[there][:, None]
            count += known[there][:, None]
        full[rows, columns], known[rows, columns] = total / count, True


def rasterise(uvs: np.ndarray, size: int) -> Layout:
    """The :class:`Layout` of the triangles ``uvs`` (F, 3, 2), v up.

    Where triangles overlap, one of them paints the texel. Triangles without area paint none.
    """
    corners = np.asarray(uvs, np.float64) * (size, -size) + (-0.5, size - 0.5)  # x right, y down
    first, second, third = np.moveaxis(corners, 1, 0)
    area = _cross(second - first, third - first)
    low = np.ceil(corners.min(axis=1) - EDGE).astype(np.int64)
    high = np.floor(corners.max(axis=1) + EDGE).astype(np.int64)
    # A triangle over several repetitions of the texture: two are as good as a hundred.
    spans = np.clip(high - low + 1, 0, 2 * size)
    counts = np.where(np.abs(area) > 0, spans[:, 0] * spans[:, 1], 0)
    owner = np.full(size * size, -1, np.int32)
    weights = np.zeros((size * size, 3), np.float32)
    for some in _chunks(counts):
        which = np.repeat(some, counts[some])
        starts = np.cumsum(counts[some]) - counts[some]
        place = np.arange(len(which)) - np.repeat(starts, counts[some])
        down, right = np.divmod(place, spans[which, 0])
        point = low[which] + np.column_stack([right, down])
        b = _cross(point - first[which], third[which] - first[which]) / area[which]
        c = _cross(second[which] - first[which], point - first[which]) / area[which]
        inside = (b >= -EDGE) & (c >= -EDGE) & (b + c <= 1 + EDGE)
        x, y = (point[inside] % size).T
        b, c, texel = b[inside], c[inside], y * size + x
        owner[texel] = which[inside]
        weights[texel] = np.column_stack([1 - b - c, b, c])
    painted = np.flatnonzero(owner >= 0)
    return Layout(painted // size, painted % size, owner[painted], weights[painted], size)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    result: np.ndarray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def _chunks(counts: np.ndarray) -> list[np.ndarray]:
    """Numbers of triangles, in groups of about CHUNK texels; a single one may have more."""
    used = np.flatnonzero(counts)
    group = (np.cumsum(counts[used]) - counts[used]) // CHUNK
    return np.split(used, np.flatnonzero(np.diff(group)) + 1) if len(used) else []


def sample(picture: np.ndarray, uvs: np.ndarray) -> np.ndarray:
    """``picture`` (H, W, C), top row first, read between its texels at ``uvs`` (N, 2); wraps."""
    height, width = picture.shape[:2]
    x, y = uvs[:, 0] * width - 0.5, (1 - uvs[:, 1]) * height - 0.5
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right_share, low_share = (x - left)[:, None], (y - top)[:, None]
    result = np.zeros((len(uvs), picture.shape[2]), np.float32)
    for down, vertical in ((0, 1 - low_share), (1, low_share)):
        for aside, horizontal in ((0, 1 - right_share), (1, right_share)):
            taps = picture[(top + down) % height, (left + aside) % width]
            result += taps * vertical * horizontal
    return result


CLASSES = ()
