"""Unseen texels filled from seen ones, over the surface rather than over the layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geometry.mesh.mesh import Mesh
from geometry.mesh.surface import UvSurface
from geometry.texture.layout import texel_stretch
from geometry.texture.multigrid import solve_on_grid

LINK_TEXELS = 2.0  # texels farther apart than this on the surface are no neighbours
SEAM_LINKS = 2  # the nearest texels beyond a seam that a texel at a border is linked to,
SEAM_SEARCH = 20  # looked for among so many nearest at borders: most are its own border's,
SAME_BORDER = 6  # which are within so many texels in the layout
FOLDED = -0.5  # cosine of two normals, below which a near texel is on a thin part's other side
BLUR = 1 / 64  # of the texture's width: over this, nearest seen colours run into each other
ANCHORS = 2**18  # seen texels at most that these look for
BAND_ROWS = 512  # rows of a texture that are worked on at a time


def fill_unseen(
    texture: NDArray[np.floating], unseen: NDArray[np.bool_], texels: UvSurface, mesh: Mesh
) -> NDArray[np.floating]:
    """The texture (rows·columns, C), in the precision that it has, with its ``unseen`` (rows,
    columns) covered texels replaced; all others are as they were.

    The colours are harmonic over the surface: each is the mean of its neighbours', in the layout
    and across UV seams, weighted by area/distance² (finite volumes). A patch that touches nothing
    seen takes the colours of the nearest seen places in space, smoothed. If nothing at all is seen,
    or everything, the texture itself comes back.
    """
    wanted = unseen & texels.covered
    unknown = np.flatnonzero(wanted)
    if len(unknown) == 0:
        return texture
    seen = np.flatnonzero(texels.covered & ~wanted)
    if len(seen) == 0:
        return texture
    filled = np.array(texture)
    ground = _ground(texels, mesh)
    joined = _neighbours(texels.covered, ground)
    grid = _grid_links(wanted, joined)
    across = _seam_links(wanted, texels.covered, joined, ground)
    links = _without_repeats(np.concatenate([grid, across]), wanted.size)
    number = np.full(wanted.size, -1, np.int32)  # of the unknown, −1 for a known texel
    number[unknown] = np.arange(len(unknown))
    weight = ground.weights(links)
    one, other = number[links].T
    inner = (one >= 0) & (other >= 0)
    count = len(unknown)
    among = sparse.csr_matrix((weight[inner], (one[inner], other[inner])), shape=(count, count))
    among = among + among.T
    pull = np.zeros(count)  # total weight of the links to known texels
    right = np.zeros((count, filled.shape[1]))
    for here, there in ((one, links[:, 1]), (other, links[:, 0])):
        known = (here >= 0) & (number[there] < 0)
        to_known = sparse.csr_matrix(
            (weight[known], (here[known], np.arange(known.sum()))), shape=(count, int(known.sum()))
        )
        right += to_known @ filled[there[known]]
        pull += np.bincount(here[known], weights=weight[known], minlength=count)
    _, patch = connected_components(among, directed=False)
    lost = np.flatnonzero(np.bincount(patch, weights=pull)[patch] == 0)
    if len(lost):
        some = seen[:: -(-len(seen) // ANCHORS)]
        _, nearest = cKDTree(ground.position[some]).query(ground.position[unknown[lost]])
        # −Δx + (x − nearest)/length² = 0: a step of the nearest colour becomes 1 − exp(−d/length).
        anchor = 1 / max(1.0, BLUR * wanted.shape[1]) ** 2
        right[lost] += anchor * filled[some[nearest]]
        pull[lost] += anchor
    laplacian = sparse.diags(pull + np.asarray(among.sum(axis=1)).ravel()) - among
    row, column = np.divmod(unknown, wanted.shape[1])
    places = np.column_stack([_parts(grid, number, count), row, column])
    filled[unknown] = solve_on_grid(laplacian.tocsr(), right, places)
    return filled


@dataclass(frozen=True, eq=False)
class _Ground:
    """The surface under all n texels: position (n, 3); triangle (n,), −1 where there is none;
    normal (F, 3), unit; of a triangle's texels area (F,) and longer side (F,) on the surface."""

    position: NDArray[np.floating]
    triangle: NDArray[np.int32]
    normal: NDArray[np.float64]
    area: NDArray[np.float64]
    side: NDArray[np.float64]

    def near(self, links: NDArray[np.int64], texels: float) -> NDArray[np.bool_]:
        """(k,): whether pairs of texels (k, 2) lie within so many texels of each other."""
        reach = self.side[self.triangle[links]].max(axis=1)
        return self.distance(links) <= texels * reach

    def distance(self, links: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k,): in space, of pairs of texels (k, 2)."""
        one, other = self.position[links[:, 0]], self.position[links[:, 1]]
        return np.linalg.norm(one - other, axis=1)

    def weights(self, links: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k,): area/distance², 1 for square texels, between 1/100 and 4."""
        area = np.sqrt(self.area[self.triangle[links]].prod(axis=1))
        return np.clip(area / np.maximum(self.distance(links) ** 2, area / 4), 0.01, 4)


def _ground(texels: UvSurface, mesh: Mesh) -> _Ground:
    rows, columns = texels.triangle.shape
    stretch = texel_stretch(mesh, (rows, columns))
    size = float(np.sqrt(mesh.areas.sum()))  # where the layout is collapsed: a texel is large
    flat = stretch.least == 0
    side = 1 / np.where(flat, 1 / size, stretch.least)
    a, b, c = np.moveaxis(mesh.corners, 1, 0)
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.finfo(float).tiny)
    return _Ground(
        texels.position.reshape(-1, 3),
        texels.triangle.ravel(),
        normal,
        side / np.where(flat, 1 / size, stretch.most),
        side,
    )


def _neighbours(covered: NDArray[np.bool_], ground: _Ground) -> NDArray[np.bool_]:
    """(2, rows, columns): whether a texel and the one to its right, or below it, are both covered
    and neighbours on the surface as well: not of two islands that touch in the layout."""
    rows, columns = covered.shape
    joined = np.zeros((2, rows, columns), bool)
    joined[0, :, :-1] = covered[:, :-1] & covered[:, 1:]
    joined[1, :-1] = covered[:-1] & covered[1:]
    for step, some in zip((1, columns), joined.reshape(2, rows, columns), strict=True):
        for top in range(0, rows, BAND_ROWS):  # large textures do not fit at once
            band = some[top : top + BAND_ROWS]
            start = np.flatnonzero(band) + top * columns
            links = np.column_stack([start, start + step])
            band[band] = ground.near(links, LINK_TEXELS)
    return joined


def _grid_links(wanted: NDArray[np.bool_], joined: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(k, 2): the neighbours of which at least one is wanted."""
    columns = wanted.shape[1]
    found = []
    for step, some in ((1, joined[0]), (columns, joined[1])):
        start = np.flatnonzero(some)
        flat = wanted.ravel()
        start = start[flat[start] | flat[start + step]]
        found.append(np.column_stack([start, start + step]))
    return np.concatenate(found)


def _seam_links(
    wanted: NDArray[np.bool_],
    covered: NDArray[np.bool_],
    joined: NDArray[np.bool_],
    ground: _Ground,
) -> NDArray[np.int64]:
    """(k, 2): wanted texels at borders of islands, and the nearest ones beyond their seams."""
    right, below = joined
    inner = right & below
    inner[:, 1:] &= right[:, :-1]
    inner[1:] &= below[:-1]
    inner[:, 0] = inner[0] = False
    border = np.flatnonzero(covered & ~inner)
    start = border[wanted.ravel()[border]]
    if len(start) == 0:
        return np.zeros((0, 2), np.int64)
    order = [*range(1, min(SEAM_SEARCH, len(border)) + 1)]  # a list keeps the axis even for one
    _, found = cKDTree(ground.position[border]).query(ground.position[start], k=order)
    there = border[found]
    columns = wanted.shape[1]
    apart = np.maximum(
        np.abs(there // columns - start[:, None] // columns),
        np.abs(there % columns - start[:, None] % columns),
    )
    beyond = apart > SAME_BORDER
    beyond &= np.cumsum(beyond, axis=1) <= SEAM_LINKS
    links = np.column_stack([start.repeat(beyond.sum(axis=1)), there[beyond]])
    links = links[ground.near(links, LINK_TEXELS)]
    one, other = ground.normal[ground.triangle[links]].transpose(1, 0, 2)
    return links[np.einsum("kd,kd->k", one, other) > FOLDED]


def _without_repeats(links: NDArray[np.int64], texels: int) -> NDArray[np.int64]:
    """(k, 2): each pair once, whichever way round."""
    keys = np.unique(links.min(axis=1) * texels + links.max(axis=1))
    return np.column_stack(np.divmod(keys, texels))


def _parts(grid: NDArray[np.int64], number: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """(count,): numbers of the unknown texels' parts, connected in the layout."""
    one, other = number[grid].T
    inner = (one >= 0) & (other >= 0)
    graph = sparse.csr_matrix(
        (np.ones(int(inner.sum()), bool), (one[inner], other[inner])), shape=(count, count)
    )
    return connected_components(graph, directed=False)[1]
