"""Which way a pattern's pinwheels turn."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, special

from geometry.groups import Generator
from geometry.plane import picture_generators
from geometry.spaces import Array, circle
from service.advice import is_chiral
from service.designs.folded import FoldedDesign
from service.designs.plane import PlaneDesign
from service.scene import Scene

_ANGLES = 240
_RINGS = 24
_INNER = 0.15  # of the outer radius: nearer to the centre there are only few texels
_OUTER = 0.3  # of the way to the next centre


def winding(design: PlaneDesign | FoldedDesign, scene: Scene, paint: Array) -> float:
    """How far the pattern of paint (chart texels, 3) winds around its rotation centres, −1..1.
    Positive: arms bend counterclockwise on their way out, as in 卍. 0 for groups with mirrors or
    without rotations of order 3 or more, whose patterns have no handedness."""
    if not is_chiral(scene.group):
        return 0.0
    rings = [
        _plane_rings(design, scene, turn, paint)
        if isinstance(design, PlaneDesign)
        else _folded_rings(design, scene, turn, paint)
        for turn in rotations(scene)
    ]
    return float(np.mean([_bend(r) for r in rings])) if rings else 0.0


def rotations(scene: Scene) -> list[Generator]:
    """The generators that are rotations of order 3 or more."""
    powers = dict(r.split("^") for r in scene.group.relators if r[1:2] == "^")
    return [g for g in scene.group.generators if int(powers.get(g.letter, 1)) >= 3]


def _bend(rings: Array) -> float:
    """rings: (radii, angles, 3), radii growing by a constant factor, angles counterclockwise.

    An arm φ = κ ln r has ∂f/∂ln r = −κ ∂f/∂φ: the mean of −f_r·f_φ has the sign of κ, and all arms
    vote by their contrast. Both are brought to unit size, so the result is in −1..1."""
    along = (np.roll(rings, -1, axis=1) - np.roll(rings, 1, axis=1))[1:-1]
    outward = rings[2:] - rings[:-2]
    size = np.sqrt(np.mean(along**2) * np.mean(outward**2))
    return float(-np.mean(along * outward) / max(size, 1e-30))


def _grid() -> tuple[Array, Array]:
    radii = np.geomspace(_INNER, 1, _RINGS)
    return radii, 2 * np.pi * np.arange(_ANGLES) / _ANGLES


def _plane_rings(design: PlaneDesign, scene: Scene, turn: Generator, paint: Array) -> Array:
    """Around a fixed point of the rotation, on the picture of one period, which is a torus."""
    index = scene.group.generators.index(turn)
    matrix = picture_generators(scene.group, design.chart, design.shape)[index]
    centre = np.linalg.solve(np.eye(2) - matrix[:2, :2], matrix[:2, 2])
    radii, angles = _grid()
    reach = _OUTER * design.cell_width
    x = centre[0] + reach * radii[:, None] * np.cos(angles)
    y = centre[1] - reach * radii[:, None] * np.sin(angles)
    picture = design.bake(paint).astype(float)
    place = [y - 0.5, x - 0.5]
    return np.stack(
        [
            ndimage.map_coordinates(picture[..., k], place, order=1, mode="grid-wrap")
            for k in range(3)
        ],
        axis=-1,
    )


def _folded_rings(design: FoldedDesign, scene: Scene, turn: Generator, paint: Array) -> Array:
    """Around the point of the space that the rotation fixes."""
    values, vectors = np.linalg.eig(turn.matrix)
    axis = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    space = scene.group.space
    axis = axis / np.sqrt(abs(space.inner(axis, axis))) * np.sign(axis[np.argmax(np.abs(axis))])
    radii, angles = _grid()
    points = circle(space, axis, _OUTER * design.domain_width * radii, angles)
    logits = design.fold(points.reshape(-1, 3)).apply(paint)
    return special.expit(logits).reshape(len(radii), len(angles), 3)
