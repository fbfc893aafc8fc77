"""What can be drawn of a finite group of the sphere: its axes, its mirrors, one fundamental domain.

The domain is Dirichlet's: the points that are not farther from a chosen one than from any of its
images. The chosen point lies beside the z axis, so that the domain is a wedge around it: for *n32
the triangle of the mirrors, for n32 two of them side by side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geometry.spaces import Array
from geometry.symmetry.groups import Elements

_BESIDE = 1e-4  # radians between the z axis and the chosen point


@dataclass(frozen=True, eq=False)
class Arc:
    """A part of a great circle: the points start·cos t + along·sin t, 0 ≤ t ≤ angle; start and
    along are perpendicular unit vectors (3,)."""

    start: Array
    along: Array
    angle: float


@dataclass(frozen=True, eq=False)
class Figure:
    """axes: (unit vector (3,), order) of each rotation axis, one of its two directions; mirrors:
    unit normals (3,) of the mirrors; domain: the boundary of one fundamental domain, empty for
    the trivial group, whose domain is the whole sphere."""

    axes: tuple[tuple[Array, int], ...]
    mirrors: tuple[Array, ...]
    domain: tuple[Arc, ...]


def figure(elements: Elements) -> Figure:
    """The figure of a finite group of isometries that keep the origin."""
    matrices = elements.matrices
    # A sum over all turns about an axis is a projection onto it: any one shows the axis.
    turns = [m for m in matrices if np.linalg.det(m) > 0 and np.trace(m) < 3 - 1e-6]
    axes = [_up(_kept(m)) for m in turns]
    orders = [1 + sum(np.allclose(m @ axis, axis, atol=1e-6) for m in turns) for axis in axes]
    found: dict[tuple[int, ...], tuple[Array, int]] = {}
    for axis, order in zip(axes, orders, strict=True):
        found.setdefault(tuple(np.rint(axis * 1e5).astype(int)), (axis, order))
    mirrors = [m for m in matrices if np.linalg.det(m) < 0 and abs(np.trace(m) - 1) < 1e-6]
    return Figure(
        tuple(found.values()),
        tuple(_up(_kept(-m)) for m in mirrors),
        _dirichlet(matrices),
    )


def _kept(matrix: Array) -> Array:
    """The unit vector that a matrix keeps."""
    return np.linalg.svd(matrix - np.eye(3))[2][2]


def _up(vector: Array) -> Array:
    """Of a vector and its opposite the one that points up; in the equator, forward."""
    first = next(x for x in vector[::-1] if abs(x) > 1e-6)
    return vector * math.copysign(1.0, first)


def _dirichlet(matrices: Array) -> tuple[Arc, ...]:
    point = _free_point(matrices)
    normals = point - matrices @ point  # the domain: where all of them have a product ≥ 0
    normals = normals[np.linalg.norm(normals, axis=1) > 1e-9]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    _, first = np.unique(np.rint(normals * 1e6), axis=0, return_index=True)
    normals = normals[np.sort(first)]
    arcs = []
    for number, normal in enumerate(normals):
        arc = _edge(normal, np.delete(normals, number, axis=0))
        if arc is not None:
            arcs.append(arc)
    return tuple(arcs)


def _free_point(matrices: Array) -> Array:
    """A point beside the z axis that no element but the identity keeps: in the xz plane, or, where
    that is a mirror, halfway to the next one."""
    turns = sum(m[2, 2] > 1 - 1e-6 and np.linalg.det(m) > 0 for m in matrices)
    for azimuth in (0.0, math.pi / (2 * turns)):
        away = np.array([math.cos(azimuth), math.sin(azimuth), 0.0])
        point = math.cos(_BESIDE) * np.array([0.0, 0.0, 1.0]) + math.sin(_BESIDE) * away
        moved = np.linalg.norm(matrices @ point - point, axis=1)
        if (moved < _BESIDE / 100).sum() == 1:
            return point
    raise AssertionError("every point beside the axis is kept by some element")


def _edge(normal: Array, others: Array) -> Arc | None:
    """The part of the great circle of ``normal`` that lies on the inner side of all ``others``."""
    across = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    u = across / np.linalg.norm(across)
    v = np.cross(normal, u)
    low, high = -math.inf, math.inf
    middle = None
    for other in others:
        x, y = other @ u, other @ v
        if math.hypot(x, y) < 1e-9:  # the same circle, seen from its other side
            return None
        angle = math.atan2(y, x)  # this half of the circle is inside: angle ± π/2
        if middle is None:
            middle = angle
        angle = middle + math.remainder(angle - middle, 2 * math.pi)
        low, high = max(low, angle - math.pi / 2), min(high, angle + math.pi / 2)
    if middle is None:
        low, high = 0.0, 2 * math.pi
    if high - low < 10 * _BESIDE:  # touched in a corner
        return None
    return Arc(
        math.cos(low) * u + math.sin(low) * v,
        math.cos(low) * v - math.sin(low) * u,
        high - low,
    )
