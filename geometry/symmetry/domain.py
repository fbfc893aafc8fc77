"""A fundamental domain of any discrete group, worked out from generators alone.

It is Dirichlet's: all points that are nearer to a chosen place than to the place's images. Its
sides pair up: the element of a side brings what lies just beyond it back into the domain, so that
a point is folded by passing sides until none is left. Sides are found as in Voight, Computing
fundamental domains for Fuchsian groups (2009), §§4-5: words are reduced by the domain found so
far, and what is left of them cuts it further. Points and covectors are those of
:mod:`geometry.symmetry.diagram`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, Array, Space
from geometry.symmetry.colour import IDENTITY, ColourElement, compose, inverse
from geometry.symmetry.colour import matrix as colour_matrix
from geometry.symmetry.diagram import Line, action

_NEAR = 1e-6
_SAME = 1e-5
_FAR = 1e5  # the largest number in the matrix of a word
_WORDS, _LONGEST = 150, 12  # random words by which a domain is checked
_ROUNDS = 15
_MOST = 60  # sides of a domain
_FOLDS = 1000  # sides passed by one point
_WIDE = 1e3  # gnomonic size of what stands for no bound, in units of the curvature or of a period
_PLACES = 6  # random places that a domain may be made around


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
                out[k] = _kept_on(self.space, pairing.matrix @ out[k])
                colours[k] = compose(pairing.colour, colours[k])
        return out, tuple(colours)


def fundamental_domain(
    space: Space, generators: Sequence[Element], metric: Array | None = None
) -> Domain:
    """The domain with the fewest sides among those that are as near to the origin as can be.

    metric: (2, 2), of the plane, what distances are measured by: coordinates in which the group
    only nearly acts by isometries need one that it keeps, see :func:`kept_metric`. A group without
    generators has no sides. Raises ValueError for generators that make no discrete group, or one
    whose domain has no bound in the plane.
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
        rank = (round(math.log(max(far, _NEAR)), 1), len(found.sides), size)
        if best is None or rank < best[0]:
            best = rank, found
    if best is None:
        raise ValueError("no bounded domain")
    return best[1]


def kept_metric(generators: Sequence[Element]) -> Array:
    """The quadratic form (2, 2) of the plane that a wallpaper group keeps: the mean over its point
    group of what Euclid's becomes. It is Euclid's own where the group acts by isometries."""
    point_group = [np.eye(2)]
    known = {_key(point_group[0])}
    for linear in point_group:
        for generator in generators:
            image = generator.matrix[:2, :2] @ linear
            if len(point_group) < 24 and (key := _key(image)) not in known:
                known.add(key)
                point_group.append(image)
    return np.mean([linear.T @ linear for linear in point_group], axis=0)


def _places(space: Space, generators: Sequence[Element]) -> list[Array]:
    """Where a domain may be made around: between centres of generators, where domains have few
    sides, and anywhere near the origin."""
    random = np.random.default_rng(1)
    size = 0.3
    if space is PLANE:
        shifts = [np.linalg.norm(g.matrix[:2, 2]) for g in generators]
        size = 0.3 * max([float(s) for s in shifts if s > _NEAR], default=1.0)
    origin = np.array([0.0, 0.0, 1.0])
    fixed = [origin]
    for generator in generators:
        if (point := _centre(space, generator)) is not None:
            fixed.append(point)
    found = [
        _projected(space, (1 - share) * a + share * b)
        for i, a in enumerate(fixed)
        for b in fixed[i + 1 :]
        for share in (0.5, 0.35)
        if np.abs(a - b).max() > _NEAR
    ]
    for _ in range(_PLACES):
        radius, angle = size * math.sqrt(random.uniform(0.02, 1)), random.uniform(0, 2 * math.pi)
        flat = radius * np.array([math.cos(angle), math.sin(angle)])
        if space is SPHERE:
            found.append(_projected(space, random.normal(size=3)))
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
        if (_moved_by(known, place) < _NEAR).any():
            return None
        sides, corners = _cut(space, place, known, metric)
        if not 0 < len(sides) <= _MOST:
            return None
        pairings = np.array([side.pairing.stacked for side in sides])
        pairs = (pairings[:, None] @ pairings[None]).reshape(-1, 2, 3, 3)
        reduced = _reduced(space, sides, words, place)
        if reduced is None:
            return None
        away = _moved_by(reduced, place) > _NEAR
        if (np.abs(reduced[~away, 0] - np.eye(3)).max(axis=(1, 2), initial=0) > _SAME).any():
            return None
        seen = float(np.abs(np.array([side.covector for side in sides])).sum())
        if not away.any() and abs(seen - before) < _NEAR:
            return _described(space, place, sides, corners) if len(corners) else None
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
        points[going] = _kept_on(space, moved)
    return None


def _cut(
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
    bounding = np.flatnonzero(slopes > _NEAR * np.abs(planes[:, 2]))  # not of a place's antipode
    for k in bounding[np.argsort(planes[bounding, 2] / slopes[bounding], kind="stable")]:
        polygon, owners = _clipped(polygon, owners, planes[k], int(k))
    chosen = [k for k in dict.fromkeys(owners) if k >= 0]
    sides = [Side(covectors[k], Element.of(np.linalg.inv(elements[k]))) for k in chosen]
    if len(polygon) < 3 or (-1 in owners and space is not SPHERE):
        return sides, np.empty((0, 3))
    points = np.column_stack([polygon, np.ones(len(polygon))]) @ frame.T
    if space is HYPERBOLIC and (space.inner(points, points) >= 0).any():
        return sides, np.empty((0, 3))
    return sides, np.array([_projected(space, point) for point in points])


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


def _described(space: Space, place: Array, sides: Sequence[Side], corners: Array) -> Domain:
    """The domain with its mirrors, glides and centres: those of products of two sides' elements,
    and of the turns around its corners."""
    elements: dict[tuple[int, ...], Element] = {}
    pairings = [side.pairing for side in sides]
    for one in [*pairings, *(a.after(b) for a in pairings for b in pairings)]:
        if not _is_identity(one):
            elements.setdefault(_key(one.matrix), one)
    mirrors: dict[tuple[int, ...], Line] = {}
    glides: dict[tuple[int, ...], Line] = {}
    covectors = np.array([side.covector for side in sides])
    for one in elements.values():
        acting = action(space, one.matrix) if np.linalg.det(one.matrix) < 0 else None
        if acting is None or acting.line is None:
            continue
        heights = corners @ acting.line
        if heights.min() > _NEAR or heights.max() < -_NEAR:
            continue
        line = acting.line if acting.line[np.abs(acting.line).argmax()] > 0 else -acting.line
        step = acting.step is not None
        drawn = Line(line, glide=step, coloured=one.colour != IDENTITY)
        (glides if step else mirrors).setdefault(_key(line), drawn)
    for key in mirrors:
        glides.pop(key, None)
    centres: dict[tuple[int, ...], Corner] = {}
    for one in elements.values():
        point = _centre(space, one)
        ends = [] if point is None else [point, -point] if space is SPHERE else [point]
        for end in ends:
            if (covectors @ end).min() > -_NEAR * (1 + np.abs(end).max()):
                centres.setdefault(_key(end), _corner(space, sides, end))
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
    keeping = {_key(np.eye(3)): Element(np.eye(3), IDENTITY)}
    seen = {_key(np.eye(3)): Element(np.eye(3), IDENTITY)}
    queue = list(seen.values())
    for reached in queue:  # reached: an element that takes the point to a point of the border
        at = reached.matrix @ point
        for side in sides:
            if abs(side.covector @ at) > _NEAR * (1 + np.abs(at).max()):
                continue
            following = side.pairing.after(reached)
            if (key := _key(following.matrix)) in seen or len(seen) > 1000:
                continue
            seen[key] = following
            queue.append(following)
            if np.abs(following.matrix @ point - point).max() < _NEAR * (1 + np.abs(point).max()):
                keeping[key] = following
    turns = [one for one in keeping.values() if np.linalg.det(one.matrix) > 0]
    return Corner(point, len(turns), any(one.colour != IDENTITY for one in turns))


def _centre(space: Space, element: Element) -> Array | None:
    if np.linalg.det(element.matrix) < 0 or _is_identity(element):
        return None
    return action(space, element.matrix).point if _is_turn(space, element.matrix) else None


def _is_turn(space: Space, matrix: Array) -> bool:
    return space is SPHERE or bool(np.trace(matrix) < 3 - _NEAR)


def _is_identity(element: Element) -> bool:
    return bool(np.abs(element.matrix - np.eye(3)).max() < 1e-5)


def _projected(space: Space, point: Array) -> Array:
    """The point of the space on the line through the origin and ``point`` (3,)."""
    if space is PLANE:
        return point / point[2]
    return (
        point
        / math.sqrt(abs(float(space.inner(point, point))))
        * (1 if space is SPHERE else np.sign(point[2]))
    )


def _kept_on(space: Space, points: Array) -> Array:
    """Points (..., 3) of the space, without what rounding adds up to: of the hyperboloid t is
    worked out from x and y, see :mod:`geometry.hyperbolic.mirrors`."""
    if space is SPHERE:
        return points / np.linalg.norm(points, axis=-1, keepdims=True)
    if space is PLANE:
        return points
    flat = points[..., :2]
    return np.concatenate([flat, np.sqrt(1 + (flat**2).sum(axis=-1, keepdims=True))], axis=-1)


def _key(values: NDArray) -> tuple[int, ...]:
    return tuple(np.rint(np.asarray(values) * 1e4 + 0.318).astype(np.int64).ravel())
