"""How a texture is looked up: moved UVs and borders, which a painted texture cannot have.

A texture is painted on the UV map as the mesh has it. Where the file samples the texture at moved
UVs (Blender's Mapping node), or beyond its border other than by repeating it, the picture is drawn
anew as the unmoved map shows it. A UV map that is wider than a texture and fits only when moved (as
compression leaves it) is moved instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

from geometry.mesh.mesh import UV_SPAN

REPEAT, CLAMP, MIRROR = 10497, 33071, 33648
MAX_SIDE = 2048  # of a picture that is drawn anew, where the file's own is not larger
_ROWS = 256  # of such a picture, drawn at a time
_SLACK = 1e-4  # of a texture: how far UVs may stray over its border by rounding
_NO_MOVE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Lookup:
    """Where a picture is sampled: at matrix · (u, v, 1), v down, in units of the picture; wraps:
    what lies beyond its border, left and right, above and below, in glTF's numbers."""

    matrix: tuple[tuple[float, float, float], tuple[float, float, float]] = _NO_MOVE
    wraps: tuple[int, int] = (REPEAT, REPEAT)

    def moved(self, uvs: NDArray[np.float64]) -> NDArray[np.float64]:
        """UVs (N, 2), moved."""
        matrix = np.array(self.matrix)
        found: NDArray[np.float64] = uvs @ matrix[:, :2].T + matrix[:, 2]
        return found


@dataclass(frozen=True)
class Layout:
    """How a mesh with UVs is painted. moves: its UVs are moved as the lookup says. lookup: how the
    picture is to be drawn anew; None: it stays as it is. window: the lowest u and v of the square
    that the texture stands for."""

    moves: bool
    lookup: Lookup | None
    window: tuple[float, float] = (0.0, 0.0)


def transform(
    offset: tuple[float, float], rotation: float, scale: tuple[float, float]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The matrix of KHR_texture_transform: scaled, turned counter-clockwise by ``rotation``
    radians, v being down, then moved."""
    c, s = math.cos(rotation), math.sin(rotation)
    (x, y), (across, down) = offset, scale
    return (c * across, s * down, x), (-s * across, c * down, y)


def flipped(uvs: NDArray[np.float64]) -> NDArray[np.float64]:
    """UVs (N, 2), v up, with v down, and the other way round."""
    return np.column_stack([uvs[:, 0], 1 - uvs[:, 1]])


def lay_out(lookup: Lookup, uvs: NDArray[np.float64]) -> Layout:
    """How a mesh with these UVs (N, 2), v down, is painted; those that are nan are passed over."""
    uvs = uvs[np.isfinite(uvs).all(axis=1)]
    moves = lookup.matrix != _NO_MOVE and _span(uvs) > UV_SPAN
    seen = lookup.moved(uvs) if moves else uvs
    rest = Lookup(_NO_MOVE, lookup.wraps) if moves else lookup
    if _span(seen) > UV_SPAN or not _matters(rest, seen):
        return Layout(moves, None)
    low, high = seen.min(axis=0), seen.max(axis=0)
    at_home = (low >= -_SLACK) & (high <= 1 + _SLACK)
    u, v = np.where(at_home, 0, (low + high) / 2 - 0.5).tolist()
    return Layout(moves, rest, (u, v))


def redrawn(
    picture: NDArray[np.uint8], lookup: Lookup, window: tuple[float, float]
) -> NDArray[np.uint8]:
    """A picture (H, W, C) uint8 as a UV map shows it that samples it by ``lookup``, over a whole
    texture: what the map has at u and v from ``window`` on to 1 more, wrapped into the texture.

    It has the picture's proportions, and at least its fineness up to 2048 texels.
    """
    matrix = np.array(lookup.matrix)
    rows, columns = picture.shape[:2]
    pixels = matrix[:, :2] * np.array([[columns], [rows]])  # of the picture, over the whole map
    fineness = float((np.linalg.norm(pixels, axis=0) / (columns, rows)).max())
    possible = max(MAX_SIDE / max(rows, columns), 1.0)
    if fineness > possible:  # else texels in between would be passed over
        share = possible / fineness
        smaller = (max(1, round(columns * share)), max(1, round(rows * share)))
        picture = np.array(Image.fromarray(picture).resize(smaller, Image.Resampling.BOX))
    wide, tall = (max(1, round(side * min(fineness, possible))) for side in (columns, rows))
    u = window[0] + ((np.arange(wide) + 0.5) / wide - window[0]) % 1
    found = np.empty((tall, wide, picture.shape[2]), np.uint8)
    for start in range(0, tall, _ROWS):
        places = np.arange(start, min(start + _ROWS, tall))
        v = window[1] + ((places + 0.5) / tall - window[1]) % 1
        uvs = np.stack(np.broadcast_arrays(u, v[:, None]), axis=-1).reshape(-1, 2)
        block = _sampled(picture, lookup.moved(uvs), lookup.wraps)
        found[places] = block.reshape(len(places), wide, -1)
    return found


def _span(uvs: NDArray[np.float64]) -> float:
    return float(np.ptp(uvs, axis=0).max()) if len(uvs) else 0.0


def _matters(lookup: Lookup, uvs: NDArray[np.float64]) -> bool:
    """Whether a lookup differs at these UVs from a repeated picture."""
    if not len(uvs) or lookup.matrix != _NO_MOVE:
        return bool(len(uvs))
    beyond = ((uvs.min(axis=0) < -_SLACK) | (uvs.max(axis=0) > 1 + _SLACK)).tolist()
    return any(far and wrap != REPEAT for far, wrap in zip(beyond, lookup.wraps, strict=True))


def _sampled(
    picture: NDArray[np.uint8], uvs: NDArray[np.float64], wraps: tuple[int, int]
) -> NDArray[np.uint8]:
    """A picture's colours (N, C) at UVs (N, 2), v down: bilinear, as graphics cards sample."""
    rows, columns = picture.shape[:2]
    places = uvs * (columns, rows) - 0.5
    for axis, wrap in enumerate(wraps):
        if wrap == CLAMP:
            places[:, axis] = places[:, axis].clip(0, (columns, rows)[axis] - 1)
        elif wrap == MIRROR:  # a picture and its mirror image, repeated
            picture = np.concatenate([picture, np.flip(picture, 1 - axis)], axis=1 - axis)
    channels = [
        map_coordinates(channel, places.T[::-1], np.uint8, order=1, mode="grid-wrap")
        for channel in np.moveaxis(picture, 2, 0)
    ]
    return np.stack(channels, axis=-1)
