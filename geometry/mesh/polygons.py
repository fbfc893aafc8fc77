"""Polygons in space cut into triangles: also hollow ones, and those that are not quite flat."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import mapbox_earcut
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
_FLAT = 1e-9  # of a polygon's extent squared: corners that turn less are straight
_BATCH = 1 << 20  # corners at a time: bounds memory


def triangulated(points: Array, corners: Indices, sizes: Indices) -> tuple[Indices, Indices]:
    """Triangles of polygons: (T, 3) places in ``corners``, and (T,) the polygon of each, in order.

    points: (V, 3), finite; corners: (C,) rows of ``points``, polygon by polygon; sizes: (P,) how
    many of them each polygon has. A polygon of n corners becomes n − 2 triangles that turn as it
    does, with its own corners and no others, so that its neighbours stay its neighbours; fewer
    where it crosses itself. Triangles are kept as they are; in larger ones a corner that repeats
    the one before is left out, and so are polygons of less than 3 corners.
    """
    owner = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.cumsum(sizes) - sizes
    before = np.arange(len(corners)) - 1
    before[starts[sizes > 0]] += sizes[sizes > 0]
    repeats = (corners == corners[before]) & (sizes[owner] > 3)
    kept = np.flatnonzero(~repeats)
    sizes = np.bincount(owner[kept], minlength=len(sizes))
    starts = np.cumsum(sizes) - sizes
    triangles, polygon = _all_cut(points, corners[kept], starts, sizes)
    return kept[triangles], polygon


def _all_cut(
    points: Array, corners: Indices, starts: Indices, sizes: Indices
) -> tuple[Indices, Indices]:
    found, owners = [], []
    for size in np.unique(sizes[sizes > 2]).tolist():
        same = np.flatnonzero(sizes == size)
        for own in np.array_split(same, -(-len(same) * size // _BATCH)):
            places = starts[own, None] + np.arange(size)
            triangles, polygon = (places, np.arange(len(own)))
            if size > 3:
                triangles, polygon = _cut(points[corners[places]])
                triangles = np.take_along_axis(places[polygon], triangles, axis=1)
            found.append(triangles)
            owners.append(own[polygon])
    if not found:
        return np.empty((0, 3), np.int64), np.empty(0, np.int64)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(found)[order], owner[order]


def _cut(polygons: Array) -> tuple[Indices, Indices]:
    """Triangles of P polygons of n corners (P, n, 3): (T, 3) corners from 0 to n − 1, and (T,) the
    polygon of each."""
    size = polygons.shape[1]
    flat = _flattened(polygons)
    fan = _fan_corner(flat)
    plain = np.flatnonzero(fan >= 0)
    steps = np.arange(size - 2)
    corners = np.stack([0 * steps, steps + 1, steps + 2], axis=1)
    fans = (corners + fan[plain, None, None]) % size
    found, owner = [fans.reshape(-1, 3)], [np.repeat(plain, size - 2)]
    for number in np.flatnonzero(fan < 0).tolist():
        ears = _ears(flat[number])
        found.append(ears)
        owner.append(np.full(len(ears), number))
    return np.concatenate(found), np.concatenate(owner)


def _flattened(polygons: Array) -> Array:
    """(P, n, 2): polygons (P, n, 3) seen along their mean normal, by Newell, so that they turn
    counter-clockwise, moved and scaled into the unit square; 0 where they have no area."""
    low, high = polygons.min(axis=1, keepdims=True), polygons.max(axis=1, keepdims=True)
    extent = (high - low).max(axis=2, keepdims=True)
    local = (polygons - (low + high) / 2) / np.where(extent > 0, extent, 1)
    normal = np.cross(local, np.roll(local, -1, axis=1)).sum(axis=1)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > _FLAT)
    # any axis across will do: the one that the normal is farthest from
    axis = np.eye(3)[np.abs(normal).argmin(axis=1)]
    right = np.cross(axis, normal)
    right /= np.maximum(np.linalg.norm(right, axis=1, keepdims=True), 1e-300)
    up = np.cross(normal, right)
    return np.stack(
        [np.einsum("pnk,pk->pn", local, right), np.einsum("pnk,pk->pn", local, up)], axis=2
    )


def _fan_corner(flat: Array) -> Indices:
    """(P,) a corner from which each polygon (P, n, 2) is a fan of triangles that all have area and
    turn as it does; −1 where there is none; 0 where the polygon has no area."""
    count, size, _ = flat.shape
    corner = np.full(count, -1)
    # from where its neighbours go around once, no triangle covers another
    left = np.flatnonzero(flat.any(axis=(1, 2)))
    corner[~flat.any(axis=(1, 2))] = 0
    for first in range(min(size, 8)):  # beyond that ears are as quick
        sides = np.roll(flat[left], -first, axis=1)
        sides = sides[:, 1:] - sides[:, :1]
        turn = _crossed(sides[:, :-1], sides[:, 1:])
        fits = (turn > _FLAT).all(axis=1) & (_swept(sides) < 2 * np.pi)
        corner[left[fits]] = first
        left = left[~fits]
        if not len(left):
            break
    return corner


def _swept(sides: Array) -> Array:
    """(P,) the angle that rays (P, n, 2) from a corner sweep, each less than half a turn on."""
    ahead = np.einsum("pnk,pnk->pn", sides[:, :-1], sides[:, 1:])
    return np.arctan2(_crossed(sides[:, :-1], sides[:, 1:]), ahead).sum(axis=1)


def _crossed(a: Array, b: Array) -> Array:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _ears(flat: Array) -> Indices:
    """(T, 3) triangles of one polygon (n, 2). Corners on straight lines, which ear clipping leaves
    out, are put back, so that no neighbour has a corner where this polygon has none."""
    rings = np.array([len(flat)], np.uint32)
    ears = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat), rings)
    triangles = ears.reshape(-1, 3).astype(np.int64)
    a, b, c = np.moveaxis(flat[triangles], 1, 0)
    triangles = np.where((_crossed(b - a, c - a) < 0)[:, None], triangles[:, ::-1], triangles)
    used = np.unique(triangles).tolist()
    if len(used) == len(flat) or not used:
        return triangles
    found = triangles.tolist()
    owner = {side: number for number, corners in enumerate(found) for side in _sides(corners)}
    for start, end in itertools.pairwise([*used, used[0] + len(flat)]):
        chain = [k % len(flat) for k in range(start, end + 1)]
        number = owner.get((chain[0], chain[-1]))
        if len(chain) > 2 and number is not None:
            (apex,) = set(found[number]) - {chain[0], chain[-1]}
            fan = [[a, b, apex] for a, b in itertools.pairwise(chain)]
            numbers = (number, *range(len(found), len(found) + len(fan) - 1))
            found[number], *more = fan
            found += more
            owner |= {side: k for k, ear in zip(numbers, fan, strict=True) for side in _sides(ear)}
    return np.array(found)


def _sides(triangle: Sequence[int]) -> list[tuple[int, int]]:
    a, b, c = triangle
    return [(a, b), (b, c), (c, a)]
