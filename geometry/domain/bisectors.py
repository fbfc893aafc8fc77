"""What is nearer to a place than to its images: half spaces, and what they leave."""

from __future__ import annotations

import numpy as np

from geometry.domain.domain import Side
from geometry.domain.element import Element
from geometry.domain.points import NEAR, projected
from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, Array, Space

_WIDE = 1e3  # gnomonic size of what stands for no bound, in units of the curvature or of a period


def cut(
    space: Space, place: Array, elements: Array, metric: Array | None
) -> tuple[list[Side], Array]:
    """The sides of what is nearer to the place than to its images, and the corners (n, 3); no
    corners where it has no bound."""
    images = elements[:, 0] @ place
    covectors = _bisectors(space, place, images, metric)
    frame = _tangent_frame(space, place)  # gnomonic coordinates about the place
    planes = covectors @ frame
    wide = 1.0 if space is HYPERBOLIC else _WIDE * (1.0 if space is SPHERE else _reach(images))
    polygon = wide * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    owners = [-1] * 4  # of the side from a corner to the next
    slopes = np.linalg.norm(planes[:, :2], axis=1)
    bounding = np.flatnonzero(slopes > NEAR * np.abs(planes[:, 2]))  # not of a place's antipode
    for k in bounding[np.argsort(planes[bounding, 2] / slopes[bounding], kind="stable")]:
        polygon, owners = _clipped(polygon, owners, planes[k], int(k))
    chosen = [k for k in dict.fromkeys(owners) if k >= 0]
    sides = [Side(covectors[k], Element.of(np.linalg.inv(elements[k]))) for k in chosen]
    if len(polygon) < 3 or (-1 in owners and space is not SPHERE):
        return sides, np.empty((0, 3))
    points = np.column_stack([polygon, np.ones(len(polygon))]) @ frame.T
    if space is HYPERBOLIC and (space.inner(points, points) >= 0).any():
        return sides, np.empty((0, 3))
    return sides, np.array([projected(space, point) for point in points])


def _bisectors(space: Space, place: Array, images: Array, metric: Array | None) -> Array:
    if space is PLANE:
        form = np.eye(2) if metric is None else metric
        away = (place - images)[:, :2] @ form
        squares = np.einsum("ni,ij,nj->n", images[:, :2], form, images[:, :2])
        constant = squares - place[:2] @ form @ place[:2]
        covectors = np.column_stack([2 * away, constant])
        return covectors / np.linalg.norm(covectors[:, :2], axis=1, keepdims=True)
    covectors = (place - images) * np.array(space.form)
    squares = np.sum(covectors**2 * np.array(space.form), axis=1)
    return covectors / np.sqrt(np.abs(squares))[:, None]


def _reach(images: Array) -> float:
    return float(np.linalg.norm(images[:, :2], axis=1).max())


def _tangent_frame(space: Space, place: Array) -> Array:
    """(3, 3): two tangents at the place, and the place, as columns."""
    if space is PLANE:
        return np.column_stack([[1.0, 0, 0], [0, 1.0, 0], place])
    axis = np.eye(3)[np.argmin(np.abs(place[: 3 if space is SPHERE else 2]))]
    first = axis - space.curvature * space.inner(axis, place) * place
    first = first / np.sqrt(space.inner(first, first))
    second = np.linalg.solve(np.diag(space.form), np.cross(place, first))
    return np.column_stack([first, second / np.sqrt(space.inner(second, second)), place])


def _clipped(
    polygon: Array, owners: list[int], plane: Array, owner: int
) -> tuple[Array, list[int]]:
    """A convex polygon (n, 2) cut by the half plane ``plane`` (3,), with whose its sides are
    (Sutherland and Hodgman, 1974)."""
    if not len(polygon):
        return polygon, owners
    height = (polygon @ plane[:2] + plane[2]) / np.linalg.norm(plane[:2])
    scale = np.abs(polygon).max()
    if height.min() > -1e-10 * scale:
        return polygon, owners
    corners: list[Array] = []
    kept: list[int] = []
    for k, (here, h) in enumerate(zip(polygon, height, strict=True)):
        there, after = polygon[(k + 1) % len(polygon)], height[(k + 1) % len(polygon)]
        if h > 0:
            corners.append(here)
            kept.append(owners[k])
        if (h > 0) != (after > 0):
            corners.append(here + (there - here) * h / (h - after))
            kept.append(owner if h > 0 else owners[k])
    out, whose = np.array(corners).reshape(-1, 2), kept
    if len(out) > 2:
        long = np.linalg.norm(np.roll(out, -1, axis=0) - out, axis=1) > 1e-9 * scale
        out, whose = out[long], [o for o, there in zip(whose, long, strict=True) if there]
    return out, whose
