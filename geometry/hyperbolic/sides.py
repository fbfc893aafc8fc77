"""The tiles of a hyperbolic tiling with mirrors for sides, and nothing imposed inside them: what
stays exact when the turns of p*(q/2) are folded only partly (:mod:`geometry.symmetry.folds`).

The group that the mirrors in the sides of one p-gon generate has that p-gon for its domain, and no
centre or corner of it is fixed by a rotation: a point is reflected into the middle tile, and where
it ends up is read from one chart. Paint is continuous across a mirror whatever it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geometry.maps.sampling import SamplingMap, from_taps
from geometry.maps.taps import linear_taps, outer_taps
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, compose, generated, inverse
from geometry.symmetry.groups import Colouring, Generator, Group, word_matrix
from geometry.symmetry.presentation import image

_AIR = 2  # texels around the tile, for the taps


@dataclass(frozen=True, eq=False)
class TileChart:
    """One azimuthal equal-area chart of the middle tile, radius √(2(t − 1)) (as Lambert's map of
    the sphere). shape: (charts, rows, columns); texel: its width, hyperbolic length in the middle;
    group: of kind "turned"."""

    group: Group
    colouring: Colouring
    shape: tuple[int, int, int]
    texel: float


def side_mirrors(group: Group, colouring: Colouring) -> list[tuple[Generator, ColourElement]]:
    """The mirrors r^k m r^−k in the sides of the middle tile, with their colours."""
    assert group.tiling is not None
    words = ["r" * k + "m" + "R" * k for k in range(group.tiling.p)]
    return [
        (
            Generator(word, "the mirror in a side of the tile", word_matrix(group, word)),
            image(word, colouring.images),
        )
        for word in words
    ]


def tile_chart(group: Group, colouring: Colouring, texel: float) -> TileChart:
    """The chart of a group of kind "turned" whose texels are ``texel`` long."""
    assert group.tiling is not None
    p, q = group.tiling.p, group.tiling.q
    corner = 1 / (math.tan(math.pi / p) * math.tan(math.pi / q))  # cosh of its distance
    side = math.ceil(2 * math.sqrt(2 * (corner - 1)) / texel) + 2 * _AIR
    return TileChart(group, colouring, (1, side, side), texel)


def fold_into_tile(points: Array, chart: TileChart) -> SamplingMap:
    """Canvas → logits at ``points`` (n, 3) of the hyperboloid."""
    sides = side_mirrors(chart.group, chart.colouring)
    palette = generated(tuple(colour for _, colour in sides))
    behind = np.array(
        [
            [palette.index(compose(before, inverse(colour))) for before in palette]
            for _, colour in sides
        ]
    )
    matrices = np.stack([mirror.matrix for mirror, _ in sides])
    step = 2 * math.pi / len(sides)
    place, colour = points.copy(), np.full(len(points), palette.index((1, 2, 3)))
    outside = np.arange(len(points))
    while len(outside):
        here = place[outside]
        side = np.rint(np.arctan2(here[:, 1], here[:, 0]) / step).astype(int) % len(sides)
        moved = np.einsum("nij,nj->ni", matrices[side], here)
        beyond = moved[:, 2] < here[:, 2] * (1 - 1e-12)  # a mirror brings nearer what is beyond it
        outside, side, moved = outside[beyond], side[beyond], moved[beyond]
        # t is worked out again: an error that leaves the hyperboloid would grow
        moved[:, 2] = np.sqrt(1 + moved[:, 0] ** 2 + moved[:, 1] ** 2)
        place[outside], colour[outside] = moved, behind[side, colour[outside]]
    flat = place[:, :2] * np.sqrt(2 / (1 + place[:, 2:]))
    middle = (chart.shape[1] - 1) / 2
    rows, columns = (
        linear_taps(middle - flat[:, 1] / chart.texel),
        linear_taps(middle + flat[:, 0] / chart.texel),
    )
    taps, weights = outer_taps(rows, columns, chart.shape[2])
    colours = np.broadcast_to(colour[:, None], taps.shape)
    return from_taps(chart.shape[1] * chart.shape[2], taps, weights, colours, palette)
