"""What lies on a domain: mirrors, glides, and centres of rotations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geometry.domain.domain import Corner, Domain, Side
from geometry.domain.element import Element, centre_of, is_identity
from geometry.domain.points import NEAR, rounded
from geometry.spaces import SPHERE, Array, Space
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import Line, action


def described(space: Space, place: Array, sides: Sequence[Side], corners: Array) -> Domain:
    """The domain with its mirrors, glides and centres: those of products of two sides' elements,
    and of the turns around its corners."""
    elements: dict[tuple[int, ...], Element] = {}
    pairings = [side.pairing for side in sides]
    for one in [*pairings, *(a.after(b) for a in pairings for b in pairings)]:
        if not is_identity(one):
            elements.setdefault(rounded(one.matrix), one)
    mirrors: dict[tuple[int, ...], Line] = {}
    glides: dict[tuple[int, ...], Line] = {}
    covectors = np.array([side.covector for side in sides])
    for one in elements.values():
        acting = action(space, one.matrix) if np.linalg.det(one.matrix) < 0 else None
        if acting is None or acting.line is None:
            continue
        heights = corners @ acting.line
        if heights.min() > NEAR or heights.max() < -NEAR:
            continue
        line = acting.line if acting.line[np.abs(acting.line).argmax()] > 0 else -acting.line
        step = acting.step is not None
        drawn = Line(line, glide=step, coloured=one.colour != IDENTITY)
        (glides if step else mirrors).setdefault(rounded(line), drawn)
    for key in mirrors:
        glides.pop(key, None)
    centres: dict[tuple[int, ...], Corner] = {}
    for one in elements.values():
        point = centre_of(space, one)
        ends = [] if point is None else [point, -point] if space is SPHERE else [point]
        for end in ends:
            if (covectors @ end).min() > -NEAR * (1 + np.abs(end).max()):
                centres.setdefault(rounded(end), _corner(space, sides, end))
    return Domain(
        space,
        place,
        tuple(sides),
        corners,
        tuple(mirrors.values()),
        tuple(glides.values()),
        tuple(centres.values()),
    )


def _corner(space: Space, sides: Sequence[Side], point: Array) -> Corner:
    """What keeps a point of the border: all that brings it there from domains around it."""
    keeping = {rounded(np.eye(3)): Element(np.eye(3), IDENTITY)}
    seen = {rounded(np.eye(3)): Element(np.eye(3), IDENTITY)}
    queue = list(seen.values())
    for reached in queue:  # reached: an element that takes the point to a point of the border
        at = reached.matrix @ point
        for side in sides:
            if abs(side.covector @ at) > NEAR * (1 + np.abs(at).max()):
                continue
            following = side.pairing.after(reached)
            if (key := rounded(following.matrix)) in seen or len(seen) > 1000:
                continue
            seen[key] = following
            queue.append(following)
            if np.abs(following.matrix @ point - point).max() < NEAR * (1 + np.abs(point).max()):
                keeping[key] = following
    turns = [one for one in keeping.values() if np.linalg.det(one.matrix) > 0]
    return Corner(point, len(turns), any(one.colour != IDENTITY for one in turns))
