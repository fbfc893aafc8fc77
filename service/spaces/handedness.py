"""Which way a pattern's pinwheels turn."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, special

from geometry.groups import Generator, Group
from geometry.plane_chart import picture_generators, picture_lattice
from geometry.spaces import Array, Space, circle
from service.advice import is_chiral
from service.spaces.folded import FoldedDesign
from service.spaces.plane import PlaneDesign
from service.scene import Scene

_ANGLES = 240
_RINGS = 24
_INNER = 0.15  # of the outer radius: nearer to the centre there are only few texels
_OUTER = 0.6  # of the radius of a disc as large as all domains that meet in the centre


def winding(design: PlaneDesign | FoldedDesign, scene: Scene, paint: Array) -> float:
    """How far the pattern of paint (chart texels, 3) winds around its rotation centres, −1..1.
    Positive: arms bend counterclockwise on their way out, as in 卍. 0 for groups with mirrors or
    without rotations of order 3 or more, whose patterns have no handedness."""
    if not is_chiral(scene.group):
        return 0.0
    rings = (
        _plane_rings(design, scene.group, turn, order, paint)
        if isinstance(design, PlaneDesign)
        else _folded_rings(design, scene.group.space, turn, order, paint)
        for turn, order in _rotations(scene.group)
    )
    return float(np.mean([_bend(r) for r in rings] or [0.0]))


def _rotations(group: Group) -> list[tuple[Generator, int]]:
    """The generators that are rotations of order 3 or more, and their orders."""
    powers = dict(r.split("^") for r in group.relators if r[1:2] == "^")
    found = [(g, int(powers.get(g.letter, 1))) for g in group.generators]
    return [(g, order) for g, order in found if order >= 3]


def _bend(rings: Array) -> float:
    """rings: (radii, angles, 3), radii growing by a constant factor, angles counterclockwise.

    An arm φ = κ ln r has ∂f/∂ln r = −κ ∂f/∂φ: the mean of −f_r·f_φ has the sign of κ, and all arms
    vote by their contrast. Both are brought to unit size, so the result is in −1..1."""
    along = (np.roll(rings, -1, axis=1) - np.roll(rings, 1, axis=1))[1:-1]
    outward = rings[2:] - rings[:-2]
    size = np.sqrt(np.mean(along**2) * np.mean(outward**2))
    return float(-np.mean(along * outward) / max(size, 1e-30))


def _grid(order: int, domain: float) -> tuple[Array, Array]:
    """Radii and angles of the rings around a centre of ``order`` domains of an area ``domain``."""
    reach = _OUTER * np.sqrt(order * domain / np.pi)
    return reach * np.geomspace(_INNER, 1, _RINGS), 2 * np.pi * np.arange(_ANGLES) / _ANGLES


def _plane_rings(
    design: PlaneDesign, group: Group, turn: Generator, order: int, paint: Array
) -> Array:
    """Around the rotation's fixed point, on the picture of one period, which is a torus."""
    generators = picture_generators(design.chart, design.shape)
    matrix = next((g.matrix for g, _ in generators if g.letter == turn.letter), None)
    if matrix is None:  # folded partly
        return np.zeros((_RINGS, _ANGLES, 3))
    a, b, _ = picture_lattice(design.chart, design.shape)
    assert group.order is not None
    radii, angles = _grid(order, abs(a[0] * b[1] - a[1] * b[0]) / group.order)
    centre = np.linalg.solve(np.eye(2) - matrix[:2, :2], matrix[:2, 2])
    x = centre[0] + radii[:, None] * np.cos(angles) - 0.5
    y = centre[1] - radii[:, None] * np.sin(angles) - 0.5
    picture = design.bake(paint).astype(float)
    channels = (
        ndimage.map_coordinates(picture[..., k], [y, x], order=1, mode="grid-wrap")
        for k in range(3)
    )
    return np.stack(list(channels), axis=-1)


def _folded_rings(
    design: FoldedDesign, space: Space, turn: Generator, order: int, paint: Array
) -> Array:
    """Around the point of the space that the rotation fixes."""
    values, vectors = np.linalg.eig(turn.matrix)
    axis = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    axis = axis / np.sqrt(abs(space.inner(axis, axis)))
    if space.curvature < 0 and axis[2] < 0:
        axis = -axis
    radii, angles = _grid(order, design.domain_area)
    points = circle(space, axis, radii, angles)
    logits = design.fold(points.reshape(-1, 3)).apply(paint, design.frame)
    return special.expit(logits).reshape(*points.shape)
