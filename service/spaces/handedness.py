"""Which way a pattern's pinwheels turn."""

from __future__ import annotations

import numpy as np

from geometry.spaces import Array
from geometry.symmetry.groups import Generator, Group
from service.spaces.space import Design

ANGLES = 240
RINGS = 24
_INNER = 0.15  # of the outer radius: nearer to the centre there are only few texels
_OUTER = 0.6  # of the radius of a disc as large as all domains that meet in the centre


def winding(design: Design, group: Group, paint: Array) -> float:
    """How far a group's pattern of paint (chart texels, 3) winds around its rotation centres,
    −1..1. Positive: arms bend counterclockwise on their way out, as in 卍. 0 for groups with
    mirrors or without rotations of order 3 or more, whose patterns have no handedness."""
    if not group.is_chiral:
        return 0.0
    rings = (design.rings(turn, order, paint) for turn, order in _rotations(group))
    return float(np.mean([_bend(r) for r in rings] or [0.0]))


def must_be_mirrored(design: Design, group: Group, paint: Array, wanted: str) -> bool:
    """Whether a pattern, of a design that is not mirrored, has to be turned over for its pinwheels
    to turn as ``wanted``, "ccw", "cw" or "any" way. The rest: see :func:`winding`."""
    return winding(design, group, paint) * {"any": 0, "ccw": 1, "cw": -1}[wanted] < 0


def _rotations(group: Group) -> list[tuple[Generator, int]]:
    """The generators that are rotations of order 3 or more, and their orders."""
    found = [(g, group.powers.get(g.letter, 1)) for g in group.generators]
    return [(g, order) for g, order in found if order >= 3]


def _bend(rings: Array) -> float:
    """rings: (radii, angles, 3), radii growing by a constant factor, angles counterclockwise.

    An arm φ = κ ln r has ∂f/∂ln r = −κ ∂f/∂φ: the mean of −f_r·f_φ has the sign of κ, and all arms
    vote by their contrast. Both are brought to unit size, so the result is in −1..1."""
    along = (np.roll(rings, -1, axis=1) - np.roll(rings, 1, axis=1))[1:-1]
    outward = rings[2:] - rings[:-2]
    size = np.sqrt(np.mean(along**2) * np.mean(outward**2))
    return float(-np.mean(along * outward) / max(size, 1e-30))


def ring_grid(order: int, domain: float) -> tuple[Array, Array]:
    """Radii and angles of the rings around a centre of ``order`` domains of an area ``domain``."""
    reach = _OUTER * np.sqrt(order * domain / np.pi)
    return reach * np.geomspace(_INNER, 1, RINGS), 2 * np.pi * np.arange(ANGLES) / ANGLES
