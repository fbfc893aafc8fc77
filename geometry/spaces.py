"""The spaces and their isometries as 3×3 matrices.

The Euclidean plane E² is (x, y, 1); the sphere S² is x² + y² + z² = 1 in R³; the hyperbolic plane
H² is the upper sheet x² + y² − t² = −1 in R²·¹. Isometries are the affine rigid motions, O(3) and
the part of O(2,1) that keeps t > 0 (Ratcliffe, Foundations of Hyperbolic Manifolds, §§1-3). A
spiral's space is flat, (log |z|, arg z, 1), and its group acts by translations; a frieze's is a
strip of the plane, a rosette's a disc.
All functions take stacks: points (..., 3), matrices (..., 3, 3), float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """A geometry of constant curvature. ``form`` is the diagonal of its bilinear form."""

    name: str
    curvature: int
    form: tuple[float, float, float]

    def inner(self, a: Array, b: Array) -> Array:
        """The bilinear form ⟨a, b⟩, shape (...)."""
        return np.sum(a * b * np.array(self.form), axis=-1)

    def distance(self, a: Array, b: Array) -> Array:
        """Geodesic distance of points on the space, shape (...). Stable for near points."""
        gap = np.sqrt(np.maximum(self.inner(a - b, a - b), 0))
        if self.curvature > 0:
            return 2 * np.arcsin(np.minimum(gap / 2, 1))
        if self.curvature < 0:
            return 2 * np.arcsinh(gap / 2)
        return gap

    def is_isometry(self, matrix: Array, tolerance: float = 1e-9) -> bool:
        """Whether a (3, 3) matrix keeps the space and its distances."""
        if self.curvature == 0:
            linear = matrix[:2, :2]
            return bool(
                np.allclose(linear.T @ linear, np.eye(2), atol=tolerance)
                and np.allclose(matrix[2], (0, 0, 1), atol=tolerance)
            )
        form = np.diag(self.form)
        keeps = np.allclose(matrix.T @ form @ matrix, form, atol=tolerance)
        return bool(keeps and (self.curvature > 0 or matrix[2, 2] > 0))


PLANE = Space("plane", 0, (1.0, 1.0, 0.0))
SPHERE = Space("sphere", 1, (1.0, 1.0, 1.0))
HYPERBOLIC = Space("hyperbolic", -1, (1.0, 1.0, -1.0))
# The plane without its origin, seen through the logarithm: a Euclidean cylinder, on which zooms
# and turns about the origin are translations.
SPIRAL = Space("spiral", 0, (1.0, 1.0, 0.0))
# A strip of the plane about the line y = 0, as long as one likes and of some height.
FRIEZE = Space("frieze", 0, (1.0, 1.0, 0.0))
# A disc of the plane about the origin, of radius 1.
ROSETTE = Space("rosette", 0, (1.0, 1.0, 0.0))


def apply(matrix: Array, points: Array) -> Array:
    """Matrices (..., 3, 3) on points (..., 3), broadcast against each other."""
    return np.einsum("...ij,...j->...i", matrix, points)


def rotation(axis: Array, angle: float) -> Array:
    """The (3, 3) rotation of the sphere by ``angle`` radians about ``axis``, right-handed
    (Rodrigues' formula)."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def circle(space: Space, centre: Array, radii: Array, angles: Array) -> Array:
    """Points (radii, angles, 3) of the sphere or the hyperbolic plane at distances ``radii`` (n,)
    from a point ``centre`` (3,) of it, counterclockwise: seen from outside the sphere, or where x
    points to the right and y up in Poincaré's disc."""
    axis = np.eye(3)[np.argmin(np.abs(centre))]
    aside = axis - space.curvature * space.inner(axis, centre) * centre
    first = aside / np.sqrt(space.inner(aside, aside))
    # orthogonal to both by the form: the Euclidean normal with the form undone
    normal = np.linalg.solve(np.diag(space.form), np.cross(centre, first))
    second = normal / np.sqrt(space.inner(normal, normal))
    if np.linalg.det([first, second, centre]) < 0:
        second = -second
    along = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    r = radii[:, None, None]
    if space.curvature > 0:
        return np.cos(r) * centre + np.sin(r) * along
    return np.cosh(r) * centre + np.sinh(r) * along


def translation(point: Array) -> Array:
    """The (3, 3) translation of the hyperbolic plane that brings (0, 0, 1) to ``point`` (3,) along
    their geodesic: a boost without rotation (Jackson, Classical Electrodynamics, §11.7)."""
    along, t = point[:2], point[2]
    out = np.empty((3, 3))
    out[:2, :2] = np.eye(2) + np.outer(along, along) / (1 + t)
    out[:2, 2] = out[2, :2] = along
    out[2, 2] = t
    return out


def affine(linear: Array, shift: Array | tuple[float, float] = (0.0, 0.0)) -> Array:
    """The (3, 3) matrix of the plane map p → linear·p + shift."""
    out = np.eye(3)
    out[:2, :2], out[:2, 2] = linear, shift
    return out
