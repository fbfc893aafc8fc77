"""A picture's mean period, and how far any motion of it is from a symmetry, with any change of
colours: all places of its centre at once.

In coordinates of the lattice the linear part of a symmetry is a matrix of whole numbers, which
permutes the nodes of a grid; for it, the mean-square difference of f(L·p + t) and c·f(p) over the
period is a cross-correlation over t, an FFT for each pair of channels, and signed permutations c of
the channels only add other pairs up.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field

import numpy as np
from scipy import fft, ndimage

from geometry.spaces import Array
from service.measuring.sight import Sight

_STEP = 12  # nodes along a side are a multiple of it: halves, thirds, quarters, sixths are nodes
_LEAST, _MOST = 48, 192
_FINE = 2  # nodes a pixel, where a period is not too long for that
_BLUR = 0.8  # nodes: half of one shall not matter
_SPLINE = 3
_LOSS = 3  # pixels at the border that are left out: blurs and splines do not see beyond it

_ORDERS = tuple(itertools.permutations(range(3)))  # of channels

Linear = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Torus:
    """mean: (n, n, 3), the mean over all copies of a node, at (row, column) / n of the lattice's
    second and first translation; basis: (2, 2), those as columns, in the sight's pixels."""

    mean: Array
    basis: Array
    _gaps: dict[tuple[Linear, bool], Array] = field(default_factory=dict)
    _splines: dict[tuple[Linear, bool], Array] = field(default_factory=dict)

    @functools.cached_property
    def unrelated(self) -> float:
        """The mean-square difference of places that have nothing to do with each other."""
        return float(2 * self.mean.reshape(-1, 3).var(axis=0).mean())

    def gaps(self, linear: Linear, coloured: bool) -> Array:
        """(n, n): by the shift, in nodes (row, column), that follows ``linear``, the mean-square
        difference over what unrelated places differ by, under the change of colours that makes it
        least; not coloured: under none."""
        key = (linear, coloured)
        if key not in self._gaps:
            self._gaps[key] = self._worked_out(linear, coloured)
        return self._gaps[key]

    def spline(self, linear: Linear, coloured: bool) -> Array:
        """The same as coefficients of a cubic spline, for places between nodes."""
        key = (linear, coloured)
        if key not in self._splines:
            gaps = self.gaps(linear, coloured)
            self._splines[key] = ndimage.spline_filter(gaps, _SPLINE, mode="grid-wrap")
        return self._splines[key]

    def _worked_out(self, linear: Linear, coloured: bool) -> Array:
        n = len(self.mean)
        row, column = np.indices((n, n))
        (a, b), (c, d) = linear
        area = a * d - b * c
        # f∘L⁻¹, by which f(L·p + t) against f(p) becomes f(q + t) against f(L⁻¹·q)
        x, y = (d * column - b * row) * area, (a * row - c * column) * area
        turned = fft.rfft2(self.mean[y % n, x % n], axes=(0, 1))
        here = fft.rfft2(self.mean, axes=(0, 1))

        def shared(i: int, j: int) -> Array:
            found: Array = fft.irfft2(here[..., i] * turned[..., j].conj(), (n, n))
            return found

        if coloured:  # each channel's sign is free, so it is the one that makes more of it
            pairs = {(i, j): np.abs(shared(i, j)) for i in range(3) for j in range(3)}
            most = np.max([pairs[0, i] + pairs[1, j] + pairs[2, k] for i, j, k in _ORDERS], axis=0)
        else:
            most = shared(0, 0) + shared(1, 1) + shared(2, 2)
        energy = 2 * float((self.mean**2).sum())
        return np.maximum(energy - 2 * most, 0) / (3 * n**2 * self.unrelated)


def fold(sight: Sight, basis: Array, multiple: int = 1) -> Torus:
    """The mean period of a picture whose lattice has ``basis``, (2, 2) columns in its pixels, short
    ones. The nodes along a side are a multiple of 12 · ``multiple``, if that can be."""
    period = float(np.linalg.norm(basis, axis=0).max())
    step = _STEP * multiple if _STEP * multiple <= _MOST else _STEP
    count = step * round(float(np.clip(_FINE * period, _LEAST, _MOST)) / step + 0.49)
    count = min(max(step, count), _MOST // step * step)
    height, width = sight.seen.shape
    row, column = np.divmod(np.arange(count * count), count)
    nodes = (basis @ np.stack([column, row]) / count).T
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ np.linalg.inv(basis).T
    low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    splines = [ndimage.spline_filter(sight.smooth[..., k], _SPLINE) for k in range(3)]
    clear = ndimage.binary_erosion(sight.seen, iterations=_LOSS)
    total, copies = np.zeros((count * count, 3)), np.zeros(count * count)
    for m, n in itertools.product(range(low[0] - 1, high[0] + 1), range(low[1] - 1, high[1] + 1)):
        place = (nodes + basis @ (m, n) - 0.5)[:, ::-1]
        near = np.rint(place).astype(int)
        there = ((near >= 0) & (near < (height, width))).all(axis=1)
        there[there] = clear[tuple(near[there].T)]
        if there.any():
            copies[there] += 1
            for k, spline in enumerate(splines):
                total[there, k] += ndimage.map_coordinates(
                    spline, place[there].T, order=_SPLINE, prefilter=False
                )
    mean = total / np.maximum(copies, 1)[:, None]
    mean[copies == 0] = mean[copies > 0].mean(axis=0)
    mean = ndimage.gaussian_filter(mean.reshape(count, count, 3), (_BLUR, _BLUR, 0), mode="wrap")
    return Torus(mean, basis)
