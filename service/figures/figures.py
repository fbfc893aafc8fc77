"""The figure of a picture: its symmetry diagram (:mod:`geometry.symmetry.diagram`) in pixels, ready
to be drawn. Coordinates are (x, y), x right, y down, from the picture's upper left corner."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, Array, circle
from geometry.symmetry.diagram import Action, Centre, Diagram, line_points
from service.figures.labels import Label, label_at

_SAMPLES = 8  # of a line, for every pixel of the picture's longer side
_SPACING = 2.0  # pixels between the points of a curve
_STRAIGHT = 0.05  # pixels off a straight line
_STRIP = 1 << 18  # pixels at a time: bounds the memory
_ASIDE = 2e-3  # radians beside a place, where one looks for where else it is seen
_REACH = 12.0  # hyperbolic length beyond which all is on the rim
# The radius of a symbol that has room: relative to picture and domain, and at least, in pixels.
_OF_PICTURE, _OF_DOMAIN, _SMALLEST = 0.016, 0.12, 4.5
_ROOM = 0.3  # a symbol's radius, relative to the way to the next one
_NEAR = 1e-6
RIM = 0.75  # pixels beyond the picture that still count: half of one is out by rounding


@dataclass(frozen=True, eq=False)
class Stroke:
    """A line on the picture. points: (n, 2); kind: "mirror", "glide", "domain" or "step", an arrow;
    coloured: what it stands for changes colours; named: it is a generator's; weight: of its width,
    0..1."""

    points: Array
    kind: str
    coloured: bool = False
    named: bool = False
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Symbol:
    """A centre of rotations on the picture. angle: radians from x towards y, where a corner points;
    radius: pixels. The rest is as for strokes."""

    place: Array
    angle: float
    order: int
    radius: float
    coloured: bool = False
    named: bool = False


@dataclass(frozen=True, eq=False)
class Figure:
    """unit: pixels, the radius of a symbol that has room; inside: (H, W), the pixels of one
    fundamental domain, all of them where there is no symmetry."""

    unit: float
    strokes: tuple[Stroke, ...]
    symbols: tuple[Symbol, ...]
    labels: tuple[Label, ...]
    inside: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Where points of a space are seen on a picture of ``shape`` (H, W). pixels: points (n, 3) →
    (n, 2); points: numbers of pixels (n,), row-major → (n, 3), those of their middles."""

    shape: tuple[int, int]
    pixels: Callable[[Array], Array]
    points: Callable[[NDArray[np.int64]], Array]


def figure_of(diagram: Diagram, sheet: Sheet, actions: Sequence[tuple[str, Action]]) -> Figure:
    """A diagram on a picture, with the names of generators where they act."""
    inside, middle = _domain(diagram, sheet)
    wanted = min(_OF_PICTURE * inside.size**0.5, _OF_DOMAIN * float(inside.sum()) ** 0.5)
    unit = max(_SMALLEST, wanted)
    by_line: list[tuple[Array, Stroke]] = [
        (side, Stroke(piece, "domain"))
        for number, side in enumerate(diagram.domain)
        for piece in _pieces(diagram, sheet, side, number)
    ]
    own_lines = [action.line for _, action in actions if action.line is not None]
    for line in diagram.lines:
        named = any(_alike(line.covector, other) for other in own_lines)
        for piece in _pieces(diagram, sheet, line.covector):
            kind = "glide" if line.glide else "mirror"
            weight = _weight(piece, sheet) if diagram.space is HYPERBOLIC else 1.0
            by_line.append((line.covector, Stroke(piece, kind, line.coloured, named, weight)))
    arrows = [_arrow(action, middle, sheet) for _, action in actions]
    steps = [Stroke(arrow, "step", named=True) for arrow in arrows if arrow is not None]
    symbols = _symbols(diagram, sheet, [a.point for _, a in actions if a.point is not None], unit)
    dots = [*(symbol.place[None] for symbol in symbols), *(step.points for step in steps)]
    labels: list[Label] = []
    target = sheet.pixels(middle[None])[0]
    for name, action in actions:
        places = _places(action, diagram, sheet, middle)
        if len(places):
            others = [
                stroke.points
                for covector, stroke in by_line
                if action.line is None or not _alike(covector, action.line)
            ]
            on_line = action.line is not None and action.step is None
            label = label_at(name, places, on_line, target, unit, inside, dots + others)
            labels.append(label)
            dots.append(label.place[None])
    strokes = (*(stroke for _, stroke in by_line), *steps)
    return Figure(unit, strokes, tuple(symbols), tuple(labels), inside)


def _domain(diagram: Diagram, sheet: Sheet) -> tuple[NDArray[np.bool_], Array]:
    """The pixels of the domain, and its middle, a point (3,) of the space."""
    count = math.prod(sheet.shape)
    inside, total = np.ones(count, bool), np.zeros(3)
    for start in range(0, count, _STRIP):
        block = np.arange(start, min(start + _STRIP, count))
        points = sheet.points(block)
        # What is no point of the hyperbolic plane stands for one corner of its domain.
        inside[block] = (points @ diagram.domain.T > 1e-9).all(axis=1)
        total += points[inside[block]].sum(axis=0)
    space = diagram.space
    size = total[2] if space is PLANE else math.sqrt(abs(float(space.inner(total, total))))
    middle = total / size if size > _NEAR else np.array([0.0, 0.0, 1.0])
    return inside.reshape(sheet.shape), middle


def _pieces(
    diagram: Diagram, sheet: Sheet, covector: Array, side: int | None = None
) -> list[Array]:
    """What is seen of a line, as curves (n, 2); of a side of the domain only what bounds it. A line
    on the border of a sphere's picture is seen on both borders that meet in it."""
    longer = max(sheet.shape)
    size = np.linalg.norm(sheet.points(np.array([0, math.prod(sheet.shape) - 1]))[:, :2], axis=1)
    reach = 2.0 * float(size.max()) + 1 if diagram.space is PLANE else _REACH
    points = line_points(diagram.space, covector, reach, _SAMPLES * longer)
    there = np.ones(len(points), bool)
    if side is not None:
        others = np.delete(diagram.domain, side, axis=0)
        there = (points @ others.T >= -1e-9).all(axis=1)
    if diagram.space is not SPHERE:
        return _runs(sheet.pixels(points), there, sheet, math.inf)
    beside = 1e-6 * covector / np.linalg.norm(covector)
    leap = max(8, longer / 40)
    inner, outer = sheet.pixels(points + beside), sheet.pixels(points - beside)
    found = _runs(inner, there, sheet, leap)
    if side is None:
        apart = np.linalg.norm(inner - outer, axis=1) > 1
        found += _runs(outer, there & apart, sheet, leap)
    return found


def _runs(pixels: Array, there: NDArray[np.bool_], sheet: Sheet, most: float) -> list[Array]:
    """The parts of a curve (n, 2) that are there and on the picture, cut where it leaps by more
    than ``most`` pixels."""
    there = there & _on_picture(pixels, sheet)
    leap = np.linalg.norm(np.diff(pixels, axis=0), axis=1) > most
    starts = np.flatnonzero(there & ~np.append(False, there[:-1] & ~leap))
    ends = np.flatnonzero(there & ~np.append(there[1:] & ~leap, False))
    found = [pixels[a : b + 1] for a, b in zip(starts, ends, strict=True) if b > a]
    return [_thinned(piece) for piece in found]


def _on_picture(pixels: Array, sheet: Sheet) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (pixels > -RIM) & (pixels < np.array(sheet.shape[::-1]) + RIM)
    return inside.all(axis=1)


def _thinned(points: Array) -> Array:
    """A curve with fewer points: two, if it is straight."""
    chord = points[-1] - points[0]
    length = float(np.linalg.norm(chord))
    if length > 0:
        off = (points - points[0]) @ np.array([-chord[1], chord[0]]) / length
        if np.abs(off).max() < _STRAIGHT:
            return points[[0, -1]]
    along = np.append(0, np.linalg.norm(np.diff(points, axis=0), axis=1).cumsum())
    _, chosen = np.unique(np.floor(along / _SPACING), return_index=True)
    return points[np.append(chosen[along[chosen] < along[-1] - _SPACING / 2], len(points) - 1)]


def _weight(piece: Array, sheet: Sheet) -> float:
    """Of a geodesic: near the rim there are many, and short."""
    return float(np.clip(_length(piece) / (0.4 * max(sheet.shape)), 0.3, 1))


def _length(points: Array) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _symbols(diagram: Diagram, sheet: Sheet, own: list[Array], unit: float) -> list[Symbol]:
    found: list[tuple[Centre, Array]] = [
        (centre, place)
        for centre in diagram.centres
        for place in _seen(diagram, sheet, centre.place)
    ]
    if not found:
        return []
    places = np.array([place for _, place in found])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    apart[apart < 1] = np.inf
    room = np.minimum(unit, _ROOM * apart.min(axis=1))
    symbols = []
    for (centre, place), radius in zip(found, room, strict=True):
        ends = [centre.place, -centre.place] if diagram.space is SPHERE else [centre.place]
        named = any(np.allclose(end, point, atol=_NEAR) for point in own for end in ends)
        angle = _angle(diagram, sheet, centre)
        symbols.append(Symbol(place, angle, centre.order, radius, centre.coloured, named))
    return symbols


def _angle(diagram: Diagram, sheet: Sheet, centre: Centre) -> float:
    """Where a corner points on the picture."""
    ends = np.array([centre.place + 1e-4 * sign * centre.towards for sign in (-1, 1)])
    if diagram.space is not PLANE:
        ends /= np.sqrt(np.abs(diagram.space.inner(ends, ends)))[:, None]
    (x0, y0), (x1, y1) = sheet.pixels(ends)
    if math.hypot(x1 - x0, y1 - y0) > max(sheet.shape) / 100:  # across a border
        return -math.pi / 2
    return math.atan2(y1 - y0, x1 - x0)


def _seen(diagram: Diagram, sheet: Sheet, point: Array) -> Array:
    """Where a point (3,) is seen: (n, 2), more than once on the borders of a sphere's picture."""
    point = np.where(np.abs(point) < 1e-9, 0.0, point)  # of a pole always the same meridian
    exact = sheet.pixels(point[None])[0]
    found = [exact]
    if diagram.space is SPHERE:
        turns = np.arange(8) * math.pi / 4 + 0.1
        for place in sheet.pixels(circle(SPHERE, point, np.array([_ASIDE]), turns)[0]):
            if all(np.linalg.norm(place - other) > 0.02 * max(sheet.shape) for other in found):
                found.append(place)
        if len(found) > 4:  # a pole, which is all of a border
            found = [exact]
    places = np.array(found)
    return places[_on_picture(places, sheet)]


def _places(action: Action, diagram: Diagram, sheet: Sheet, middle: Array) -> Array:
    """Where (n, 2) a generator's name may stand by."""
    if action.point is not None:
        ends = [action.point, -action.point] if diagram.space is SPHERE else [action.point]
        return np.concatenate([_seen(diagram, sheet, end) for end in ends])
    if (arrow := _arrow(action, middle, sheet)) is not None:
        return np.linspace(arrow[0], arrow[1], 5)[1:-1]
    if action.line is None:
        return np.empty((0, 2))
    pieces = _pieces(diagram, sheet, action.line)
    ways = [np.linspace(p[0], p[-1], 120) if len(p) == 2 else p[::2] for p in pieces]
    return np.concatenate([np.empty((0, 2)), *ways])


def _arrow(action: Action, middle: Array, sheet: Sheet) -> Array | None:
    """From where to where (2, 2) a translation or glide moves something."""
    if action.step is None:
        return None
    start = middle - action.step / 2
    if action.line is not None:
        start[:2] -= (action.line @ middle) * action.line[:2]
        return sheet.pixels(np.array([start, start + action.step]))
    origin = np.array([0.0, 0.0, 1.0])
    arrow = sheet.pixels(np.array([origin, origin + action.step]))
    if _on_picture(arrow, sheet).all():
        return arrow
    return sheet.pixels(np.array([start, start + action.step]))


def _alike(one: Array, other: Array) -> bool:
    """Whether two covectors are those of one line."""
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return bool(abs(abs(one @ other) - 1) < _NEAR**2 * 100)
