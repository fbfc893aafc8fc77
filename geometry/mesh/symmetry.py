"""Where a symmetry group stands in a mesh, and how far the mesh is from having that symmetry."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError
from geometry.mesh.images import SurfaceSearch, points_at, spread_points
from geometry.mesh.mesh import Mesh
from geometry.spaces import Array
from geometry.symmetry.groups import Elements, turn_title

_POINTS = 4096  # at which a deviation is measured
_TURNED_POINTS = 150  # and where many frames are compared
_TURNS = 64  # frames tried within the smallest turn about the axis
# Names of places, in Blender's view from the front; the nearest two are said.
_SIDES = (("left", "right"), ("front", "back"), ("bottom", "top"))
_ASIDE = 0.4  # of half the box: nearer to its middle a place is not named
_STRAIGHT = math.cos(math.radians(2))  # of an axis that is called by a letter


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a group stands: its centre (3,), and the rotation (3, 3) whose columns are the group's
    x, y and z axes in the mesh."""

    centre: Array
    rotation: Array

    def inward(self, points: Array) -> Array:
        """Points (n, 3) of the mesh in the group's frame."""
        return (points - self.centre) @ self.rotation

    def matrix(self, element: Array) -> Array:
        """An element (..., 3, 3) of the group, as it acts on vectors of the mesh."""
        return self.rotation @ element @ self.rotation.T

    def image(self, element: Array, points: Array) -> Array:
        """Where an element (3, 3) takes points (n, 3) of the mesh."""
        return self.centre + (points - self.centre) @ self.matrix(element).T


@dataclass(frozen=True, eq=False)
class Deviation:
    """How far points of the surface, moved by the elements, are from the surface.

    rms, worst: of all points and elements, relative to the diagonal of the mesh's box. place: (3,),
    the point that is moved worst; element: by which element, in words.
    """

    rms: float
    worst: float
    place: Array
    element: str


def place(mesh: Mesh, axis: str, centre: str, elements: Elements | None = None) -> Placement:
    """The placement that a recipe's ``axis`` ("X", "Y", "Z" or "x,y,z") and ``centre`` ("centroid"
    of the surface, "origin" or "x,y,z") mean; their spelling is checked there.

    The group's z axis is the axis; "Z" keeps the mesh's frame, "X" and "Y" turn it in a circle, any
    other direction turns the nearest of these frames by the shortest way. With ``elements`` that
    frame is then turned about the axis to where the mesh fits them best, if it does not as it is:
    an axis does not say where mirrors through it stand.
    """
    middle = {"centroid": centroid, "origin": lambda _: np.zeros(3)}.get(centre)
    point = _numbers(centre) if middle is None else middle(mesh)
    upright = Placement(point, _frame(axis))
    return upright if elements is None else turned_to_fit(SurfaceSearch(mesh), elements, upright)


def centroid(mesh: Mesh) -> Array:
    """(3,): the surface's centre of mass."""
    return np.average(mesh.corners.mean(axis=1), axis=0, weights=mesh.areas)


def deviation(mesh: Mesh, elements: Elements, placement: Placement) -> Deviation:
    """How far the surface is from its images under the elements, at 4096 points spread over it."""
    return deviation_of(SurfaceSearch(mesh), elements, placement, _POINTS)


def deviation_of(
    search: SurfaceSearch, elements: Elements, placement: Placement, count: int
) -> Deviation:
    """:func:`deviation` at ``count`` points, of a mesh prepared for searches."""
    worst, squares, where = -1.0, 0.0, (0, 0)
    triangle, barycentric = spread_points(search.mesh, count)
    points, facing = points_at(search.mesh, triangle, barycentric), search.facing[triangle]
    for k, element in enumerate(elements.matrices):
        distance = _distances(search, points, facing, placement, element)
        squares += float(distance @ distance)
        if distance.max() > worst:
            worst, where = float(distance.max()), (k, int(distance.argmax()))
    return Deviation(
        math.sqrt(squares / (len(elements) * len(points))) / search.size,
        worst / search.size,
        points[where[1]],
        describe(placement.matrix(elements.matrices[where[0]])),
    )


def check_symmetry(
    mesh: Mesh, elements: Elements, placement: Placement, tolerance: float
) -> Deviation:
    """The deviation, if its worst is within ``tolerance``, a fraction of the box's diagonal.

    Raises InputError("mesh-not-symmetric") that says how far, where and under which element.
    """
    found = deviation(mesh, elements, placement)
    if found.worst <= tolerance:
        return found
    raise InputError(
        "mesh-not-symmetric",
        "group",
        f"The mesh is not symmetric: {found.element} {_percent_up(found.worst)} of its size, "
        f"{_whereabouts(found.place, mesh)}; {100 * tolerance:.4g} % is allowed.",
        "List what it has with 'service mesh FILE --detect', set --axis and --centre, raise "
        "--tolerance, or let the group move directions: --action direction.",
    )


def _percent_up(part: float) -> str:
    """Rounded up, so that what is more than a tolerance never reads like it."""
    digit = 10.0 ** (math.floor(math.log10(part)) - 1)
    return f"{100 * math.ceil(part / digit) * digit:.2g} %"


def _whereabouts(point: Array, mesh: Mesh) -> str:
    """Where in the mesh's box a point is, in words; Z is up and -Y the front, as in Blender."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    aside = (2 * point - low - high) / np.maximum(high - low, 1e-300)
    far = [k for k in np.argsort(-np.abs(aside)) if abs(aside[k]) > _ASIDE][:2]
    names = [f"{_SIDES[k][int(aside[k] > 0)]} ({'-+'[int(aside[k] > 0)]}{'XYZ'[k]})" for k in far]
    return f"most at the {' and the '.join(names)}" if names else "most near its middle"


def turned_to_fit(search: SurfaceSearch, elements: Elements, upright: Placement) -> Placement:
    """The placement turned about its axis to where the elements fit the mesh best; unturned if
    there they fit as well, or if no turn makes a difference."""
    test = _turn(1.0)
    if all(np.allclose(test @ m, m @ test) for m in elements.matrices):
        return upright
    z_turns = [m for m in elements.matrices if m[2, 2] > 1 - 1e-9 and np.linalg.det(m) > 0]
    period = 2 * math.pi / len(z_turns)
    # what turns about the axis move is the same in every frame
    chosen = [m for m in elements.matrices if not np.allclose(test @ m, m @ test)][:4]
    triangle, barycentric = spread_points(search.mesh, _TURNED_POINTS)
    points, facing = points_at(search.mesh, triangle, barycentric), search.facing[triangle]

    def turned(angle: float) -> Placement:
        return Placement(upright.centre, upright.rotation @ _turn(angle))

    @functools.cache
    def misfit(angle: float) -> float:
        frame = turned(angle)
        return sum(
            float((_distances(search, points, facing, frame, m) ** 2).mean()) for m in chosen
        )

    accurate = (1e-5 * search.size) ** 2
    if misfit(0.0) <= accurate:
        return upright
    step = period / _TURNS
    by_fit = sorted((step * k for k in range(_TURNS)), key=misfit)[:2]
    best = min((*by_fit, *(_lowest(misfit, angle, step) for angle in by_fit)), key=misfit)
    return upright if misfit(0.0) <= 1.1 * misfit(best) + accurate else turned(best)


def describe(matrix: Array) -> str:
    """What an isometry (3, 3) that keeps the centre does to a mesh, as the beginning of a sentence
    that ends with how much: "after a 1/12 turn about Z it differs by"."""
    proper = matrix * np.sign(np.linalg.det(matrix))
    angle = math.acos(np.clip((np.trace(proper) - 1) / 2, -1, 1))
    improper = np.linalg.det(matrix) < 0
    if angle < 1e-6:
        return f"{'inverted in its centre' if improper else 'as it stands'} it differs by"
    axis = axis_of(proper)
    along = int(np.abs(axis).argmax())
    straight = abs(axis[along]) > _STRAIGHT
    if improper and math.pi - angle < 1e-6:
        if not straight:
            return "the sides of a slanted mirror differ by"
        return "its {} differs from its {} by".format(*_SIDES[along])
    turned = math.pi - angle if improper else angle
    about = "XYZ"[along] if straight else "a slanted axis"
    mirrored = " and a reflection" if improper else ""
    return f"after {_part_of_a_turn(turned / (2 * math.pi))} about {about}{mirrored} it differs by"


def _part_of_a_turn(part: float) -> str:
    for order in range(2, 61):
        times = round(part * order)
        if times and abs(part * order - times) < 1e-5:
            return turn_title(order) if times == 1 else f"a {times}/{order} turn"
    return f"a turn of {360 * part:.3g}°"


def axis_of(rotation: Array) -> Array:
    """(3,): the axis of a rotation by more than 0, its largest coordinate positive."""
    _, _, rows = np.linalg.svd(rotation - np.eye(3))
    axis = rows[2]
    return axis * np.sign(axis[np.abs(axis).argmax()])


def _distances(
    search: SurfaceSearch, points: Array, facing: Array, placement: Placement, element: Array
) -> Array:
    moved = placement.image(element, points)
    return search.find(moved, facing @ placement.matrix(element).T).distance


def _numbers(text: str) -> Array:
    return np.array([float(number) for number in text.split(",")])


def _frame(axis: str) -> Array:
    """The frame of an axis, columns x, y and z; see :func:`place`."""
    if axis in ("X", "Y", "Z"):
        return _circled("XYZ".index(axis))
    wanted = _numbers(axis)
    wanted = wanted / np.abs(wanted).max()  # the length's square may not be a number
    wanted = wanted / np.linalg.norm(wanted)
    largest = int(np.abs(wanted).argmax())
    frame = _circled(largest)
    if wanted[largest] < 0:
        frame = frame * (1, -1, -1)
    return _shortest_turn(frame[:, 2], wanted) @ frame


def _circled(axis: int) -> Array:
    return np.eye(3)[:, [(axis + 1) % 3, (axis + 2) % 3, axis]]


def _shortest_turn(start: Array, end: Array) -> Array:
    """The rotation (3, 3) of one unit vector into another that is not opposite."""
    x, y, z = np.cross(start, end)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + start @ end)


def _turn(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _lowest(value: Callable[[float], float], middle: float, reach: float) -> float:
    """Where a function of one minimum within ``reach`` of ``middle`` is lowest, by the golden
    section."""
    golden = (math.sqrt(5) - 1) / 2
    low, high = middle - reach, middle + reach
    while high - low > 1e-6:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if value(left) < value(right):
            high = right
        else:
            low = left
    return (low + high) / 2
