"""How much a texture's colour changes from one side of an edge to the other: the step which the eye
takes for a seam where it is larger than elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.maps.pyramid import pyramid_shapes
from geometry.maps.sampling import Read, SamplingMap, Texels, from_taps
from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import (
    EdgePairs,
    Seams,
    lookup_taps,
    spaced,
    texel_lengths,
    texel_size,
)

EVEN = 1e-9  # part of a texture's values: smaller steps are rounding
WIDEST = 1.5  # a natural step is at most this many times the median one
UNEVEN = 2  # a step reaches at most this many half texels into either side


def seam_ratio(texture: Texels, mesh: Mesh, seams: Seams, level: int) -> float | None:
    """The mean colour step across the UV seams, relative to that across inner edges: 1 where seams
    cannot be told from the rest.

    texture: (rows, columns, channels), float or bytes, all the mesh's textures. level: of the mip
    pyramid (2×2 box averages), whose texels and bilinear lookups are used. A step goes from half a
    texel on one side of the edge to half a texel on the other, square to it and as far in space on
    both; its size is the Euclidean length of the colours' difference. Means are by length in space.
    Where the mesh has no inner edge, lines through the faces' centroids take their place.

    Returns None without seams, where the pyramid has no such level, and for a texture without any
    steps at all.
    """
    rows, columns, channels = texture.shape
    shapes = pyramid_shapes((rows // mesh.textures, columns))
    if not len(seams.cut.length) or level >= len(shapes):
        return None
    own: Texels = texture
    for _ in range(level):
        height, width = own.shape[:2]
        own = own.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3))
    own = own.reshape(-1, channels)
    shape = shapes[level][0] * mesh.textures, shapes[level][1]
    across = _mean_step(own, *edge_steps(mesh, seams.cut, shape))
    inner = seams.inner.chosen(~seams.inner.folded)
    if len(inner.length):
        elsewhere = _mean_step(own, *edge_steps(mesh, inner, shape))
    else:
        elsewhere = _mean_step(own, *_face_steps(mesh, seams.cut, shape))
    return across / elsewhere if elsewhere > EVEN * float(np.abs(texture).max()) else None


def edge_steps(
    mesh: Mesh, pairs: EdgePairs, texture_shape: tuple[int, int], per_texel: float = 1
) -> tuple[SamplingMap, NDArray[np.float64]]:
    """The steps across edges, as a map (samples → texels): the lookup half a texel inside the first
    face minus that half a texel inside the second; and the samples' shares (n,) of the edges'
    length in space, which add up to 1."""
    edge, along, share = spaced(pairs, texel_lengths(mesh, pairs, texture_shape), per_texel)
    away = _half_texel(mesh, pairs, texture_shape)[edge]
    places = pairs.places(edge, along, away)
    texture = mesh.texture[pairs.faces[edge]]
    return _difference(mesh, places[:, 0], places[:, 1], texture, texture_shape), share


def natural_steps(
    read: Read, mesh: Mesh, pairs: EdgePairs, texture_shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(n, C): how large the steps of :func:`edge_steps` would be if nothing were cut: the mean of
    the steps beside the edge, from 2½ to 1½ texels away in both faces (nearer, lookups mix in what
    lies beyond), at most half as large again as the median one."""
    edge, along, _ = spaced(pairs, texel_lengths(mesh, pairs, texture_shape), 1)
    away = _half_texel(mesh, pairs, texture_shape)[edge]
    far, near = (pairs.places(edge, along, halves * away) for halves in (5, 3))
    texture = mesh.texture[pairs.faces[edge]]
    first, second = (
        _difference(mesh, far[:, side], near[:, side], texture[:, [side, side]], texture_shape)
        for side in (0, 1)
    )
    steps = (first.applied_to(read) - second.applied_to(read)) / 2
    size = np.linalg.norm(steps, axis=1, keepdims=True)
    return steps * np.minimum(1, WIDEST * np.median(size) / np.maximum(size, 1e-300))


def _half_texel(
    mesh: Mesh, pairs: EdgePairs, texture_shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(E,): half a texel square to the edges, in units of length. Where the two faces' texels
    differ in size it is their geometric mean, within twice the smaller one."""
    texels = np.linalg.norm(pairs.inward * texel_size(mesh, texture_shape), axis=2)
    # A face without height over the edge has no texels: the other side's count.
    texels = np.where(texels > 0, texels, texels.max(axis=1, keepdims=True))
    mean = np.sqrt(np.maximum(texels.prod(axis=1), 1e-300))
    return 0.5 / np.maximum(mean, texels.max(axis=1) / UNEVEN)


def _face_steps(
    mesh: Mesh, pairs: EdgePairs, texture_shape: tuple[int, int]
) -> tuple[SamplingMap, NDArray[np.float64]]:
    """As :func:`edge_steps`, across lines along the edges through the first faces' centroids."""
    edge, along, share = spaced(pairs, texel_lengths(mesh, pairs, texture_shape), 1)
    away = _half_texel(mesh, pairs, texture_shape)[edge]
    face = pairs.faces[edge, 0]
    middle = 2 * mesh.areas[face] / (3 * np.maximum(pairs.length[edge], 1e-300))
    along = (1 + along) / 3  # in the triangle for most shapes
    here, there = (pairs.places(edge, along, middle + side * away)[:, 0] for side in (1, -1))
    texture = mesh.texture[np.stack([face, face], axis=1)]
    return _difference(mesh, here, there, texture, texture_shape), share


def _difference(
    mesh: Mesh,
    here: NDArray[np.float64],
    there: NDArray[np.float64],
    texture: NDArray[np.integer],
    texture_shape: tuple[int, int],
) -> SamplingMap:
    """Lookups at UVs ``here`` (n, 2) minus those ``there``, in textures (n, 2) of the two."""
    (taps_a, weights_a), (taps_b, weights_b) = (
        lookup_taps(uvs, texture[:, side], mesh.textures, texture_shape)
        for side, uvs in enumerate((here, there))
    )
    return from_taps(
        texture_shape[0] * texture_shape[1],
        np.concatenate([taps_a, taps_b], axis=1),
        np.concatenate([weights_a, -weights_b], axis=1),
    )


def _mean_step(texels: Texels, steps: SamplingMap, share: NDArray[np.float64]) -> float:
    return float(share @ np.linalg.norm(steps.apply(texels), axis=1))
