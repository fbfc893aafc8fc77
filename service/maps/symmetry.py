"""How far the vectors of a normal map are from turning with the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from service.maps.ball import SphereGround
from service.maps.ground import Flat, Ground

_PLACES = 1 << 15  # of the picture, that are compared
_FRAME = 16  # pixels around it, for the spline: it forgets at a factor 0.27 each
_OPEN = 3  # pixels at an open border that are not compared


@dataclass(frozen=True, eq=False)
class Turn:
    """A generator: matrix (3, 3), as in the receipt of the picture; sign: −1 where it turns heights
    over, so that what rose to the right now falls."""

    name: str
    matrix: Array
    sign: int


def normal_errors(ground: Ground, normal: Array, turns: Sequence[Turn]) -> dict[str, float]:
    """By generator g, in degrees: the root mean square of the angle between the normal at g·p and
    the one at p, turned by g. normal: (H, W, 3) unit vectors (right, up, out). Of flat pictures and
    of spheres; empty for other grounds."""
    height, width = ground.shape
    place = np.random.default_rng(0).integers(0, height * width, _PLACES)
    if isinstance(ground, SphereGround):
        vectors = _in_space(ground, normal)
        here, points = vectors[place], ground.out[place]
        layers = [
            ndimage.spline_filter(ground.framed(layer.reshape(ground.shape))) for layer in vectors.T
        ]
        return {turn.name: _sphere_error(ground, layers, here, points, turn) for turn in turns}
    if isinstance(ground, Flat):
        framed = [
            ndimage.spline_filter(ground.framed(n, _FRAME)) for n in np.moveaxis(normal, 2, 0)
        ]
        return {turn.name: _flat_error(ground, framed, normal, place, turn) for turn in turns}
    return {}


def _sphere_error(
    ground: SphereGround, layers: Sequence[Array], here: Array, points: Array, turn: Turn
) -> float:
    moved = points @ turn.matrix.T
    # the tangential part is what turns over with the heights
    expected = here @ turn.matrix.T
    if turn.sign < 0:
        out = np.einsum("nk,nk->n", expected, moved)[:, None] * moved
        expected = 2 * out - expected
    there = np.stack([ground.read(layer, moved, order=3) for layer in layers], axis=1)
    area = ground.projection.area(ground.shape)
    weight = area[_numbers(ground, points)]
    return _rms_degrees(there, expected, weight)


def _numbers(ground: SphereGround, points: Array) -> Array:
    row, column = ground.projection.positions(points, ground.shape)
    rows, columns = ground.shape
    i, j = row.astype(int).clip(0, rows - 1), column.astype(int).clip(0, columns - 1)
    return i * columns + j


def _flat_error(
    ground: Flat,
    framed: Sequence[Array],
    normal: Array,
    place: NDArray[np.int64],
    turn: Turn,
) -> float:
    row, column = np.divmod(place, ground.shape[1])
    moved = turn.matrix @ np.stack([column + 0.5, row + 0.5, np.ones(len(place))])
    (column_to, row_to), inside = ground.home(moved[0] - 0.5, moved[1] - 0.5, _OPEN)
    if not inside.any():
        return float("nan")
    where = np.stack([row_to, column_to])[:, inside] + _FRAME
    there = np.stack(
        [ndimage.map_coordinates(f, where, order=3, prefilter=False) for f in framed], axis=1
    )
    flip = np.diag([1, -1])  # rows grow downward, 'up' does not
    linear = flip @ turn.matrix[:2, :2] @ flip * turn.sign
    here = normal[row, column][inside]
    return _rms_degrees(there, np.column_stack([here[:, :2] @ linear.T, here[:, 2]]))


def _in_space(ground: SphereGround, normal: Array) -> Array:
    right, up, out = normal.reshape(-1, 3).T[..., None]
    return right * ground.right + up * ground.up + out * ground.out


def _rms_degrees(a: Array, b: Array, weight: Array | None = None) -> float:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    sine = np.linalg.norm(np.cross(a, b), axis=1) / np.maximum(lengths, 1e-12)
    angle = np.arctan2(sine * lengths, np.einsum("nk,nk->n", a, b))
    return float(np.degrees(np.sqrt(np.average(angle**2, weights=weight))))
