"""The symmetry diagram of a wallpaper pattern: all that lies in a part of the plane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import PLANE, Array
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import (
    Action,
    Diagram,
    Line,
    glide_axis,
    rotation_centres,
)
from geometry.symmetry.groups import Elements

_NEAR = 1e-6  # in periods
_LITTLE = 0.02  # of a side
_AROUND = 2  # periods each way, where one looks for images of the generators
_SHIFT = 0.318  # so that no number that is likely to occur is rounded now up, now down


def plane_diagram(
    elements: Elements, cell: Array, window: Array, acting: Sequence[Action]
) -> Diagram:
    """The diagram of a group, in units of about a period.

    elements: isometries of the plane with all translations of a ``cell``, (2, 2), short columns,
    which change no colour; several may differ by such a translation. window: (corners, 2), a convex
    polygon; what meets it is listed. acting: where generators act, which the domain should touch;
    before that it should lie in the window."""
    chosen = _modulo(elements, cell)
    matrices = elements.matrices[chosen]
    changing = np.array([elements.colours[k] != IDENTITY for k in chosen])
    # What takes a point of the window to another one shifts by no more than twice their distance
    # from the origin.
    size = float(np.linalg.norm(window, axis=1).max())
    far = 2 * size + float(np.linalg.norm(cell, axis=0).max())
    inverse = np.linalg.inv(cell)
    steps = [math.ceil(far * float(np.linalg.norm(row))) + 1 for row in inverse]
    moved = _moved(matrices, cell, steps)
    changing = np.repeat(changing, len(moved) // len(matrices))
    lines = tuple(line for line in _lines(moved, changing) if _meets(line.covector, window))
    centres = rotation_centres(PLANE, moved, changing, lines)
    sides = _sides(window)
    inside = tuple(centre for centre in centres if (sides @ centre.place > -_NEAR).all())
    around = _moved(matrices, cell, (_AROUND, _AROUND))
    domain = _best_image(_simple_domains(matrices, around), around, window, acting)
    return Diagram(PLANE, inside, lines, _sides(domain))


def in_view(
    acting: Sequence[Action], elements: Elements, cell: Array, window: Array
) -> list[Action]:
    """Where generators act or, if that is not all in the window, where their images under one
    element of the group do, as many as can be; see :func:`plane_diagram`."""
    group = _moved(elements.matrices[_modulo(elements, cell)], cell, (_AROUND, _AROUND))
    group = group[np.argsort(np.abs(group - np.eye(3)).sum(axis=(1, 2)), kind="stable")]
    sides = _sides(window)

    def seen(one: Action) -> bool:
        if one.point is not None:
            return bool((sides @ one.point > -_NEAR).all())
        return one.line is None or _meets(one.line, window)

    best, most = list(acting), -1
    for matrix in group:
        images = [one.moved(matrix) for one in acting]
        if (count := sum(map(seen, images))) > most:
            best, most = images, count
        if most == len(acting):
            break
    return best


def _moved(matrices: Array, cell: Array, steps: Sequence[int]) -> Array:
    """Each isometry followed by all translations up to so many steps each way: (n, 3, 3)."""
    across, down = np.meshgrid(*(np.arange(-n, n + 1) for n in steps))
    moves = np.column_stack([across.ravel(), down.ravel()]) @ cell.T
    moved = np.repeat(matrices[:, None], len(moves), axis=1)
    moved[:, :, :2, 2] += moves
    return moved.reshape(-1, 3, 3)


def _modulo(elements: Elements, cell: Array) -> list[int]:
    """The numbers of the elements that do not differ from an earlier one by a translation."""
    found: dict[tuple[int, ...], int] = {}
    for number, matrix in enumerate(elements.matrices):
        shift = np.linalg.solve(cell, matrix[:2, 2])
        key = (*(shift - np.floor(shift + _NEAR)), *matrix[:2, :2].ravel())
        found.setdefault(tuple(np.rint(np.array(key) * 1e4).astype(int)), number)
    return list(found.values())


def _lines(matrices: Array, changing: NDArray[np.bool_]) -> list[Line]:
    """All axes of reflections; a glide's, if the line is no mirror."""
    found: dict[tuple[int, ...], tuple[float, Line]] = {}
    for k in np.flatnonzero(np.linalg.det(matrices) < 0):
        covector, step = glide_axis(matrices[k])
        length = float(np.linalg.norm(step))
        key = tuple(np.rint(covector * 1e4 + _SHIFT).astype(int))
        if key not in found or length < found[key][0] - _NEAR:
            found[key] = length, Line(covector, length > _NEAR, bool(changing[k]))
    return [line for _, line in found.values()]


def _meets(covector: Array, window: Array) -> bool:
    side = window @ covector[:2] + covector[2]
    return bool(side.min() < _NEAR and side.max() > -_NEAR)


def _sides(polygon: Array) -> Array:
    """The sides (n, 3) of a convex polygon (n, 2), positive inside; their first two numbers are
    unit normals."""
    start = np.column_stack([polygon, np.ones(len(polygon))])
    sides = np.cross(start, np.roll(start, -1, axis=0))
    sides /= np.linalg.norm(sides[:, :2], axis=1, keepdims=True)
    return sides * np.sign(sides @ [*polygon.mean(axis=0), 1.0])[:, None]


def _simple_domains(matrices: Array, around: Array) -> list[Array]:
    """The corners (n, 2) of fundamental domains. Of translations alone it is their parallelogram,
    with half turns half of that, with a centre in its corner. Of all others they are Dirichlet's
    cells, all points nearer to a chosen one than to its images, with the fewest sides."""
    a, b = _shortest_translations(around)
    linear = np.unique(np.rint(matrices[:, :2, :2] * 1e6), axis=0)
    turns = matrices[np.abs(matrices[:, :2, :2] + np.eye(2)).max(axis=(1, 2)) < _NEAR]
    if len(linear) == 1 + (len(turns) > 0):
        corner = turns[0, :2, 2] / 2 if len(turns) else 0 * a  # the centre of p → t − p is t/2
        b = b / 2 if len(turns) else b
        return [corner + np.array([0 * a, a, a + b, b])]
    places = [(i * a + j * b) / 12 for i in range(12) for j in range(12)]
    cells = [found for place in places if (found := _dirichlet(place, around)) is not None]
    fewest = min(map(len, cells))
    return [corners for corners in cells if len(corners) == fewest]


def _best_image(
    shapes: Sequence[Array], around: Array, window: Array, acting: Sequence[Action]
) -> Array:
    """Of all images of domains (k, 2) the one that lies in the window, as far as one can, is round,
    and is near to where generators act."""
    linear, shift = around[:, :2, :2], around[:, None, :2, 2]
    images = np.concatenate([np.einsum("nij,kj->nki", linear, shape) + shift for shape in shapes])
    gaps = sum((_gaps(images, one) for one in acting), np.zeros(len(images)))
    far = np.linalg.norm(images.mean(axis=1) - window[0], axis=1)
    form = np.repeat([_unevenness(shape) for shape in shapes], len(around))
    rank = np.lexsort([far.round(6), gaps.round(6), form.round(4), _outside(images, window)])
    return images[rank[0]]


def _outside(corners: Array, window: Array) -> Array:
    """How far polygons (..., k, 2) reach out of the window: (...), 0 for a little."""
    sides = _sides(window)
    out = -np.minimum(corners @ sides[:, :2].T + sides[:, 2], 0).min(axis=(-2, -1))
    size = np.linalg.norm(corners[..., 0, :] - corners[..., 1, :], axis=-1)
    return np.where(out > _LITTLE * size, out.round(6), 0)


def _gaps(images: Array, acting: Action) -> Array:
    """How far convex polygons (n, k, 2) are from where something acts: (n,)."""
    if acting.point is not None:
        start, point = images, acting.point[:2]
        along = np.roll(images, -1, axis=1) - start
        t = np.einsum("nki,nki->nk", point - start, along) / np.einsum("nki,nki->nk", along, along)
        nearest = start + np.clip(t, 0, 1)[..., None] * along
        return np.linalg.norm(nearest - point, axis=2).min(axis=1)
    if acting.line is not None:
        side = images @ acting.line[:2] + acting.line[2]
        if acting.step is None:  # two corners on it are a side in the mirror
            return np.sort(np.abs(side), axis=1)[:, 1]
        return np.maximum(0, np.maximum(side.min(axis=1), -side.max(axis=1)))
    return np.zeros(len(images))


def _shortest_translations(matrices: Array) -> tuple[Array, Array]:
    """Two translations (2,) that generate all of them, with and without colour: the two shortest
    that are not parallel."""
    shifts = matrices[np.abs(matrices[:, :2, :2] - np.eye(2)).max(axis=(1, 2)) < _NEAR, :2, 2]
    lengths = np.linalg.norm(shifts, axis=1)
    order = np.argsort(lengths.round(6), kind="stable")
    first, *others = (shifts[k] for k in order if lengths[k] > _NEAR)
    return first, next(x for x in others if abs(first[0] * x[1] - first[1] * x[0]) > _NEAR)


def _dirichlet(point: Array, moved: Array) -> Array | None:
    """The corners of the cell of a point, or None if it is near a place that is kept."""
    images = moved[:, :2, :2] @ point + moved[:, :2, 2]
    away = np.linalg.norm(images - point, axis=1)
    order = np.argsort(away)
    if away[order[1]] < 0.01 * away[order[-1]]:
        return None
    size = 4 * away.max()
    corners = point + size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    for k in order[1:]:
        if away[k] > 2 * np.linalg.norm(corners - point, axis=1).max() + _NEAR:
            break
        normal = (point - images[k]) / away[k]
        middle = (point + images[k]) / 2
        corners = _clipped(corners, np.array([[*normal, -normal @ middle]]))
    return corners


def _clipped(corners: Array, sides: Array) -> Array:
    """A convex polygon (n, 2) cut by half planes (k, 3) (Sutherland and Hodgman, 1974), without
    sides of no length."""
    for side in sides:
        if not len(corners):
            break
        height = corners @ side[:2] + side[2]
        height[np.abs(height) < _NEAR] = 0
        following, after = np.roll(corners, -1, axis=0), np.roll(height, -1)
        out = []
        for here, there, h, k in zip(corners, following, height, after, strict=True):
            if h >= 0:
                out.append(here)
            if h * k < 0:
                out.append(here + (there - here) * h / (h - k))
        corners = np.array(out).reshape(-1, 2)
        if len(corners):
            apart = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1) > _NEAR
            corners = corners[apart]
    return corners


def _area(corners: Array) -> float:
    if len(corners) < 3:
        return 0.0
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _unevenness(corners: Array) -> float:
    """Perimeter² over area."""
    around = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1).sum()
    return float(around**2 / _area(corners))
