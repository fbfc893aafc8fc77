"""What can be drawn of a symmetry group in any of the spaces: centres of rotations, mirrors and
glides, one fundamental domain, where the generators act.

A line of the plane, a great circle and a geodesic are the same thing in the coordinates of
:mod:`geometry.spaces`: the points p of the space with covector · p = 0; one side of it is where the
product is positive. Symbols and words are those of the International Tables for Crystallography,
vol. A, ch. 1.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, Array, Space

_NEAR = 1e-6  # coordinates are in units of a period, of the sphere's radius, of the curvature's
_SHIFT = 0.318  # so that no number that is likely to occur is rounded now up, now down


@dataclass(frozen=True, eq=False)
class Centre:
    """Of rotations by 2π/order. place: (3,), a point of the space; towards: (3,), tangent to it
    there, where a corner of its symbol points; coloured: some of the rotations change colours."""

    place: Array
    towards: Array
    order: int
    coloured: bool = False


@dataclass(frozen=True, eq=False)
class Line:
    """A mirror or the axis of a glide. coloured: it changes colours."""

    covector: Array
    glide: bool = False
    coloured: bool = False


@dataclass(frozen=True, eq=False)
class Diagram:
    """domain: (sides, 3), covectors that are positive inside of one fundamental domain, which is
    convex; no sides for a group of one element."""

    space: Space
    centres: tuple[Centre, ...]
    lines: tuple[Line, ...]
    domain: Array


@dataclass(frozen=True, eq=False)
class Action:
    """Where an isometry acts. point: (3,), the centre of a rotation, of a rotoreflection one end of
    its axis; line: the covector of a mirror or a glide's axis; step: (3,), how a translation or
    glide moves things. All are None for the inversion of the sphere."""

    point: Array | None = None
    line: Array | None = None
    step: Array | None = None

    def moved(self, isometry: Array) -> Action:
        """Where the isometry takes it: of g to h g h⁻¹, for h (3, 3)."""
        return Action(
            None if self.point is None else isometry @ self.point,
            None if self.line is None else self.line @ np.linalg.inv(isometry),
            None if self.step is None else isometry @ self.step,
        )


def action(space: Space, matrix: Array) -> Action:
    """Where an isometry (3, 3) acts that is not the identity."""
    rest = matrix - np.eye(3)
    proper = np.linalg.det(matrix) > 0
    if proper and np.trace(matrix) < 3 - _NEAR:
        return Action(point=_on_space(space, _kernel(rest)))
    if space is PLANE:
        if proper:
            return Action(step=np.array([*matrix[:2, 2], 0.0]))
        line, step = glide_axis(matrix)
        return Action(line=line, step=step if np.linalg.norm(step) > _NEAR else None)
    if abs(np.trace(matrix) - 1) < _NEAR:
        row = rest[np.abs(rest).sum(axis=1).argmax()]
        return Action(line=row / math.sqrt(abs(space.inner(row, row))))
    if space is SPHERE and np.trace(matrix) > -3 + _NEAR:
        return Action(point=_kernel(matrix + np.eye(3)))
    return Action()


def glide_axis(matrix: Array) -> tuple[Array, Array]:
    """A reflection or glide (3, 3) of the plane: the covector of its axis, whose first two numbers
    are a unit normal, and the step (3,) along it."""
    across = np.eye(2) - matrix[:2, :2]  # 2 n nᵀ
    row = across[np.abs(across).sum(axis=1).argmax()]
    normal = row / np.linalg.norm(row)
    if (normal[0] if abs(normal[0]) > _NEAR else normal[1]) < 0:
        normal = -normal
    shift = matrix[:2, 2]
    away = float(normal @ shift)
    return np.array([*normal, -away / 2]), np.array([*(shift - away * normal), 0.0])


def rotation_centres(
    space: Space, matrices: Array, changing: NDArray[np.bool_], lines: tuple[Line, ...]
) -> tuple[Centre, ...]:
    """The centres of all rotations among the isometries (n, 3, 3) of the plane or the sphere, which
    must hold with one rotation about a centre all the others. ``changing``: (n,), which of them
    change colours; ``lines``: the mirrors, along which symbols are turned; those of the same kind
    are turned as the isometries do."""
    proper = np.linalg.det(matrices) > 0
    turns = np.flatnonzero(proper & (np.trace(matrices, axis1=1, axis2=2) < 3 - _NEAR))
    if not len(turns):
        return ()
    vectors = np.linalg.svd(matrices[turns] - np.eye(3))[2][:, 2]
    places = _on_space(space, vectors)
    if space is SPHERE:
        places, turns = np.concatenate([places, -places]), np.tile(turns, 2)
    number: dict[tuple[int, ...], int] = {}
    kind = np.array([number.setdefault(key, len(number)) for key in map(_key, places)])
    _, first = np.unique(kind, return_index=True)
    orders = 1 + np.bincount(kind)
    coloured = np.bincount(kind, changing[turns]) > 0
    mirrors = [line.covector for line in lines if not line.glide]
    towards: dict[int, Array] = {}
    # From the inside outwards: what lies farther out may be the image of nothing in the list.
    for k in np.argsort(np.linalg.norm(places[first], axis=1), kind="stable").tolist():
        if k in towards:
            continue
        place = places[first[k]]
        start = _direction(space, place, mirrors)
        for image, direction in zip(matrices @ place, matrices @ start, strict=True):
            towards.setdefault(number.get(_key(image), -1), direction)
    return tuple(
        Centre(places[first[k]], towards[k], int(orders[k]), bool(coloured[k]))
        for k in range(len(first))
    )


def _direction(space: Space, place: Array, mirrors: list[Array]) -> Array:
    """A unit tangent (3,) at a place: along a mirror through it, or else up."""
    through = next((m for m in mirrors if abs(m @ place) < _NEAR), None)
    if space is PLANE:
        return np.array([0.0, -1.0, 0.0] if through is None else [-through[1], through[0], 0.0])
    if through is None:
        axis = np.array([0.0, 0.0, 1.0]) if abs(place[2]) < 1 - _NEAR else np.array([1.0, 0, 0])
        along = axis - (axis @ place) * place
    else:
        along = np.cross(place, through)
    return along / np.linalg.norm(along)


def _kernel(matrix: Array) -> Array:
    return np.linalg.svd(matrix)[2][2]


def _on_space(space: Space, vectors: Array) -> Array:
    """Points (..., 3) of the space on the lines through the origin along ``vectors``."""
    if space is PLANE:
        return vectors / vectors[..., 2:]
    length = np.sqrt(np.abs(space.inner(vectors, vectors)))[..., None]
    sign = 1.0 if space is SPHERE else np.sign(vectors[..., 2:])
    return sign * vectors / length


def _key(place: Array) -> tuple[int, ...]:
    return tuple(np.rint(place * 1e4 + _SHIFT).astype(int))


def line_points(space: Space, covector: Array, reach: float, count: int) -> Array:
    """Points (count, 3) of a line in order, up to a distance ``reach`` on both sides of one that is
    near the origin; of a great circle all around."""
    normal = covector * np.array(space.form)  # the vector of which the covector is the product
    if space is PLANE:
        foot = np.array([*(-covector[2] * normal[:2] / (normal @ normal)), 1.0])
        along = np.array([-normal[1], normal[0], 0.0]) / np.linalg.norm(normal)
        t = np.linspace(-reach, reach, count)[:, None]
        return foot + t * along
    axis = np.eye(3)[2 if space is HYPERBOLIC else int(np.abs(normal).argmin())]
    unit = normal / math.sqrt(float(space.inner(normal, normal)))
    foot = axis - space.inner(axis, unit) * unit
    foot = foot / math.sqrt(abs(float(space.inner(foot, foot))))
    along = np.linalg.solve(np.diag(space.form), np.cross(foot, unit))
    along = along / math.sqrt(float(space.inner(along, along)))
    if space is SPHERE:
        t = np.linspace(0, 2 * math.pi, count)[:, None]
        return np.cos(t) * foot + np.sin(t) * along
    t = np.linspace(-reach, reach, count)[:, None]
    return np.cosh(t) * foot + np.sinh(t) * along
