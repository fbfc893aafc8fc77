"""The direct fold of the hyperbolic plane: points are brought into one triangle by its mirrors.

Every group of a tiling is that of the triangle's mirrors, or half of it. A point is turned into the
sector of the triangle about its first corner, the tile's centre (one angle tells how), reflected in
the side opposite where it lies beyond, and so on: every reflection brings it nearer to the centre.
No tile is ever listed. What matters of the element that brought it there, its coset and its colour,
is a number, its code, that a table carries from mirror to mirror.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.hyperbolic.groups import mirrors
from geometry.spaces import HYPERBOLIC, Array
from geometry.symmetry.colour import ColourElement, compose, generated, inverse
from geometry.symmetry.groups import Colouring, Elements, Group, TriangleTiling
from geometry.symmetry.presentation import image

Codes = NDArray[np.int64]

_BLOCK = 1 << 15  # points at a time: they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Mirrors:
    """The mirrors m, n, o of the triangle, and what passing them does to a code.

    A code is coset · len(palette) + colour. coset: the point belongs into the triangle (0) or into
    its image under n (1); palette[colour]: the colour element c(g)⁻¹ of the g that brings it there.
    normals: (3, 3), see :func:`geometry.hyperbolic.groups.mirrors`; corners: (3, 3), where m and n,
    n and o, o and m meet: of {p,q} the tile's centre, its corner, the middle of its side; passing:
    (3, codes), the code behind each mirror; sectors: (2p, codes), the same for the way into the
    triangle from each sector of angle π/p.
    """

    tiling: TriangleTiling
    normals: Array
    corners: Array
    palette: tuple[ColourElement, ...]
    passing: Codes
    sectors: Codes

    @property
    def orders(self) -> tuple[int, int, int]:
        """Of the turns about the three corners."""
        return self.tiling.p, self.tiling.q, self.tiling.r


def make_mirrors(group: Group, colouring: Colouring) -> Mirrors:
    """The mirrors of a hyperbolic group with the tables of one of its colour rules."""
    assert group.tiling is not None
    tiling = group.tiling
    normals = mirrors(tiling.p, tiling.q, tiling.r)
    dual = normals * np.array(HYPERBOLIC.form)
    corners = np.stack([np.cross(dual[i], dual[j]) for i, j in ((0, 1), (1, 2), (2, 0))])
    corners /= np.sqrt(-HYPERBOLIC.inner(corners, corners))[:, None] * np.sign(corners[:, 2:])
    palette = generated(tuple(colouring.images.values()))
    passing = np.array(
        [
            [
                target * len(palette)
                + palette.index(compose(colour, inverse(image(word, colouring.images))))
                for target, word in steps
                for colour in palette
            ]
            for steps in tiling.steps
        ]
    )
    sectors = [np.arange(passing.shape[1])]
    for k in range(1, 2 * tiling.p):
        sectors.append(passing[k % 2][sectors[-1]])
    return Mirrors(tiling, normals, corners, palette, passing, np.stack(sectors))


def about_middle(mirrors: Mirrors) -> Elements:
    """The elements of the group that leave the middle of the plane where it is, and the colours
    that they bring, identity first."""
    found = []
    for sector, code in enumerate(mirrors.sectors[:, 0]):
        coset, colour = divmod(int(code), len(mirrors.palette))
        if coset == 0:  # else the way into the triangle is none of the group's elements
            found.append((_into_first(sector, mirrors.tiling.p), inverse(mirrors.palette[colour])))
    return Elements(np.stack([matrix for matrix, _ in found]), tuple(c for _, c in found))


def _into_first(sector: int, p: int) -> Array:
    """(3, 3): what brings a sector of angle π/p into the first one, see _reduce_block."""
    angle = (sector + sector % 2) * np.pi / p
    c, s = np.cos(angle), np.sin(angle)
    sign = -1 if sector % 2 else 1
    return np.array([[c, s, 0], [-sign * s, sign * c, 0], [0, 0, 1]])


def reduce(points: Array, mirrors: Mirrors) -> tuple[Array, Codes]:
    """Points (n, 3) of the hyperboloid brought into the triangle: (n, 3), and their codes (n,).

    Only x and y are read and t is worked out from them, again after every reflection: then an
    error stays as long as it is, while one that leaves the hyperboloid grows like cosh of the
    distance that the point is moved.
    """
    out = np.empty((len(points), 3))
    codes = np.empty(len(points), np.int64)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        x, y, codes[block] = _reduce_block(points[block, 0], points[block, 1], mirrors)
        out[block, 0], out[block, 1], out[block, 2] = x, y, np.sqrt(1 + x * x + y * y)
    return out, codes


def reflect(points: Array, normals: Array) -> Array:
    """Points (n, 3) reflected in the mirror of a unit normal (3,), or each in its own (n, 3)."""
    return points - 2 * HYPERBOLIC.inner(points, normals)[:, None] * normals


def _reduce_block(x: Array, y: Array, mirrors: Mirrors) -> tuple[Array, Array, Codes]:
    p = mirrors.tiling.p
    k = np.arange(2 * p)
    # sector k is turned back by its angle if k is even, reflected in its middle's half if odd
    angle = (k + k % 2) * np.pi / p
    cosines, sines, signs = np.cos(angle), np.sin(angle), np.where(k % 2, -1.0, 1.0)
    to_x, to_y, height = mirrors.normals[2]
    done_x, done_y, done = np.empty(len(x)), np.empty(len(x)), np.empty(len(x), np.int64)
    where = np.arange(len(x))
    code = np.zeros(len(x), np.int64)
    while len(where):
        sector = np.floor(np.arctan2(y, x) * (p / np.pi)).astype(np.int64) % (2 * p)
        c, s = cosines[sector], sines[sector]
        x, y = c * x + s * y, signs[sector] * (c * y - s * x)
        code = mirrors.sectors[sector, code]
        t = np.sqrt(1 + x * x + y * y)
        beyond = to_x * x + to_y * y - height * t  # ⟨point, o⟩
        done_x[where], done_y[where], done[where] = x, y, code
        out = np.flatnonzero(beyond < -1e-13 * t)
        where = where[out]
        twice = 2 * beyond[out]
        x, y = x[out] - to_x * twice, y[out] - to_y * twice
        code = mirrors.passing[2][code[out]]
    return done_x, done_y, done
