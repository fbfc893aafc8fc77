"""Rosettes as pages need them: of the group about a disc's centre a wedge, in pixels that count
from there, x right, y down."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.domain.contents import described
from geometry.domain.domain import Domain, Side
from geometry.domain.element import Element
from geometry.domain.points import rounded
from geometry.rosette.groups import MAX_TURNS, ROSETTE_GROUPS
from geometry.spaces import PLANE, Array
from service.viewers.symmetries import Json, as_json, changes_nothing, uncoloured

_OVER = np.diag([1.0, -1.0, 1.0])  # groups have y up
_NEAR = 1e-4
_UPWARD = -math.pi / 2


def wedge(elements: Sequence[Element], radius: float) -> Domain:
    """The domain of a group of turns and mirrors about the origin: between two mirrors, or as wide
    as the smallest turn, around what points up. Raises ValueError for generators of no such
    group."""
    group = _all_of(elements)
    mirrors = [one for one in group if np.linalg.det(one.matrix) < 0]
    turns = len(group) - len(mirrors)
    width = 2 * math.pi / len(group)
    if mirrors:
        angles = np.array([_angle(one) / 2 for one in mirrors])
        away = _turned(angles - _UPWARD)
        start = _UPWARD + float(away.min())
        ends = [(start, mirrors[away.argmin()])]
        if turns > 1:
            beyond = _turned(angles - start - width)
            ends.append((start + width, mirrors[beyond.argmin()]))
    else:
        start = _UPWARD - width / 2
        ends = []
        for end, back in ((start, width), (start + width, -width))[: turns - 1]:
            away = np.array([abs(np.exp(1j * _angle(one)) - np.exp(1j * back)) for one in group])
            ends.append((end, group[away.argmin()]))
    if not ends:
        return Domain(PLANE, np.array([0.0, 0.0, 1.0]), (), np.empty((0, 3)), (), (), ())
    sides = [
        Side(sign * np.array([-math.sin(end), math.cos(end), 0.0]), pairing)
        for sign, (end, pairing) in zip((1.0, -1.0), ends, strict=False)
    ]
    middle = start + width / 2
    return described(PLANE, _at(middle, radius / 2), sides, _corners(start, width, radius))


def other_rosettes(own: Domain, radius: float) -> Iterator[Json]:
    """Turns, and turns with mirrors, that the paint of a disc may be folded by; none by which it
    would stay as it is."""
    for group in ROSETTE_GROUPS:
        elements = [Element(_OVER @ e.matrix @ _OVER, e.colour) for e in uncoloured(group)]
        if all(changes_nothing(element, own) for element in elements):
            continue
        title = f"{group.aliases[1]}: {group.title}"
        yield as_json(wedge(elements, radius), group.name, title, soft=True)


def beyond_the_rim(
    pixels: NDArray[np.uint8], center: Sequence[float], radius: float
) -> NDArray[np.uint8]:
    """A picture (H, W, 3) with the colours of the rim all around, of which smaller copies of the
    picture take a part in."""
    row, column = np.indices(pixels.shape[:2]) + 0.5
    away = np.hypot(column - center[0], row - center[1])
    share = np.minimum(1, (radius - 1) / np.maximum(away, 1e-9))
    places = (center[k] + share * (at - center[k]) for k, at in ((1, row), (0, column)))
    y, x = (np.floor(place).astype(int) for place in places)
    height, width = pixels.shape[:2]
    return pixels[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]


def _all_of(elements: Sequence[Element]) -> list[Element]:
    """All products, the identity first. Raises ValueError for too many, and for what moves the
    origin or is no isometry."""
    found = [Element(np.eye(3), (1, 2, 3))]
    known = {rounded(found[0].matrix)}
    for one in found:
        for other in elements:
            product = other.after(one)
            if np.abs(product.matrix.T @ product.matrix - np.eye(3)).max() > 1e-4:
                raise ValueError("no turn or mirror about the centre")
            if (key := rounded(product.matrix)) not in known:
                known.add(key)
                found.append(product)
        if len(found) > 2 * MAX_TURNS:
            raise ValueError("no finite group")
    return found


def _angle(element: Element) -> float:
    """Of a turn; of a mirror twice that of its axis."""
    return math.atan2(element.matrix[1, 0], element.matrix[0, 0])


def _turned(angles: Array) -> Array:
    """How far axes are turned, which go both ways: from 0 to π, what rounding is below 0 is 0."""
    return np.maximum((angles + _NEAR) % math.pi - _NEAR, 0)


def _at(angle: float, radius: float) -> Array:
    return np.array([radius * math.cos(angle), radius * math.sin(angle), 1.0])


def _corners(start: float, width: float, radius: float) -> Array:
    ring = [_at(start + share * width, radius) for share in (0, 0.5, 1)]
    return np.array([(0.0, 0.0, 1.0), *ring])
