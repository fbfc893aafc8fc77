"""Elements of a discrete group: isometries that carry colours along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.domain.points import NEAR, rounded
from geometry.spaces import SPHERE, Array, Space
from geometry.symmetry.colour import ColourElement, compose, inverse
from geometry.symmetry.colour import matrix as colour_matrix
from geometry.symmetry.diagram import action


@dataclass(frozen=True, eq=False)
class Element:
    """matrix: (3, 3), an isometry; colour: what it does to colours, f(g·p) = c(g) f(p)."""

    matrix: Array
    colour: ColourElement

    def after(self, other: Element) -> Element:
        """The product that acts with ``other`` first."""
        return Element(self.matrix @ other.matrix, compose(self.colour, other.colour))

    @property
    def stacked(self) -> Array:
        """(2, 3, 3): the isometry, and the colour as a matrix: products are those of both."""
        return np.stack([self.matrix, colour_matrix(self.colour)])

    @classmethod
    def of(cls, stacked: Array) -> Element:
        """The element of (2, 3, 3)."""
        places = np.abs(stacked[1]).argmax(axis=1)
        signs = np.sign(stacked[1][np.arange(3), places])
        r, g, b = (int(sign) * (int(place) + 1) for sign, place in zip(signs, places, strict=True))
        return cls(stacked[0], (r, g, b))

    @property
    def inverse(self) -> Element:
        """What undoes it."""
        return Element(np.linalg.inv(self.matrix), inverse(self.colour))


def kept_metric(generators: Sequence[Element]) -> Array:
    """The quadratic form (2, 2) of the plane that a wallpaper group keeps: the mean over its point
    group of what Euclid's becomes. It is Euclid's own where the group acts by isometries."""
    point_group = [np.eye(2)]
    known = {rounded(point_group[0])}
    for linear in point_group:
        for generator in generators:
            image = generator.matrix[:2, :2] @ linear
            if len(point_group) < 24 and (key := rounded(image)) not in known:
                known.add(key)
                point_group.append(image)
    return np.mean([linear.T @ linear for linear in point_group], axis=0)


def centre_of(space: Space, element: Element) -> Array | None:
    """The point (3,) that a rotation keeps; None of other elements."""
    if np.linalg.det(element.matrix) < 0 or is_identity(element):
        return None
    return action(space, element.matrix).point if _is_turn(space, element.matrix) else None


def _is_turn(space: Space, matrix: Array) -> bool:
    return space is SPHERE or bool(np.trace(matrix) < 3 - NEAR)


def is_identity(element: Element) -> bool:
    """Whether it moves nothing; it may change colours."""
    return bool(np.abs(element.matrix - np.eye(3)).max() < 1e-5)
