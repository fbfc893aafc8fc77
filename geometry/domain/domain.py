"""A fundamental domain: its sides, its corners, and what lies on it.

Sides pair up: the element of a side brings what lies just beyond it back into the domain, so that
a point is folded by passing sides until none is left. Points and covectors are those of
:mod:`geometry.symmetry.diagram`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geometry.domain.element import Element
from geometry.domain.points import kept_on
from geometry.spaces import Array, Space
from geometry.symmetry.colour import IDENTITY, ColourElement, compose
from geometry.symmetry.diagram import Line


@dataclass(frozen=True, eq=False)
class Side:
    """covector: positive inside, its product with a point is the sine, hyperbolic sine or length
    of the distance; pairing: brings what lies beyond back."""

    covector: Array
    pairing: Element


@dataclass(frozen=True, eq=False)
class Corner:
    """A centre of rotations of an order on the domain's border."""

    place: Array
    order: int
    coloured: bool


@dataclass(frozen=True, eq=False)
class Domain:
    """place: (3,), what it is made around; corners: (n, 3) in order, none where it has no bound;
    mirrors, glides: lines that meet it; centres: on its border."""

    space: Space
    place: Array
    sides: tuple[Side, ...]
    corners: Array
    mirrors: tuple[Line, ...]
    glides: tuple[Line, ...]
    centres: tuple[Corner, ...]

    @property
    def area(self) -> float:
        """Of a bounded domain of the hyperbolic plane: its angular defect."""
        normals = np.array([side.covector for side in self.sides]) * np.array(self.space.form)
        cosines = -self.space.inner(normals, np.roll(normals, -1, axis=0))
        angles = np.arccos(np.clip(cosines, -1, 1))
        return float((len(angles) - 2) * math.pi - angles.sum())

    def fold(self, points: Array) -> tuple[Array, tuple[ColourElement, ...]]:
        """Points (n, 3) brought into the domain: (n, 3), and of each the colour c(g) of the g that
        did so."""
        out, colours = points.astype(float), [IDENTITY] * len(points)
        covectors = np.array([side.covector for side in self.sides]).reshape(-1, 3)
        for k in range(len(points)):
            while len(covectors):
                heights = covectors @ out[k]
                if heights.min() >= -1e-9 * (1 + np.abs(out[k]).max()):
                    break
                pairing = self.sides[int(heights.argmin())].pairing
                out[k] = kept_on(self.space, pairing.matrix @ out[k])
                colours[k] = compose(pairing.colour, colours[k])
        return out, tuple(colours)
