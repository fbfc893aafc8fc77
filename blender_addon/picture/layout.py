"""The UV layout as pictures: which triangle paints a texel, and where in it. NumPy only.

A texture has (size, size) texels, top row first; texel (i, j) has its centre at
u = (j + ½)/size, v = 1 − (i + ½)/size. UVs outside 0..1 wrap.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    # Of a triangle over several repetitions of the texture: two around its middle are enough.
    middle = corners.mean(axis=1)
    low = np.ceil(np.maximum(corners.min(axis=1), middle - size) - EDGE).astype(np.int64)
    high = np.floor(np.minimum(corners.max(axis=1), middle + size) + EDGE).astype(np.int64)
    wide, tall = np.where((area != 0)[:, None], np.maximum(high - low + 1, 0), 0).T
    owner = np.full(size * size, -1, np.int32)
    weights = np.zeros((size * size, 3), np.float32)
    for triangle, point in _tried(low, wide, tall):
        start, scale = first[triangle], 1 / area[triangle]
        b = _cross(point - start, third[triangle] - start) * scale
        c = _cross(second[triangle] - start, point - start) * scale
        inside = (b >= -EDGE) & (c >= -EDGE) & (b + c <= 1 + EDGE)
        x, y = (point[inside] % size).T
        b, c, texel = b[inside], c[inside], y * size + x
        owner[texel] = triangle[inside]
        weights[texel] = np.column_stack([1 - b - c, b, c])
        if (owner >= 0).all():  # at once, in layouts that repeat a texture a thousand times
            break
    painted = np.flatnonzero(owner >= 0)
    return Layout(painted // size, painted % size, owner[painted], weights[painted], size)


def _tried(
    low: np.ndarray, wide: np.ndarray, tall: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(triangles (N,), points (N, 2)): the texels of all triangles' rectangles, row by row."""
    for owners, down in _expanded(np.arange(len(low)), tall):
        for line, right in _expanded(np.arange(len(owners)), wide[owners]):
            triangles = owners[line]
            yield triangles, low[triangles] + np.column_stack([right, down[line]])


def _expanded(items: np.ndarray, counts: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each item ``counts`` times with the numbers 0, 1, … below its count, CHUNK or so at once."""
    used = np.flatnonzero(counts)
    group = (np.cumsum(counts[used]) - counts[used]) // CHUNK
    for some in np.split(used, np.flatnonzero(np.diff(group)) + 1):
        starts = np.cumsum(counts[some]) - counts[some]
        numbers = np.arange(counts[some].sum()) - np.repeat(starts, counts[some])
        yield np.repeat(items[some], counts[some]), numbers


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    result: np.ndarray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


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
