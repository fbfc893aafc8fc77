"""How exactly a mesh's texture is symmetric: for receipts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.maps.taps import cubic_taps, outer_taps
from geometry.mesh.images import SurfaceSearch, points_at, spread_points
from geometry.mesh.mesh import Mesh
from geometry.mesh.symmetry import Placement
from geometry.spaces import Array
from geometry.symmetry.colour import act, white
from geometry.symmetry.colour_frame import RGB, ColourFrame, Pixels
from geometry.symmetry.groups import Colouring, Group

_POINTS = 20_000
_BORDER = 2.0  # texels from a UV border: so far lookups reach


@dataclass(frozen=True)
class GeneratorError:
    """letter, title: of a generator g. rms, worst: of f(g·p) − c(g) f(p) over points p and
    channels, in 1/255; None if no point is far enough from the UV borders."""

    letter: str
    title: str
    rms: float | None
    worst: float | None


def symmetry_error(
    texture: Pixels | NDArray[np.float64],
    mesh: Mesh,
    group: Group,
    colouring: Colouring,
    placement: Placement,
    frame: ColourFrame = RGB,
) -> tuple[GeneratorError, ...]:
    """The error of every generator of ``group`` in ``texture`` (rows of all textures, columns, 3),
    whole numbers or floats in 0..1, at points spread evenly over the surface. ``frame``: what
    colours act on; in others than RGB an error is what the rounding to whole numbers, of floats to
    8 bits, does not leave open.

    The texture is read by Catmull-Rom splines. Points that are within two texels of a UV border,
    or whose image is, are left out: there lookups read the margin.
    """
    search = SurfaceSearch(mesh)
    shape = texture.shape[0] // mesh.textures, texture.shape[1]
    top = white(texture.dtype)
    half = 0.5 / (255 if top == 1 else top)  # of the step from one number to the next
    values = texture.reshape(-1, 3)
    borders = _border_samples(mesh, shape)
    triangle, barycentric = spread_points(mesh, _POINTS)
    here, inside = _read(mesh, values, shape, borders, triangle, barycentric)
    points, facing = points_at(mesh, triangle, barycentric), search.facing[triangle]
    found = []
    for generator in group.generators:
        turned = facing @ placement.matrix(generator.matrix).T
        image = search.find(placement.image(generator.matrix, points), turned)
        there, also = _read(mesh, values, shape, borders, image.triangle, image.barycentric)
        used = inside & also
        image_colour = colouring.images[generator.letter]
        if frame.is_rgb:
            wanted = act(image_colour, here[used])
        else:
            wanted = np.clip(there[used], *frame.bounds(image_colour, here[used], half))
        error = 255 * np.abs(there[used] - wanted)
        rms = math.sqrt((error**2).mean()) if error.size else None
        worst = float(error.max()) if error.size else None
        found.append(GeneratorError(generator.letter, generator.title, rms, worst))
    return tuple(found)


def _read(
    mesh: Mesh,
    values: Pixels | NDArray[np.float64],
    shape: tuple[int, int],
    borders: Array,
    triangle: NDArray[np.integer],
    barycentric: Array,
) -> tuple[Array, NDArray[np.bool_]]:
    """The colours (n, 3) at places on the surface, and which are away from UV borders (n,)."""
    uv = np.einsum("nk,nkd->nd", barycentric, mesh.uvs[triangle])
    down, across = _in_texels(uv, shape).T
    rows, row_parts = cubic_taps(down - 0.5)
    columns, column_parts = cubic_taps(across - 0.5)
    rows = rows % shape[0] + (mesh.texture[triangle] * shape[0])[:, None]
    taps, parts = outer_taps((rows, row_parts), (columns % shape[1], column_parts), shape[1])
    read = values[taps] / white(values.dtype)
    colours = np.einsum("nt,ntc->nc", parts, read)
    if not len(borders):
        return colours, np.ones(len(uv), bool)
    place = np.column_stack([down, across, mesh.texture[triangle] * _apart(shape)])
    distance = cKDTree(borders).query(place, distance_upper_bound=2 * _BORDER)[0]
    return colours, distance > math.hypot(_BORDER, 0.5)  # samples are up to a texel apart


def _border_samples(mesh: Mesh, shape: tuple[int, int]) -> Array:
    """Points (n, 3) at most a texel apart along the borders of the UV islands, row and column in
    texels; the third coordinate keeps textures apart."""
    places = np.concatenate(
        [
            _in_texels(mesh.uvs, shape),
            np.broadcast_to(
                (mesh.texture * _apart(shape))[:, None, None], (*mesh.uvs.shape[:2], 1)
            ),
        ],
        axis=2,
    )
    _, corner = np.unique(np.rint(places.reshape(-1, 3) * 1e3), axis=0, return_inverse=True)
    ends = corner.reshape(-1, 3)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    edges = places[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2, 3)
    _, first, count = np.unique(
        np.sort(ends, axis=1), axis=0, return_index=True, return_counts=True
    )
    a, b = np.moveaxis(edges[first[count == 1]], 1, 0)
    pieces = np.ceil(np.linalg.norm(b - a, axis=1)).astype(int) + 1
    edge = np.repeat(np.arange(len(a)), pieces)
    step = np.arange(len(edge)) - np.repeat(pieces.cumsum() - pieces, pieces)
    part = (step / np.maximum(pieces - 1, 1)[edge])[:, None]
    return a[edge] + part * (b - a)[edge]


def _in_texels(uv: Array, shape: tuple[int, int]) -> Array:
    """UVs (..., 2) as row and column, (0, 0) being the top left corner."""
    return np.stack([(1 - uv[..., 1]) * shape[0], uv[..., 0] * shape[1]], axis=-1)


def _apart(shape: tuple[int, int]) -> float:
    return 4.0 * sum(shape)
