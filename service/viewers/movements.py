"""How a generator moves, little by little: what a page shows of it."""

from __future__ import annotations

import math

import numpy as np
from scipy import linalg

from geometry.spaces import HYPERBOLIC, PLANE, Array, Space
from geometry.symmetry.diagram import action
from service.viewers.symmetries import Json

_NEAR = 1e-3  # of what is no turn: lattices may be rounded to whole pixels


def movement(space: Space, matrix: Array) -> Json:
    """Of an isometry M (3, 3) what leads to it: "log", whose exponential is S, and "mirror", R,
    with M = S R = R S and R² = 1. Half of S is done by half of the logarithm. R is the identity, or
    the mirror of a reflection, of a glide or of a rotary reflection: half of it is the picture
    pressed flat upon the mirror, as a page that is turned is seen from its edge."""
    mirror = np.eye(3)
    if np.linalg.det(matrix) < 0:
        mirror = _mirror(space, matrix)
    log = _logarithm(space, matrix @ mirror)
    return {"log": log.ravel().tolist(), "mirror": mirror.ravel().tolist()}


def _mirror(space: Space, matrix: Array) -> Array:
    """The mirror in an isometry that turns over."""
    if space is PLANE:
        # the linear part mirrors; what the shift has along it is the glide, the rest is the
        # mirror's
        linear, shift = matrix[:2, :2], matrix[:2, 2]
        mirror = np.eye(3)
        mirror[:2, :2] = linear
        mirror[:2, 2] = shift - (shift + linear @ shift) / 2
        return mirror
    # elsewhere the mirror's normal is what is taken to its opposite
    values, vectors = np.linalg.eig(matrix)
    normal = np.real(vectors[:, np.abs(values + 1).argmin()])
    form = np.array(space.form)
    return np.eye(3) - 2 * np.outer(normal, form * normal) / (normal @ (form * normal))


def _logarithm(space: Space, matrix: Array) -> Array:
    """Of an isometry that does not turn over: the shorter way of a turn."""
    linear = matrix[:2, :2] if space is PLANE else matrix
    if np.abs(linear - np.eye(len(linear))).max() < _NEAR:
        return matrix - np.eye(3)
    point = action(space, matrix).point
    if point is None:  # a translation of the hyperbolic plane: no eigenvalue is below 0
        return np.real(linalg.logm(matrix))
    x, y, z = point
    turning = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    if space is PLANE:
        turning = np.array([[0, -1, y], [1, 0, -x], [0, 0, 0]])
    elif space is HYPERBOLIC:
        turning = np.array([[0, -z, y], [z, 0, -x], [y, -x, 0]])
    trace = np.trace(matrix) - 1
    angle = math.acos(float(np.clip(trace / 2, -1, 1)))
    # the sense of the turn: of sin(angle) · turning and the antisymmetric part of the matrix
    sense = float(np.sum(turning * (matrix - np.linalg.inv(matrix))))
    return turning * (angle if sense >= 0 else -angle)
