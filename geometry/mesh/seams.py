"""UV seams: edges of the surface whose two faces lie apart in the UV layout. A texture looks
seamless where lookups on both sides of such an edge agree.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.maps.sampling import SamplingMap, from_taps
from geometry.mesh.mesh import Mesh

SAME_UV = 1e-5  # UVs this near are equal: files round them
FLAT = 1e-7  # a triangle lower than this part of its base has no inside to step into


@dataclass(frozen=True, eq=False)
class EdgePairs:
    """E edges of the surface, each with the two faces that meet there.

    sides: (E, 2) int32, 3·face + k for the side from corner k of a face to the next one.
    uvs: (E, 2, 2, 2) float64, of each face (second axis) the UVs of the edge's two ends (third
    axis); both faces' run the same way along the edge. inward: (E, 2, 2) float64, how far the UV
    moves per unit of length on the surface, square to the edge into each face; 0 where a face has
    no height over the edge. length: (E,) float64 in space.
    """

    sides: NDArray[np.int32]
    uvs: NDArray[np.float64]
    inward: NDArray[np.float64]
    length: NDArray[np.float64]

    @property
    def faces(self) -> NDArray[np.int32]:
        """(E, 2) int32: the faces on both sides."""
        return self.sides // 3

    def chosen(self, which: NDArray[np.bool_]) -> EdgePairs:
        """Some of the edges."""
        return EdgePairs(self.sides[which], self.uvs[which], self.inward[which], self.length[which])

    def places(
        self, edge: NDArray[np.integer], along: NDArray[np.float64], away: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n, 2, 2): the UVs, in both faces, of n places: ``along`` from 0 to 1 on an edge, then
        ``away`` from it in units of length into either face. Each face's UVs go on as they are
        where the place is past its other sides."""
        start, end = np.moveaxis(self.uvs[edge], 2, 0)
        on_edge = start + along[:, None, None] * (end - start)
        return on_edge + away[:, None, None] * self.inward[edge]

    @functools.cached_property
    def folded(self) -> NDArray[np.bool_]:
        """(E,): both faces lie on one side of the edge in the layout (islands mirrored onto
        themselves): a border of the island although nothing is cut."""
        run = self.uvs[:, 0, 1] - self.uvs[:, 0, 0]
        turn = run[:, None, 0] * self.inward[..., 1] - run[:, None, 1] * self.inward[..., 0]
        return turn[:, 0] * turn[:, 1] > 0


@dataclass(frozen=True, eq=False)
class Seams:
    """All edges of a mesh's surface: ``cut``, the UV seams; ``inner``, where the layout goes on
    from face to face (also over the texture's side, which repeats); ``open_sides``, (B,) int32,
    3·face + k of the sides without another face."""

    cut: EdgePairs
    inner: EdgePairs
    open_sides: NDArray[np.int32]


@functools.lru_cache(maxsize=1)  # of one mesh it is asked many times, and is dear
def find_seams(mesh: Mesh) -> Seams:
    """The edges of a mesh, by points of space (files split vertices). Where three faces or more
    share an edge, each is paired with the next. Edges without length are dropped, and so are the
    faces that have one: their neighbours meet."""
    points = mesh.welded
    whole = np.flatnonzero((points != np.roll(points, 1, axis=1)).all(axis=1))
    sides = (3 * whole[:, None] + np.arange(3)).ravel()
    start, end = points.ravel()[sides], points.ravel()[_next_corner(sides)]
    keys = np.minimum(start, end).astype(np.int64) << 32 | np.maximum(start, end)
    order = np.argsort(keys, kind="stable")
    sides, keys, forward = sides[order], keys[order], (start < end)[order]
    same = keys[1:] == keys[:-1]
    pairs = _edge_pairs(
        mesh,
        np.stack([sides[:-1][same], sides[1:][same]], axis=1),
        np.stack([forward[:-1][same], forward[1:][same]], axis=1),
    )
    apart = pairs.uvs[:, 0] - pairs.uvs[:, 1]
    apart -= np.rint(apart[:, :1])  # a texture repeats
    textures = mesh.texture[pairs.faces]
    cut = (np.abs(apart).max(axis=(1, 2)) > SAME_UV) | (textures[:, 0] != textures[:, 1])
    alone = ~(np.concatenate([[False], same]) | np.concatenate([same, [False]]))
    return Seams(pairs.chosen(cut), pairs.chosen(~cut), sides[alone].astype(np.int32))


def seam_samples(
    mesh: Mesh, seams: Seams, texture_shape: tuple[int, int], per_texel: float = 1
) -> SamplingMap:
    """The map D (samples → texels) with ‖D x‖² = the mean over all seams, by length in space, of
    the squared difference between the bilinear lookups on both sides: the seam energy of a
    texture x (rows · columns, C), summed over its channels.

    There are about ``per_texel`` samples to a texel along the seams. No seams: no rows.
    """
    edge, along, share = spaced(seams.cut, texel_lengths(mesh, seams.cut, texture_shape), per_texel)
    places = seams.cut.places(edge, along, np.zeros(len(edge)))
    texture = mesh.texture[seams.cut.faces[edge]]
    (taps_a, weights_a), (taps_b, weights_b) = (
        lookup_taps(places[:, side], texture[:, side], mesh.textures, texture_shape)
        for side in (0, 1)
    )
    weights = np.concatenate([weights_a, -weights_b], axis=1) * np.sqrt(share)[:, None]
    return from_taps(
        texture_shape[0] * texture_shape[1], np.concatenate([taps_a, taps_b], axis=1), weights
    )


def spaced(
    pairs: EdgePairs, texels: NDArray[np.float64], per_texel: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Places spread over edges that are ``texels`` (E,) long in the layout, one at least on each.

    Returns the edge (n,), how far along it from 0 to 1 (n,), and the place's share of all the
    edges' length in space (n,), which add up to 1.
    """
    counts = np.maximum(1, np.ceil(texels * per_texel)).astype(np.int64)
    edge = np.repeat(np.arange(len(counts)), counts)
    first = np.concatenate([[0], counts.cumsum()[:-1]]) if len(counts) else counts
    along = (np.arange(len(edge)) - first[edge] + 0.5) / counts[edge]
    return edge, along, (pairs.length / (counts * max(pairs.length.sum(), 1e-300)))[edge]


def texel_lengths(
    mesh: Mesh, pairs: EdgePairs, texture_shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(E,): the edges' lengths in texels, the longer of both sides."""
    size = texel_size(mesh, texture_shape)
    run = (pairs.uvs[:, :, 1] - pairs.uvs[:, :, 0]) * size
    return np.linalg.norm(run, axis=2).max(axis=1)


def texel_size(mesh: Mesh, texture_shape: tuple[int, int]) -> NDArray[np.float64]:
    """(2,): how many texels one unit of u and of v is, in a mesh's stacked textures."""
    return np.array([texture_shape[1], texture_shape[0] / mesh.textures])


def lookup_taps(
    uvs: NDArray[np.float64],
    texture: NDArray[np.integer],
    textures: int,
    texture_shape: tuple[int, int],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The bilinear lookup of ``textures`` stacked textures, rows × columns together, at (n, 2) UVs
    of the textures number ``texture`` (n,): row-major texels (n, 4), weights (n, 4) of sum 1. A
    texture repeats in both directions."""
    rows, columns = texture_shape[0] // textures, texture_shape[1]
    x = uvs[:, 0] * columns - 0.5
    y = (1 - uvs[:, 1]) * rows - 0.5
    left, top = np.floor(x), np.floor(y)
    across, down = x - left, y - top
    j = (left.astype(np.int64)[:, None] + (0, 1)) % columns
    i = (top.astype(np.int64)[:, None] + (0, 1)) % rows + texture.astype(np.int64)[:, None] * rows
    taps = (i[:, :, None] * columns + j[:, None, :]).reshape(-1, 4)
    weights = (
        np.stack([1 - down, down], axis=1)[:, :, None]
        * np.stack([1 - across, across], axis=1)[:, None, :]
    )
    return taps, weights.reshape(-1, 4)


def side_frames(
    mesh: Mesh, sides: NDArray[np.integer], forward: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of (n,) sides, 3·face + k: the UVs of both ends (n, 2, 2), swapped unless ``forward``; the
    UV's motion per unit of length into the face (n, 2); the length in space (n,)."""
    ends = np.stack([sides, _next_corner(sides)], axis=1)
    ends = np.where(forward[:, None], ends, ends[:, ::-1])
    apex = _next_corner(_next_corner(sides))
    uvs, points = mesh.uvs.reshape(-1, 2), mesh.corners.reshape(-1, 3)
    run = points[ends[:, 1]] - points[ends[:, 0]]
    rise = points[apex] - points[ends[:, 0]]
    length = np.linalg.norm(run, axis=1)
    foot = np.einsum("nd,nd->n", rise, run) / np.maximum(length, 1e-300) ** 2
    height = np.linalg.norm(rise - foot[:, None] * run, axis=1)
    here, there = uvs[ends[:, 0]], uvs[ends[:, 1]]
    climb = uvs[apex] - here - foot[:, None] * (there - here)
    flat = height <= FLAT * length
    inward = np.where(flat[:, None], 0, climb / np.where(flat, 1, height)[:, None])
    return np.stack([here, there], axis=1), inward, length


def _edge_pairs(mesh: Mesh, sides: NDArray[np.int64], forward: NDArray[np.bool_]) -> EdgePairs:
    frames = [side_frames(mesh, sides[:, k], forward[:, k]) for k in (0, 1)]
    return EdgePairs(
        sides.astype(np.int32),
        np.stack([uvs for uvs, _, _ in frames], axis=1),
        np.stack([inward for _, inward, _ in frames], axis=1),
        (frames[0][2] + frames[1][2]) / 2,
    )


def _next_corner(sides: NDArray[np.integer]) -> NDArray[np.integer]:
    """The corner after each, both numbered 3·face + k."""
    return sides + 1 - 3 * (sides % 3 == 2)
