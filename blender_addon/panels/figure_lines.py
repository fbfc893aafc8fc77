"""The lines of a group's figure about an object: its axes, its mirrors, one fundamental domain.
Arrays in, arrays out; no bpy. The figure comes from the service (:mod:`..offer.catalogue`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..offer.catalogue import Figure

STEPS = 96  # segments of a great circle
ABOVE = 1.01  # lines lie this much farther out than the surface, or they would be half in it
HIGHER = 1.015  # the domain's sides, which lie on mirrors
BEYOND = 1.2  # how far axes go beyond the surface

# From unit vectors (n, 3) in the figure's frame to how far the surface is in these directions (n,).
Reach = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Lines:
    """Pairs of points (n, 2, 3). ``axes``: by the order of the axis."""

    axes: dict[int, np.ndarray]
    mirrors: np.ndarray
    domain: np.ndarray


def lines(figure: Figure, matrix: np.ndarray, reach: Reach) -> Lines:
    """The figure drawn on a surface, seen from its centre; ``matrix`` (4, 4) takes the group's
    frame to where it stands, a rotation and a translation."""

    def put(directions: np.ndarray, above: float) -> np.ndarray:
        flat = np.asarray(directions, np.float64).reshape(-1, 3)
        points = flat * (above * reach(flat))[:, None]
        return (points @ matrix[:3, :3].T + matrix[:3, 3]).reshape(-1, 2, 3)

    axes: dict[int, list[np.ndarray]] = {}
    for *axis, order in figure.axes:
        axes.setdefault(round(order), []).append(np.stack([np.negative(axis), axis]))
    circles = [_arc(*_across(normal), 2 * math.pi) for normal in figure.mirrors]
    sides = [_arc(side[:3], side[3:6], side[6]) for side in figure.domain]
    return Lines(
        {order: put(np.stack(pairs), BEYOND) for order, pairs in sorted(axes.items())},
        put(_joined(circles), ABOVE),
        put(_joined(sides), HIGHER),
    )


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty((0, 2, 3))


def _arc(start: np.ndarray, along: np.ndarray, angle: float) -> np.ndarray:
    """An arc of a great circle as pairs of points (n, 2, 3)."""
    count = max(1, math.ceil(STEPS * angle / (2 * math.pi)))
    t = np.linspace(0, angle, count + 1)[:, None]
    points = np.cos(t) * start + np.sin(t) * along
    return np.stack([points[:-1], points[1:]], axis=1)


def _across(normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two perpendicular unit vectors across ``normal``."""
    first = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    first /= np.linalg.norm(first)
    return first, np.cross(normal, first)


def frame(axis: np.ndarray) -> np.ndarray:
    """(3, 3), columns x, y, z: the group's frame about a direction, as the service places it
    (``geometry.mesh.symmetry.place``; a test compares them) before a *surface* is turned about the
    axis to where it fits: the object's frame turned in a circle so that its z axis is the nearest
    of the object's axes, then the shortest way."""
    wanted = np.asarray(axis, np.float64) / np.linalg.norm(axis)
    nearest = int(np.abs(wanted).argmax())
    circled = np.eye(3)[:, [(nearest + 1) % 3, (nearest + 2) % 3, nearest]]
    if wanted[nearest] < 0:
        circled = circled * (1, -1, -1)
    start = circled[:, 2]
    x, y, z = np.cross(start, wanted)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return (np.eye(3) + cross + cross @ cross / (1 + start @ wanted)) @ circled
