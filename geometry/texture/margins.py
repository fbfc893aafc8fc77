"""Paint around UV islands: what a texture holds beyond an island's border is read from across the
seam, from where the surface goes on. Bilinear lookups and mip levels then see no border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import distance_transform_edt

from geometry.maps.sampling import SamplingMap
from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import Seams, find_seams, lookup_taps
from geometry.mesh.surface import (
    AT_ONCE,
    COVER_TEXELS,
    NearestSearch,
    placed_in_texels,
    texel_centres,
    texels_at_a_time,
)
from geometry.texture.beyond import nearest_border, places_across, stays_covered
from geometry.texture.border import find_border

INSIDE = 2e-3  # texels: float32 places a centre about so well in a texture of 4096²
CHAIN = 6  # times that a texel which reads texels beyond a border is resolved once more


def margin_map(
    mesh: Mesh,
    texture_shape: tuple[int, int],
    margin: float,
    device: str = "cpu",
    seams: Seams | None = None,
) -> SamplingMap:
    """All of a :func:`filling` as one map, texels → texels."""
    return filling(mesh, texture_shape, margin, device, seams).whole


@dataclass(frozen=True, eq=False)
class Filling:
    """What fills the texels outside of UV islands.

    nearest: (texels,) int32, of which texel each has the paint, its own number where it is kept;
    beyond: (k,) int64, ascending, those that read across a seam instead; reads: of these, (k ×
    texels)."""

    nearest: NDArray[np.int32]
    beyond: NDArray[np.int64]
    reads: SamplingMap

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(texels,): those that keep their own paint."""
        kept = np.empty(len(self.nearest), bool)
        for some in texels_at_a_time(len(kept)):
            kept[some] = self.nearest[some] == some
        kept[self.beyond] = False
        return kept

    @property
    def whole(self) -> SamplingMap:
        """The map texels → texels."""
        return self.rows(np.arange(len(self.nearest)))

    def rows(self, texels: NDArray[np.integer]) -> SamplingMap:
        """The rows of some texels (n,)."""
        if not len(self.beyond):
            across, place = np.zeros(len(texels), bool), np.zeros(len(texels), np.int64)
        else:
            place = np.searchsorted(self.beyond, texels).clip(max=len(self.beyond) - 1)
            across = self.beyond[place] == texels
        reads = self.reads.row_subset(place[across])
        counts = np.ones(len(texels), np.int64)
        counts[across] = np.diff(reads.indptr)
        indptr = np.concatenate([[0], counts.cumsum()])
        indices, values = np.empty(indptr[-1], np.int32), np.ones(indptr[-1])
        indices[indptr[:-1][~across]] = self.nearest[texels[~across]]
        at = np.repeat(across, counts)
        indices[at], values[at] = reads.indices, reads.weights
        return SamplingMap(len(self.nearest), indptr, indices, values)

    def fill(self, texture: NDArray[np.floating]) -> None:
        """Fill a texture (texels, C) in place: kept texels, which others read, do not change."""
        for some in texels_at_a_time(len(self.nearest)):
            taken = self.nearest[some]
            other = taken != some
            texture[some[other]] = texture[taken[other]]
        for start in range(0, len(self.beyond), AT_ONCE):
            part = np.arange(start, min(start + AT_ONCE, len(self.beyond)))
            texture[self.beyond[part]] = self.reads.row_subset(part).apply(texture)


def filling(
    mesh: Mesh,
    texture_shape: tuple[int, int],
    margin: float,
    device: str = "cpu",
    seams: Seams | None = None,
) -> Filling:
    """What fills what lies outside the UV islands.

    A texel whose centre lies in an island keeps its paint. One up to ``margin`` texels outside
    reads, bilinearly, the place across the nearest border's seam that is as far from it on the
    surface: both faces laid flat, each with its own texel density. Where that place does not lie on
    the neighbouring island, or the surface ends, a texel within 0.75 texels of an island keeps
    its paint; every other one, however far out, has that of the nearest kept texel of its texture.
    So no row is empty, unless a texture has no covered texel at all, which is left as it is.
    Weights are ≥ 0 and add up to 1. Rows read kept texels only: filling twice changes nothing.

    texture_shape: rows of all the mesh's textures together, columns. seams: those of the mesh, if
    they are known.
    """
    inside = _inside(mesh, texture_shape, device)
    border = find_border(mesh, seams or find_seams(mesh))
    out, segment, distance = nearest_border(mesh, border, texture_shape, margin, ~inside, device)
    covered = inside.copy()
    covered[out[distance <= COVER_TEXELS]] = True
    reads = border.goes_on[segment]
    across = np.flatnonzero(reads)
    places = places_across(mesh, border, texture_shape, out[across], segment[across])
    on_island = stays_covered(mesh, border, texture_shape, covered, segment[across], places)
    across, places = across[on_island], places[on_island]
    kept = covered.copy()
    kept[out[across]] = False
    taps, weights = lookup_taps(
        places,
        mesh.texture[border.partner[segment[across]]],
        mesh.textures,
        texture_shape,
    )
    source = _nearest_kept(kept.reshape(mesh.textures, -1, texture_shape[1]), margin)
    return _resolved(source, out[across], taps, weights)


def _inside(mesh: Mesh, texture_shape: tuple[int, int], device: str) -> NDArray[np.bool_]:
    """(texels,): the texel's centre lies in a UV island."""
    layout, _ = placed_in_texels(mesh, mesh.uvs, mesh.texture, texture_shape, 1)
    search = NearestSearch(
        np.pad(layout.reshape(-1, 2), ((0, 0), (0, 1))),
        np.arange(3 * len(layout), dtype=np.int32).reshape(-1, 3),
        device,
    )
    inside = np.empty(texture_shape[0] * texture_shape[1], bool)
    for some in texels_at_a_time(len(inside)):
        centres = texel_centres(mesh, texture_shape, 1, some)
        inside[some] = search.find(np.pad(centres, ((0, 0), (0, 1))), INSIDE).triangle >= 0
    return inside


def _nearest_kept(kept: NDArray[np.bool_], margin: float) -> NDArray[np.int32]:
    """(texels,): the nearest kept texel of every texel in its own texture, itself if kept; textures
    repeat within ``margin`` texels. kept: (textures, rows, columns)."""
    textures, rows, columns = kept.shape
    down, across = (min(int(np.ceil(margin)), side) for side in (rows, columns))
    source = np.arange(kept.size, dtype=np.int32).reshape(kept.shape)
    for number in range(textures):
        if kept[number].all() or not kept[number].any():
            continue
        around = np.pad(kept[number], ((down, down), (across, across)), mode="wrap")
        i, j = distance_transform_edt(~around, return_distances=False, return_indices=True)
        for row in range(rows):  # of large textures all at once would be gigabytes
            here = row + down, slice(across, across + columns)
            nearest = (i[here] - down) % rows * columns + (j[here] - across) % columns
            source[number, row] = number * rows * columns + nearest
    return source.ravel()


def _resolved(
    source: NDArray[np.int32],
    rows: NDArray[np.int64],
    taps: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> Filling:
    """That in which texels ``rows`` read their taps and every other its ``source``. Taps that
    are such rows themselves (close to a border, or past a thin island) are followed up; what is
    left after that takes its source, the nearest kept texel."""
    columns = len(source)
    across = np.zeros(columns, bool)
    across[rows] = True
    starts = np.arange(len(rows) + 1) * 4
    first = sparse.csr_matrix(
        (weights.ravel(), taps.ravel(), starts), shape=(len(rows), columns), copy=False
    )
    filled = _clamped(first, source)
    further = across[first.indices]
    if further.any():
        number = np.zeros(columns, np.int32)
        number[rows] = np.arange(len(rows))
        # filled ← kept taps + (taps that are rows) · filled
        own = first.copy()
        own.data = np.where(further, 0, first.data)
        own = _clamped(own, source)
        onward = first.copy()
        onward.data = np.where(further, first.data, 0)
        onward.eliminate_zeros()
        onward = sparse.csr_matrix(
            (onward.data, number[onward.indices], onward.indptr), shape=(len(rows), len(rows))
        )
        for _ in range(CHAIN):
            filled = own + onward @ filled
    order = np.argsort(rows, kind="stable")
    filled = filled[order]
    reads = SamplingMap(columns, filled.indptr.astype(np.int64), filled.indices, filled.data)
    return Filling(source, rows[order], reads)


def _clamped(matrix: sparse.csr_matrix, source: NDArray[np.int32]) -> sparse.csr_matrix:
    """The matrix with every column replaced by its source; entries of 0 dropped."""
    result = sparse.csr_matrix(
        (matrix.data, source[matrix.indices], matrix.indptr), matrix.shape, copy=True
    )
    result.sum_duplicates()
    result.eliminate_zeros()
    return result
