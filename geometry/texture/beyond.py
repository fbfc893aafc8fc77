"""Texels beyond the borders of UV islands: which border is the nearest, and which place lies on the
other side of its seam."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import texel_size
from geometry.mesh.surface import (
    COVER_TEXELS,
    NearestSearch,
    placed_in_texels,
    texel_centres,
    texels_at_a_time,
)
from geometry.texture.border import Border

DRAWN_IN = 0.05  # texels by which borders are shortened to tell which is the nearest
PATH_STEPS = 8  # looks taken on the way to a mirrored place, whether it stays on the island


def nearest_border(
    mesh: Mesh,
    border: Border,
    texture_shape: tuple[int, int],
    margin: float,
    outside: NDArray[np.bool_],
    device: str,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """The texels out to ``margin`` around the islands: number (n,), the border nearest to each
    (n,), how many texels away it is (n,). outside: (texels,), those whose centres lie in none."""
    reach = max(margin, COVER_TEXELS)
    ends, source = placed_in_texels(mesh, border.ends, border.texture, texture_shape, reach)
    if not outside.any() or not len(ends):
        return np.zeros(0, np.int64), source[:0], np.zeros(0)
    # Ends drawn in a little: beyond a corner, as near to both borders, the one squarer to it wins.
    run = ends[:, 1] - ends[:, 0]
    run *= np.minimum(DRAWN_IN / np.maximum(np.linalg.norm(run, axis=1), 1e-9), 0.25)[:, None]
    ends = ends + np.stack([run, -run], axis=1)
    # A border as an upright triangle: seen from z = 0, its nearest point is on its base.
    top = ends.mean(axis=1)
    height = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    upright = np.zeros((len(ends), 3, 3))
    upright[:, :2, :2] = ends
    upright[:, 2] = np.column_stack([top, height])
    search = NearestSearch(
        upright.reshape(-1, 3), np.arange(3 * len(upright), dtype=np.int32).reshape(-1, 3), device
    )
    parts = []
    for some in texels_at_a_time(len(outside)):
        texels = some[outside[some]]
        centres = texel_centres(mesh, texture_shape, reach, texels)
        found = search.find(np.pad(centres, ((0, 0), (0, 1))), reach)
        near = found.triangle >= 0
        parts.append((texels[near], source[found.triangle[near]], found.distance[near]))
    texels, segment, distance = (np.concatenate(lists) for lists in zip(*parts, strict=True))
    return texels, segment, distance


def places_across(
    mesh: Mesh,
    border: Border,
    texture_shape: tuple[int, int],
    texels: NDArray[np.int64],
    segment: NDArray[np.int32],
) -> NDArray[np.float64]:
    """(n, 2): the UVs on the other side of a border, of texels beyond it. segment: (n,), each one's
    border, where the surface goes on."""
    uvs = _centre_uvs(mesh, texture_shape, texels)
    away = uvs - border.origin[segment]
    middle = border.ends[segment].mean(axis=1) - border.origin[segment]
    away -= np.rint(away - middle)  # the copy of the texture in which the border lies
    return border.image[segment] + np.einsum("nij,nj->ni", border.linear[segment], away)


def stays_covered(
    mesh: Mesh,
    border: Border,
    texture_shape: tuple[int, int],
    covered: NDArray[np.bool_],
    segment: NDArray[np.int32],
    places: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """(n,): all texels on the straight way from the border to the place are covered, so that it
    lies on the island that begins there and not on another one. covered: (texels,); the rest: see
    :func:`places_across`."""
    # Where the way begins: the point of the partner's edge that is nearest to the place.
    start = border.image[segment]
    run = np.einsum(
        "nij,nj->ni", border.linear[segment], border.ends[segment, 1] - border.ends[segment, 0]
    )
    size = texel_size(mesh, texture_shape)
    away = (places - start) * size
    along = np.einsum("nd,nd->n", away, run * size)
    along /= np.maximum(np.einsum("nd,nd->n", run * size, run * size), 1e-300)
    begin = start + np.clip(along, 0, 1)[:, None] * run
    rows, columns = texture_shape[0] // mesh.textures, texture_shape[1]
    down = mesh.texture[border.partner[segment]].astype(np.int64) * rows
    fine = np.ones(len(places), bool)
    for step in range(1, PATH_STEPS + 1):
        uv = begin + step / PATH_STEPS * (places - begin)
        j = np.floor(uv[:, 0] * columns).astype(np.int64) % columns
        i = np.floor((1 - uv[:, 1]) * rows).astype(np.int64) % rows
        fine &= covered[(down + i) * columns + j]
    return fine


def _centre_uvs(
    mesh: Mesh, texture_shape: tuple[int, int], texels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(n, 2): the UVs of texels' centres in their own texture."""
    rows = texture_shape[0] // mesh.textures
    i, j = np.divmod(texels, texture_shape[1])
    return np.stack([(j + 0.5) / texture_shape[1], 1 - (i % rows + 0.5) / rows], axis=1)
