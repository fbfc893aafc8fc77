"""A fundamental domain of any discrete group, worked out from generators alone.

It is Dirichlet's: all points that are nearer to a chosen place than to the place's images. Its
sides are found as in Voight, Computing fundamental domains for Fuchsian groups (2009), §§4-5:
words are reduced by the domain found so far, and what is left of them cuts it further.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from geometry.domain.bisectors import cut
from geometry.domain.contents import described
from geometry.domain.domain import Domain, Side
from geometry.domain.element import Element, centre_of
from geometry.domain.points import NEAR, kept_on, projected
from geometry.spaces import PLANE, SPHERE, Array, Space

_SAME = 1e-5
_FAR = 1e5  # the largest number in the matrix of a word
_WORDS, _LONGEST = 150, 12  # random words by which a domain is checked
_ROUNDS = 15
_MOST = 60  # sides of a domain
_FOLDS = 1000  # sides passed by one point
_PLACES = 6  # random places that a domain may be made around


def fundamental_domain(
    space: Space, generators: Sequence[Element], metric: Array | None = None
) -> Domain:
    """The domain with the fewest sides among those that are as near to the origin as can be.

    metric: (2, 2), of the plane, what distances are measured by: coordinates in which the group
    only nearly acts by isometries need one that it keeps, see
    :func:`geometry.domain.element.kept_metric`. A group without generators has no sides. Raises
    ValueError for generators that make no discrete group, or one whose domain has no bound in the
    plane.
    """
    best: tuple[tuple[float, int, float], Domain] | None = None
    if not generators:
        origin = np.array([0.0, 0.0, 1.0])
        return Domain(space, origin, (), np.empty((0, 3)), (), (), ())
    for place in _places(space, generators):
        try:
            found = _around(space, generators, place, metric)
        except np.linalg.LinAlgError:  # numbers too large to be exact
            continue
        if found is None:
            continue
        far = np.linalg.norm(found.corners[:, :2], axis=1).max() if space is not SPHERE else 0.0
        size = float(space.distance(found.corners, place).max()) if space is not PLANE else far
        rank = (round(math.log(max(far, NEAR)), 1), len(found.sides), size)
        if best is None or rank < best[0]:
            best = rank, found
    if best is None:
        raise ValueError("no bounded domain")
    return best[1]


def _places(space: Space, generators: Sequence[Element]) -> list[Array]:
    """Where a domain may be made around: between centres of generators, where domains have few
    sides, and anywhere near the origin."""
    random = np.random.default_rng(1)
    size = 0.3
    if space is PLANE:
        shifts = [np.linalg.norm(g.matrix[:2, 2]) for g in generators]
        size = 0.3 * max([float(s) for s in shifts if s > NEAR], default=1.0)
    origin = np.array([0.0, 0.0, 1.0])
    fixed = [origin]
    for generator in generators:
        if (point := centre_of(space, generator)) is not None:
            fixed.append(point)
    found = [
        projected(space, (1 - share) * a + share * b)
        for i, a in enumerate(fixed)
        for b in fixed[i + 1 :]
        for share in (0.5, 0.35)
        if np.abs(a - b).max() > NEAR
    ]
    for _ in range(_PLACES):
        radius, angle = size * math.sqrt(random.uniform(0.02, 1)), random.uniform(0, 2 * math.pi)
        flat = radius * np.array([math.cos(angle), math.sin(angle)])
        if space is SPHERE:
            found.append(projected(space, random.normal(size=3)))
        elif space is PLANE:
            found.append(np.array([*flat, 1.0]))
        else:
            found.append(np.array([*flat, math.sqrt(1 + radius * radius)]))
    return [origin, *found]


def _around(
    space: Space, generators: Sequence[Element], place: Array, metric: Array | None
) -> Domain | None:
    """The domain around a place; None where the place is kept by some element, or no bound is
    found."""
    start = np.array([one.stacked for one in generators])
    letters = np.concatenate([start, np.linalg.inv(start)])
    words = np.concatenate([letters, _some_words(letters)])
    known, before = letters, 0.0
    for _ in range(_ROUNDS):
        if (_moved_by(known, place) < NEAR).any():
            return None
        sides, corners = cut(space, place, known, metric)
        if not 0 < len(sides) <= _MOST:
            return None
        pairings = np.array([side.pairing.stacked for side in sides])
        pairs = (pairings[:, None] @ pairings[None]).reshape(-1, 2, 3, 3)
        reduced = _reduced(space, sides, words, place)
        if reduced is None:
            return None
        away = _moved_by(reduced, place) > NEAR
        if (np.abs(reduced[~away, 0] - np.eye(3)).max(axis=(1, 2), initial=0) > _SAME).any():
            return None
        seen = float(np.abs(np.array([side.covector for side in sides])).sum())
        if not away.any() and abs(seen - before) < NEAR:
            return described(space, place, sides, corners) if len(corners) else None
        before = seen
        pairs = pairs[np.abs(pairs[:, 0] - np.eye(3)).max(axis=(1, 2)) > _SAME]
        found = np.concatenate([pairings, pairs, reduced[away]])
        known = np.concatenate([found, np.linalg.inv(found)])
    return None


def _some_words(letters: Array) -> Array:
    random = np.random.default_rng(0)
    words = letters[random.integers(len(letters), size=_WORDS)]
    for length in range(1, _LONGEST):
        going_on = random.random(_WORDS) > 1 / _LONGEST * length
        following = words @ letters[random.integers(len(letters), size=_WORDS)]
        # what is farther away is not exact enough
        going_on &= np.abs(following).max(axis=(1, 2, 3)) < _FAR
        words = np.where(going_on[:, None, None, None], following, words)
    return words


def _moved_by(elements: Array, place: Array) -> Array:
    """How far elements (n, 2, 3, 3) move a place, (n,), roughly."""
    return np.abs(elements[:, 0] @ place - place).max(axis=1) / (1 + np.abs(place).max())


def _reduced(space: Space, sides: Sequence[Side], elements: Array, place: Array) -> Array | None:
    """Elements (n, 2, 3, 3) followed by what brings their images of the place into the domain;
    None where that does not end."""
    out, points = elements.copy(), elements[:, 0] @ place
    covectors = np.array([side.covector for side in sides])
    pairings = np.array([side.pairing.stacked for side in sides])
    going = np.arange(len(points))
    for _ in range(_FOLDS):
        heights = points[going] @ covectors.T
        worst = heights.argmin(axis=1)
        beyond = heights.min(axis=1) < -1e-9 * (1 + np.abs(points[going]).max(axis=1))
        going, worst = going[beyond], worst[beyond]
        if not len(going):
            return out
        out[going] = pairings[worst] @ out[going]
        moved = np.einsum("nij,nj->ni", pairings[worst, 0], points[going])
        points[going] = kept_on(space, moved)
    return None
