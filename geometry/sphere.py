"""Symmetric textures of the sphere: fold with a partition of unity on a domain chart.

The paint lives on small charts around seed points in general position (no rotation of the group
fixes a seed: one on an axis would make the fold ambiguous). Every point p of the sphere sees the
paint at g·p for the few g that bring it near a seed,

    F(p) = Σ w(g·p) c(g)⁻¹ K(g·p) / Σ w(g·p),      w = ψ((θ − θmin)/δ),   ψ(x) = (1 − x²)² on x < 1,

where θ is the angle from g·p to the seed and θmin the smallest over the group and all seeds. The
set of angles is the same at p and at h·p, so F is invariant exactly; ψ is flat at 0, so F is smooth
across the edges of the fundamental (Dirichlet) domain.

A small group has a large domain, which no flat chart maps well: it gets several seeds, each with a
chart of its own, chosen so that all of their images are far apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.groups import Elements, invert_colour
from geometry.sampling import SamplingMap, linear_taps, outer_taps
from geometry.spaces import Array

_CHARTS_TIMES_ORDER = 12  # so many regions at least cover the sphere
_CHUNK = 1 << 16  # points at a time: bounds the memory of the angle table


@dataclass(frozen=True, eq=False)
class SphereChart:
    """One square Lambert azimuthal chart of ``size`` × ``size`` texels around each seed.

    frames: (charts, 3, 3), rows: the chart's x and y axes and its seed; reach: largest angle from
    a seed that carries weight, radians; overlap: δ of the partition of unity, radians."""

    elements: Elements
    frames: Array
    reach: float
    overlap: float
    size: int

    @property
    def texels(self) -> int:
        """How many texels all charts have together: the columns of a fold."""
        return len(self.frames) * self.size**2


def sphere_chart(elements: Elements, texel_angle: float) -> SphereChart:
    """The chart of a finite group whose texels are about ``texel_angle`` radians wide."""
    count = max(1, -(-_CHARTS_TIMES_ORDER // len(elements)))
    seeds = _seeds(elements, count)
    probes = spiral(4096)
    overlap = 0.25 * _orbit_gap(elements, seeds)
    farthest = np.arccos(_cosines(probes, elements, seeds).max(axis=1).min())
    reach = float(farthest) + overlap + 0.04  # 0.04: between the probes
    half_width = 2 * np.sin(reach / 2)
    size = max(8, int(np.ceil(2 * half_width / texel_angle)) + 4)
    return SphereChart(elements, np.stack([_frame(s) for s in seeds]), reach, overlap, size)


def fold(points: Array, chart: SphereChart) -> SamplingMap:
    """Canvas → logits at ``points`` (n, 3), unit vectors: the kaleidoscope as a sparse map.

    Columns are the charts' texels, chart by chart, row-major; four bilinear taps for every element
    that contributes.
    """
    colours = invert_colour(chart.elements)
    palette = tuple(dict.fromkeys(colours))
    of_element = np.array([palette.index(c) for c in colours], np.int8)
    seeds = chart.frames[:, 2]
    counts, indices, weights, used = [], [], [], []
    for start in range(0, max(1, len(points)), _CHUNK):
        chunk = points[start : start + _CHUNK]
        cosines = _cosines(chunk, chart.elements, seeds)
        nearest = np.arccos(np.clip(cosines.max(axis=1), -1, 1))
        # only few elements are near enough: the rest is sorted out before any trigonometry
        row, choice = np.nonzero(cosines > np.cos(nearest + chart.overlap)[:, None])
        angle = np.arccos(np.clip(cosines[row, choice], -1, 1))
        weight = (1 - np.minimum((angle - nearest[row]) / chart.overlap, 1) ** 2) ** 2
        weight /= np.bincount(row, weight, minlength=len(chunk))[row]
        element, which = np.divmod(choice, len(seeds))
        moved = np.einsum("nij,nj->ni", chart.elements.matrices[element], chunk[row])
        taps, shares = _chart_taps(moved, which, chart)
        counts.append(np.bincount(row, minlength=len(chunk)) * taps.shape[1])
        indices.append(taps.ravel())
        weights.append((shares * weight[:, None]).ravel())
        used.append(np.repeat(of_element[element], taps.shape[1]))
    return SamplingMap(
        chart.texels,
        np.concatenate([[0], *counts]).cumsum(),
        np.concatenate(indices).astype(np.int32),
        np.concatenate(weights),
        np.concatenate(used),
        palette,
    )


def spiral(count: int) -> Array:
    """``count`` points (count, 3) spread evenly over the unit sphere (the golden spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    longitude = k * np.pi * (1 + np.sqrt(5))
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(longitude), ring * np.sin(longitude), z], axis=1)


def equirectangular(height: int, width: int) -> Array:
    """The points (height·width, 3) of an equirectangular texture's texel centres, row-major:
    longitude −π..π left to right, latitude +π/2 at the top, z up, x at longitude 0."""
    latitude = np.pi * (0.5 - (np.arange(height) + 0.5) / height)[:, None]
    longitude = np.pi * (2 * (np.arange(width) + 0.5) / width - 1)[None, :]
    ring = np.cos(latitude)
    return np.stack(
        [
            ring * np.cos(longitude),
            ring * np.sin(longitude),
            np.broadcast_to(np.sin(latitude), (height, width)),
        ],
        axis=-1,
    ).reshape(-1, 3)


def _cosines(points: Array, elements: Elements, seeds: Array) -> Array:
    """Cosines (n, elements · seeds) of the angles from g·p to every seed: g·p · s = p · g⁻¹s."""
    images = np.einsum("gji,sj->gsi", elements.matrices, seeds).reshape(-1, 3)
    return points @ images.T


def _angles(points: Array, elements: Elements, seeds: Array) -> Array:
    return np.arccos(np.clip(_cosines(points, elements, seeds), -1, 1))


def _seeds(elements: Elements, count: int) -> Array:
    """Seeds whose images under the group are as far apart as a greedy search finds.

    For one seed and a polyhedral group this is near the vertex of the snub polyhedron, whose
    Dirichlet domain is the roundest.
    """
    candidates = spiral(2000)
    own = _angles_to_own_images(candidates, elements)
    seeds = [candidates[np.argmax(own)]]
    while len(seeds) < count:
        seeds.append(_farthest(candidates, own, elements, seeds))
    for _ in range(3 * count if count > 1 else 0):  # each moves again, now that all are there
        seeds.append(_farthest(candidates, own, elements, seeds[1:]))
        del seeds[0]
    return np.stack(seeds)


def _farthest(candidates: Array, own: Array, elements: Elements, seeds: list[Array]) -> Array:
    others = _angles(candidates, elements, np.stack(seeds)).min(axis=1)
    return candidates[np.argmax(np.minimum(others, own))]


def _angles_to_own_images(points: Array, elements: Elements) -> Array:
    """Angle (n,) from each point to the nearest of its other images; π without any."""
    if len(elements) == 1:
        return np.full(len(points), np.pi)
    images = np.einsum("gij,nj->gni", elements.matrices[1:], points)
    return np.arccos(np.clip(np.einsum("gni,ni->gn", images, points).max(axis=0), -1, 1))


def _orbit_gap(elements: Elements, seeds: Array) -> float:
    """Smallest angle between any two images of seeds, radians."""
    angles = np.sort(_angles(seeds, elements, seeds), axis=1)
    return float(angles[:, 1].min())


def _frame(seed: Array) -> Array:
    helper = np.eye(3)[np.argmin(np.abs(seed))]
    x = np.cross(helper, seed)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(seed, x), seed])


def _chart_taps(
    points: Array, which: NDArray[np.int64], chart: SphereChart
) -> tuple[NDArray[np.int64], Array]:
    """Bilinear taps (n, 4) of unit vectors on their charts ``which`` (n,).

    Lambert's azimuthal equal-area projection (Snyder, 1987, §24), radius 2 sin(θ/2).
    """
    local = np.einsum("nij,nj->ni", chart.frames[which], points)
    flat = local[:, :2] * np.sqrt(2 / (1 + local[:, 2:]))
    half_width = 2 * np.sin(chart.reach / 2)
    inner = chart.size - 4  # two texels of air on every side for the taps
    position = (flat / half_width + 1) / 2 * inner + 1.5
    rows, columns = linear_taps(position[:, 1]), linear_taps(position[:, 0])
    taps, weights = outer_taps(rows, columns, chart.size)
    return taps + (which * chart.size**2)[:, None], weights
