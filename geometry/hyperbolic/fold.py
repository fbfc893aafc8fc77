"""Symmetric textures of the hyperbolic plane: fold with a partition of unity on a domain chart.

The triangle group's mirrors bring every point p to y in the triangle, with an element g of the
group. F blends the paint there with that of the neighbour h across the nearest mirror,

    F(p) = (1 − w) c(g)⁻¹ K(g·p) + w c(h)⁻¹ K(h·p),      w = S((1 − a/b − a/c)/2),

where a ≤ b ≤ c are sinh of the distances from y to the mirrors and S(x) = x²(3 − 2x) on 0..1. All
of it depends on y and the coset of g alone, so that F is invariant exactly, and it is smooth: on a
mirror w = ½ from both sides, and w = 0 long before another mirror is the nearest (b = a). The
overlap is as wide, relative to the domain, near a corner of sixty triangles as elsewhere, and no
more than two places of the chart are read; a partition by distances from seeds would blur all
sixty into one. Only very near to a corner F turns into the mean over all triangles there.

The chart is the band model along mirror n, the axis of symmetry of the domain, a kite of one
triangle and its mirror image: a conformal map. No point of the triangle is farther from mirror n
than arcosh 1/sin(π/2r), where π/r is the angle opposite (the angle of parallelism of both halves of
it in the limit of p, q → ∞), so that texels vary by no more than √2 in length in a triangle with a
right angle there, by no more than 2 with π/3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geometry.hyperbolic.mirrors import Codes, Mirrors, make_mirrors, reduce, reflect
from geometry.maps.sampling import Reads, SamplingMap, from_reads
from geometry.maps.taps import bilinear_taps
from geometry.spaces import HYPERBOLIC, Array, translation
from geometry.symmetry.groups import Colouring, Group

_DOT = 0.6  # radius of the dots around corners, times the corner's height over its order
_DOT_TEXELS = 2  # ... but at least so many texels
_DOT_LIMIT = 0.45  # ... and at most so much of the height: dots are apart from each other
_CHUNK = 1 << 14  # points at a time: they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class HyperbolicChart:
    """One chart, the band model along mirror n: rows across the axis, columns along it.

    shape: texels (rows, columns); origin: (across, along) of texel (0, 0) in the band, whose axis
    has unit scale; texel: its length there; dots: (3,), hyperbolic radius around each corner of
    the triangle in which F turns into a mean.
    """

    mirrors: Mirrors
    shape: tuple[int, int]
    origin: tuple[float, float]
    texel: float
    dots: Array

    @property
    def texels(self) -> int:
        """How many texels the chart has: the columns of a fold."""
        return self.shape[0] * self.shape[1]


def hyperbolic_chart(group: Group, colouring: Colouring, texel: float) -> HyperbolicChart:
    """The chart of a hyperbolic group whose texels are ``texel`` long (hyperbolic length) on the
    axis of the domain, and up to 1/sin(π/2r) times as long at its farthest corner."""
    mirrors = make_mirrors(group, colouring)
    heights = np.arcsinh(_depths(mirrors.corners, mirrors).max(axis=1))
    dots = np.clip(
        _DOT_TEXELS * texel, _DOT * heights / np.array(mirrors.orders), _DOT_LIMIT * heights
    )
    support = _support(mirrors, dots)
    low, high = support.min(axis=0), support.max(axis=0)
    # 2 % for what lies between the points of the support, and two texels of air for the taps
    margin = 0.02 * (high - low) + 2 * texel
    rows, columns = np.ceil((high - low + 2 * margin) / texel).astype(int) + 1
    across, along = low - margin
    return HyperbolicChart(mirrors, (int(rows), int(columns)), (across, along), texel, dots)


def fold(points: Array, chart: HyperbolicChart) -> SamplingMap:
    """Canvas → logits at ``points`` (n, 3) of the hyperboloid: the kaleidoscope as a sparse map.

    Columns are the chart's texels, row-major; four bilinear taps for every place that is read.
    """

    def read(chunk: Array) -> Reads:
        seen = _contributions(chunk, chart)
        order = np.argsort(seen.rows, kind="stable")
        coset, colour = np.divmod(seen.codes[order], len(chart.mirrors.palette))
        band = _band(seen.places[order], coset, chart.mirrors)
        positions = (band - np.array(chart.origin)) / chart.texel
        taps, shares = bilinear_taps(positions, seen.weights[order], chart.shape[1])
        return Reads(seen.rows[order], taps, shares, colour.astype(np.int8))

    return from_reads(chart.texels, points, _CHUNK, read, chart.mirrors.palette)


class _Places(NamedTuple):
    """What points see: rows (k,), places (k, 3) in and around the triangle, codes (k,), weights
    (k,), which sum to 1 in every row; in any order."""

    rows: Codes
    places: Array
    codes: Codes
    weights: Array


def _contributions(points: Array, chart: HyperbolicChart) -> _Places:
    mirrors = chart.mirrors
    inside, code = reduce(points, mirrors)
    cosh = inside @ (mirrors.corners * -np.array(HYPERBOLIC.form)).T
    mean = np.zeros(len(points))
    parts: list[_Places] = []
    for k, radius in enumerate(chart.dots):
        near = np.flatnonzero(cosh[:, k] < math.cosh(radius))
        mean[near] = _bump(HYPERBOLIC.distance(inside[near], mirrors.corners[k]) / radius)
        weight = mean[near] / (2 * mirrors.orders[k])
        place, at = inside[near], code[near]
        for step in range(2 * mirrors.orders[k]):  # all triangles around the corner in turn
            parts.append(_Places(near, place, at, weight))
            mirror = (k + step % 2) % 3
            place = reflect(place, mirrors.normals[mirror])
            at = mirrors.passing[mirror, at]
    depth = _depths(inside, mirrors)
    nearest = depth.argmin(axis=1)
    overlap = _overlap(depth)
    if mirrors.tiling.cosets == 2:
        overlap[nearest == 1] = 0  # both sides of n belong to the domain
    overlap *= 1 - mean
    parts.append(_Places(np.arange(len(points)), inside, code, 1 - mean - overlap))
    across = np.flatnonzero(overlap)
    beyond = nearest[across]
    parts.append(
        _Places(
            across,
            reflect(inside[across], mirrors.normals[beyond]),
            mirrors.passing[beyond, code[across]],
            overlap[across],
        )
    )
    return _Places(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _bump(x: Array) -> Array:
    return np.square(1 - np.minimum(x, 1) ** 2)


def _depths(inside: Array, mirrors: Mirrors) -> Array:
    """sinh of the distances (n, 3) from points of the triangle to its mirrors."""
    return np.maximum(inside @ (mirrors.normals * np.array(HYPERBOLIC.form)).T, 0)


def _overlap(depth: Array) -> Array:
    """Share (n,) of the neighbour across the nearest mirror: w, see above."""
    a, b, c = np.maximum(np.sort(depth, axis=1), 1e-150).T
    x = np.maximum(1 - a / b - a / c, 0) / 2
    return x * x * (3 - 2 * x)


def _support(mirrors: Mirrors, dots: Array) -> Array:
    """Places (k, 2) in the band, spread over all that a fold can read, up to its rim."""
    # the triangle has straight sides in Klein's model: an even grid of barycentric coordinates
    i, j = np.meshgrid(*[np.linspace(0, 1, 129)] * 2, indexing="ij")
    shares = np.stack([i, j, 1 - i - j], axis=-1)[i + j <= 1 + 1e-9]
    grid = shares @ (mirrors.corners / mirrors.corners[:, 2:])
    grid /= np.sqrt(-HYPERBOLIC.inner(grid, grid))[:, None]
    depth = _depths(grid, mirrors)
    parts = [grid]
    for k in range(3):
        seen = (depth.argmin(axis=1) == k) & (_overlap(depth) > 0)
        parts.append(reflect(grid[seen], mirrors.normals[k]))
    angle = np.linspace(0, 2 * math.pi, 129)
    for corner, radius in zip(mirrors.corners, dots, strict=True):
        circle = np.stack([np.cos(angle), np.sin(angle), 1 / np.tanh(radius) + 0 * angle], axis=1)
        parts.append(np.sinh(radius) * circle @ translation(corner).T)
    places = np.concatenate(parts)
    return np.concatenate(
        [
            _band(places, np.full(len(places), coset), mirrors)
            for coset in range(mirrors.tiling.cosets)
        ]
    )


def _band(points: Array, coset: Codes, mirrors: Mirrors) -> Array:
    """(across, along) (n, 2) in the band model whose axis is mirror n; in coset 1, of the points'
    mirror images. Fermi coordinates: sinh of the distance from the axis is ⟨x, n⟩, of which the
    Gudermannian is the conformal coordinate."""
    sinh = points @ (mirrors.normals[1] * np.array(HYPERBOLIC.form))
    angle = math.pi / mirrors.tiling.p
    forward = points @ np.array([math.cos(angle), math.sin(angle), 0.0])
    across = np.where(coset == 1, -1, 1) * np.arctan(sinh)
    return np.stack([across, np.arcsinh(forward / np.sqrt(1 + sinh**2))], axis=1)
