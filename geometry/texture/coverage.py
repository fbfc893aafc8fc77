"""How much of a texture the views see, and what the rest is filled with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geometry.maps.pyramid import pyramid_offsets, pyramid_shapes
from geometry.maps.sampling import SamplingMap
from geometry.mesh.mesh import Mesh
from geometry.mesh.surface import UvSurface, texels_at_a_time
from geometry.texture.filling import BAND_ROWS

SEEN_PIXELS = 1e-3  # a texel that fills less of all the views together is not seen
GREY = 118  # sRGB of a middle grey: what no island covers in a coverage picture
MAGENTA = (255, 0, 200)
HATCH = 8  # texels from one stripe to the next in a texture of 512; wider in larger ones


def seen_texels(
    maps: Sequence[SamplingMap],
    weights: Sequence[NDArray[np.floating]],
    texture_shape: tuple[int, int],
) -> NDArray[np.float64]:
    """(rows, columns): how many pixels of the views each texel fills, Σ |P|ᵀ w.

    maps: the views' ``sampling`` on one texture (see :class:`geometry.seeing.visibility.ViewMap`).
    weights: how much each view's pixels count, (H, W) or flat, 0 or more. What is read on level k
    of the pyramid is shared evenly among the 4^k texels below.
    """
    packed = np.zeros(pyramid_offsets(texture_shape)[-1])
    for view, weight in zip(maps, weights, strict=True):
        # A matrix by rows is its transpose by columns: nothing is copied or sorted.
        transpose = sparse.csc_matrix(
            (np.abs(view.weights), view.indices, view.indptr), shape=(view.columns, view.rows)
        )
        packed += transpose @ np.asarray(weight, np.float64).ravel()
    shapes, offsets = pyramid_shapes(texture_shape), pyramid_offsets(texture_shape)
    seen = np.zeros(shapes[-1])
    for level in reversed(range(len(shapes))):
        own = packed[offsets[level] : offsets[level + 1]].reshape(shapes[level])
        if level + 1 < len(shapes):
            own = own + seen.repeat(2, axis=0).repeat(2, axis=1) / 4
        seen = own
    return seen


def surface_coverage(
    seen: NDArray[np.float64],
    texels: UvSurface,
    mesh: Mesh,
    holes: NDArray[np.bool_] | None = None,
) -> float:
    """The part of the surface's area, 0 to 1, whose texels are ``seen`` (rows, columns): by more
    than SEEN_PIXELS. ``holes`` (rows, columns): texels that are clear; there is no surface there.

    A triangle's area is shared among the covered texels it owns; one that owns none counts with
    the texel in which its middle lies. What the layout collapses is never seen: nothing can be
    painted there.
    """
    faces = len(mesh.triangles)
    solid = np.ones(seen.shape, bool) if holes is None else ~holes
    visible = (seen > SEEN_PIXELS) & solid
    triangle, covered = texels.triangle.ravel(), texels.covered.ravel()

    def owned(where: NDArray[np.bool_]) -> NDArray[np.float64]:
        counts = np.zeros(faces)
        for some in texels_at_a_time(len(triangle)):
            own = triangle[some[covered[some] & where.ravel()[some]]]
            counts += np.bincount(own, minlength=faces)
        return counts

    texels_of = owned(texels.covered)
    small = np.flatnonzero(texels_of == 0)
    middle = _middle_texels(mesh, small, seen.shape)

    def parts(where: NDArray[np.bool_]) -> NDArray[np.float64]:
        part = owned(where) / np.maximum(texels_of, 1)
        part[small] = where[middle]
        return part

    whole = float(parts(solid) @ mesh.areas)
    shown = float(np.where(mesh.collapsed, 0, parts(visible)) @ mesh.areas)
    return min(1.0, shown / whole) if whole else 1.0  # rounding may add a little


def _middle_texels(
    mesh: Mesh, triangles: NDArray[np.int64], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) rows and columns of the texels in which triangles have their middles."""
    rows, columns = shape[0] // mesh.textures, shape[1]
    u, v = mesh.uvs[triangles].mean(axis=1).T
    row = np.floor((1 - v) * rows).astype(np.int64) % rows
    return row + mesh.texture[triangles] * rows, np.floor(u * columns).astype(np.int64) % columns


def coverage_picture(
    texture: NDArray[np.uint8], seen: NDArray[np.float64], texels: UvSurface
) -> NDArray[np.uint8]:
    """(rows, columns, 3): the texture, what is not ``seen`` hatched in magenta, and grey where no
    island is."""
    rows, columns = seen.shape
    width = HATCH * max(1, columns // 512)
    picture = np.empty((rows, columns, 3), np.uint8)
    for top in range(0, rows, BAND_ROWS):
        band = slice(top, min(top + BAND_ROWS, rows))
        covered = texels.covered[band]
        picture[band] = np.where(covered[..., None], texture[band], np.uint8(GREY))
        stripe = (np.arange(rows)[band, None] + np.arange(columns)) % width < width // 2
        picture[band][covered & (seen[band] <= SEEN_PIXELS) & stripe] = MAGENTA
    return picture
