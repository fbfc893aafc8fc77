"""Charts of the sphere around seeds in general position, for domains that are about round.

No isometry of the group fixes a seed: one on an axis would make the fold ambiguous. Around the
image s of a seed the paint has, at p, the weight

    w = ψ((p·t − p·s)/δ),   t the image nearest to p,   ψ(x) = (1 − x²)² on x < 1,

which is 1 inside the Dirichlet domain of s and 0 beyond a strip along its edges: p·t − p·s is
|t − s| times the distance to the edge between the two. ψ is flat at 0, so F is smooth.

A small group has a large domain, which no flat chart maps well: it gets several seeds, each with a
chart of its own, chosen so that all of their images are far apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.sphere.copies import Copies, normalised
from geometry.symmetry.groups import Elements

_NEAR = math.cos(0.7)  # of every point to a seed: a flat chart's scales are right within 7 %
_OVERLAP = 0.125  # half the width of the strip between the nearest seeds, by their distance
_PROBES = 1 << 14
_BETWEEN = 0.021  # radians, more than from any point to a probe


@dataclass(frozen=True, eq=False)
class SeedChart:
    """One Lambert azimuthal equal-area chart around each seed.

    shape: (charts, rows, columns); texel: width in radians; frames: (charts, 3, 3), rows: a
    chart's x and y axes and its seed; corners: (charts, 2), its first texel's y and x; overlap: δ.
    images: (elements · charts, 3, 3), the frames seen from a point that an element brings to the
    chart; neighbours: (images, k), which images can share a point with an image, itself first."""

    elements: Elements
    shape: tuple[int, int, int]
    texel: float
    frames: Array
    corners: Array
    overlap: float
    images: Array
    neighbours: NDArray[np.int64]

    @property
    def texels(self) -> int:
        """How many texels all charts have together: the columns of a fold."""
        return math.prod(self.shape)

    def copies(self, points: Array) -> Copies:
        """The copies of the paint that unit vectors (n, 3) see."""
        row, image, weight, height = seed_shares(
            points, self.images[:, 2], self.neighbours, self.overlap
        )
        element, which = np.divmod(image, len(self.frames))
        flat = _lambert(points.take(row, axis=0), self.images.take(image, axis=0), height)
        position = (flat - self.corners.take(which, axis=0)) / self.texel
        return Copies(row, element, weight, which, position)


def seed_chart(elements: Elements, texel_angle: float) -> SeedChart:
    """The charts of a finite group with texels ``texel_angle`` radians wide, around as many seeds
    as it takes to have one near every point."""
    probes = spiral(_PROBES)
    seeds = _enough_seeds(elements, probes)
    count = len(seeds)
    frames = np.stack([_frame(seed) for seed in seeds])
    images = _frame_images(elements, frames)
    cosines = images[:, 2] @ images[:, 2].T
    by_distance = np.argsort(-cosines, axis=1, kind="stable")
    closest = np.sort(cosines[:count], axis=1)[:, -2].max()  # the largest is the seed's own
    overlap = _OVERLAP * 2 * (1 - closest)  # 2 (1 − cos) is the square of the chord
    row, image, _, height = seed_shares(probes, images[:, 2], by_distance, overlap)
    reach = math.acos(height.min()) + _BETWEEN
    # images that share a point are not farther from each other than twice the reach
    related = (cosines > math.cos(min(math.pi, 2 * reach))).sum(axis=1).max()

    used = _lambert(probes[row], images[image], height)
    frames, middles, sizes = _smallest_boxes(
        frames, [used[image % count == k] for k in range(count)]
    )
    rows, columns = np.ceil((sizes.max(axis=0) + 2 * _BETWEEN) / texel_angle).astype(int) + 4
    return SeedChart(
        elements,
        (count, int(rows), int(columns)),
        texel_angle,
        frames,
        middles - texel_angle * (np.array([rows, columns]) - 1) / 2,
        overlap,
        _frame_images(elements, frames),
        by_distance[:, :related],
    )


def spiral(count: int) -> Array:
    """``count`` points (count, 3) spread evenly over the unit sphere (the golden spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    longitude = k * np.pi * (1 + np.sqrt(5))
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(longitude), ring * np.sin(longitude), z], axis=1)


def seed_shares(
    points: Array, images: Array, neighbours: NDArray[np.int64], overlap: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array, Array]:
    """Which images (k,) of seeds share the points (n, 3): the points' numbers (k,), sorted, the
    images', the weights of sum 1 over a point, and the cosines of the angles between them.
    ``neighbours`` (images, k): see SeedChart."""
    cosines = points @ images.T
    nearest = cosines.argmax(axis=1)
    # take: several times faster than indexing
    near = neighbours.take(nearest, axis=0)
    start = np.arange(0, cosines.size, len(images))[:, None]
    height = cosines.take(near + start)
    entry = np.flatnonzero(height > height[:, :1] - overlap)
    row = entry // near.shape[1]
    own = height.take(entry)
    weight = (1 - ((height[:, 0].take(row) - own) / overlap) ** 2) ** 2
    return row, near.take(entry), normalised(row, weight), own


def _lambert(points: Array, frames: Array, height: Array) -> Array:
    """(y, x) (k, 2) of points on charts with frames (k, 3, 3): Lambert's azimuthal equal-area
    projection (Snyder, 1987, §24); height: cosines (k,) of the angles from the seeds."""
    flat = np.einsum("kij,kj->ki", frames[:, 1::-1], points)
    return flat * np.sqrt(2 / (1 + height))[:, None]


def _smallest_boxes(frames: Array, used: list[Array]) -> tuple[Array, Array, Array]:
    """The frames, each turned about its seed so that the upright box around the (y, x) that are
    used of its chart has the least area; the boxes' middles and their heights and widths."""
    turned, middles, sizes = [], [], []
    for frame, places in zip(frames, used, strict=True):
        angles = np.arange(0, np.pi, np.pi / 90)
        turns = np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1)
        boxes = places @ turns.reshape(-1, 2, 2).transpose(0, 2, 1)
        low, high = boxes.min(axis=1), boxes.max(axis=1)
        height, width = (high - low).T
        best = np.argmin(height * (width + 0.01))  # of the two ways to lay a box, the wide one
        c, s = turns[best, :2]
        y, x = frame[1], frame[0]
        turned.append(np.stack([c * x - s * y, c * y + s * x, frame[2]]))
        middles.append((low + high)[best] / 2)
        sizes.append((high - low)[best])
    return np.stack(turned), np.stack(middles), np.stack(sizes)


def _frame_images(elements: Elements, frames: Array) -> Array:
    return (frames @ elements.matrices[:, None]).reshape(-1, 3, 3)


def _images(elements: Elements, seeds: Array) -> Array:
    """All images g⁻¹s of the seeds (elements · seeds, 3): g·p · s = p · g⁻¹s."""
    return (seeds @ elements.matrices).reshape(-1, 3)


def _enough_seeds(elements: Elements, probes: Array) -> Array:
    count, nearness = 0, -1.0
    while nearness < _NEAR:
        count += 1
        seeds = spread_seeds(elements, count)
        nearness = (probes @ _images(elements, seeds).T).max(axis=1).min()
    return seeds


def spread_seeds(elements: Elements, count: int) -> Array:
    """Seeds whose images under the group are as far apart as a greedy search finds.

    For one seed and a polyhedral group this is near the vertex of the snub polyhedron, whose
    Dirichlet domain is the roundest.
    """
    candidates = spiral(2000)
    own = _nearness_of_own_images(candidates, elements)
    seeds = [candidates[np.argmin(own)]]
    while len(seeds) < count:
        seeds.append(_farthest(candidates, own, elements, seeds))
    for _ in range(3 * count if count > 1 else 0):  # each moves again, now that all are there
        seeds.append(_farthest(candidates, own, elements, seeds[1:]))
        del seeds[0]
    return np.stack(seeds)


def _farthest(candidates: Array, own: Array, elements: Elements, seeds: list[Array]) -> Array:
    others = (candidates @ _images(elements, np.stack(seeds)).T).max(axis=1)
    return candidates[np.argmin(np.maximum(others, own))]


def _nearness_of_own_images(points: Array, elements: Elements) -> Array:
    """Cosine (n,) of the angle from each point to the nearest of its other images; −1 without."""
    if len(elements) == 1:
        return np.full(len(points), -1.0)
    images = np.einsum("gij,nj->gni", elements.matrices[1:], points)
    return np.einsum("gni,ni->gn", images, points).max(axis=0)


def _frame(seed: Array) -> Array:
    helper = np.eye(3)[np.argmin(np.abs(seed))]
    x = np.cross(helper, seed)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(seed, x), seed])
