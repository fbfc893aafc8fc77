"""The symmetries that a mesh has, as proposals for a recipe.

Axes of turns and normals of mirrors are looked for where they must be: at the principal axes of the
surface's second moments, and at the critical points of its sixth moment f(d) = ∫ (d·q)⁶ dq over
directions d. f has the surface's symmetry and is even, so a half turn about the direction (for a
mirror's normal: with the inversion) leaves it alone, and its gradient there is 0. Every group that
such axes suggest is then tested by the distance to the surface.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from geometry.mesh.images import SurfaceSearch, points_at, spread_points
from geometry.mesh.mesh import Mesh
from geometry.mesh.symmetry import (
    Deviation,
    Placement,
    axis_of,
    centroid,
    deviation_of,
    place,
    turned_to_fit,
)
from geometry.spaces import Array, rotation
from geometry.sphere.groups import MAX_TURNS
from geometry.sphere.seed_charts import spiral
from geometry.symmetry.groups import elements

_WORST, _RMS = 0.01, 0.003  # of a symmetric mesh's deviation at most
_BY_CHANCE = 0.25  # and relative to that of turns which mean nothing: round bodies nearly fit all
_EXACT = 1e-6  # what rounding alone makes, relative to the mesh's size
_POINTS, _CHECKED_POINTS = 250, 1000
_AXES = 48  # critical points to look at: a sixth moment has at most 31 that are alone
_CLOSE = 1e-4  # radians: axes nearer to X, Y or Z are named so
_FINE = 20_000  # triangles, from which on their centres are enough for moments
_PRIMES = [p for p in range(2, MAX_TURNS) if all(p % q for q in range(2, p))]
_FAMILIES = ("D{0}h", "D{0}d", "D{0}", "C{0}h", "S{1}", "C{0}v", "C{0}")
_POLYHEDRAL = {5: ("*532", "532"), 4: ("*432", "432"), 3: ("*332", "3*2", "332")}
_SIXTH = np.array([e for e in itertools.product(range(7), repeat=3) if sum(e) == 6])
_COUNTS = np.array(
    [math.factorial(6) / math.prod(math.factorial(int(k)) for k in e) for e in _SIXTH]
)


@dataclass(frozen=True, eq=False)
class Proposal:
    """A group that a mesh has: its name in the catalogue, the axis and the centre as a recipe's
    fields take them, where :func:`geometry.mesh.symmetry.place` puts it with them, and how far the
    mesh deviates there."""

    group: str
    axis: str
    centre: str
    placement: Placement
    deviation: Deviation


def detect_symmetries(mesh: Mesh, most_turns: int = MAX_TURNS) -> tuple[Proposal, ...]:
    """The groups that ``mesh`` has about its centroid, largest first, () if it has none: those of
    the axis of highest order and, where there are several such axes, the polyhedral ones.

    Bodies of revolution have the turns of their segments, at most 60. ``most_turns``: of a longer
    series of turns only every second, third … is taken, so that no more are left; what is nearly a
    ball then has the groups of the icosahedron, too.
    """
    probe = _Probe(mesh)
    axes = _candidate_axes(mesh, probe)
    orders = [probe.order(axis) for axis in axes]
    highest = max(orders)
    main = axes[orders.index(highest)]
    found: list[Proposal] = []
    if highest in _POLYHEDRAL and sum(order > 2 for order in orders) > 1:
        found += probe.proposals(_POLYHEDRAL[highest], main)
    if highest > most_turns:
        found += probe.of_a_ball()
        parts = [n for n in range(1, most_turns + 1) if highest % n == 0]
        highest = parts[-1] if parts[-1] > 1 else highest
    if highest > 1:
        names = _FAMILIES[-1:] if found and highest in _POLYHEDRAL else _FAMILIES
        found += probe.proposals([name.format(highest, 2 * highest) for name in names], main)
    if not found:
        mirrors = [axis for axis in axes if probe.fits(np.eye(3) - 2 * np.outer(axis, axis))]
        for normal in mirrors[:1]:
            found += probe.proposals(("*",), _beside(normal))
        if not mirrors:
            found += probe.proposals(("x",), np.array([0.0, 0.0, 1.0]))
    size = {p.group: find_group(p.group, "sphere").order or 0 for p in found}
    return tuple(sorted(found, key=lambda p: -size[p.group]))


class _Probe:
    """A mesh under test: isometries that keep its centroid."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._search = SurfaceSearch(mesh)
        self._centre = centroid(mesh)
        triangle, barycentric = spread_points(mesh, _POINTS)
        self._points = points_at(mesh, triangle, barycentric) - self._centre
        self._facing = self._search.facing[triangle]
        self._at_origin = bool(np.linalg.norm(self._centre) < _CLOSE * self._search.size)
        random = [rotation(axis, 2.4 * (k + 1)) for k, axis in enumerate(spiral(24))]
        self._chance = float(np.median(self._misfits(np.stack(random))))

    def fits(self, matrix: Array) -> bool:
        """Whether an isometry (3, 3) keeps the surface, and not as badly as any other would."""
        return float(self._misfits(matrix[None])[0]) <= _bar(self._chance)

    def order(self, axis: Array) -> int:
        """By which part of a turn about the axis (3,) the surface repeats itself: 1 for none."""
        fitting = self._fitting_parts(axis, _PRIMES, _bar(self._chance))
        if not fitting:
            return 1
        anyhow = np.stack([rotation(axis, 0.7 + 2.4 * k) for k in range(24)])
        by_chance = float(np.median(self._misfits(anyhow)))
        order = 1
        for prime in self._fitting_parts(axis, fitting, _bar(by_chance)):
            power = prime
            while power <= MAX_TURNS and self._repeats(axis, power, _bar(by_chance)):
                order, power = order * prime, power * prime
        if order == 1 and by_chance <= _bar(self._chance):
            return MAX_TURNS  # round, with no segments or too many
        return max(n for n in range(1, MAX_TURNS + 1) if order % n == 0)

    def _fitting_parts(self, axis: Array, orders: list[int], bar: float) -> list[int]:
        turns = np.stack([rotation(axis, 2 * np.pi / n) for n in orders])
        return [n for n, misfit in zip(orders, self._misfits(turns), strict=True) if misfit <= bar]

    def _repeats(self, axis: Array, order: int, bar: float) -> bool:
        """Whether all turns by 1/order fit: a single one by a little more than a segment may well
        fit a body of many segments."""
        steps = range(1, order // 2 + 1)
        turns = np.stack([rotation(axis, 2 * np.pi * k / order) for k in steps])
        return bool(self._misfits(turns).max() <= bar)

    def refined(self, axis: Array) -> Array:
        """The axis moved to where the turn or mirror about it that fits best fits still better:
        steps of Chen and Medioni's (1992) registration by distances to tangent planes."""
        turns = [rotation(axis, 2 * np.pi / p) for p in (2, 3, 5)]
        tried = np.stack([*turns, np.eye(3) - 2 * np.outer(axis, axis)])
        misfits = self._misfits(tried)
        best, least = tried[misfits.argmin()], misfits.min()
        if not _EXACT < least < 5 * _RMS:
            return axis
        matrix = best
        for _ in range(6):
            matrix = self._registered(matrix)
            angle = math.acos(np.clip((np.trace(best) * np.linalg.det(best) - 1) / 2, -1, 1))
            moved = axis_of(matrix * np.sign(np.linalg.det(matrix)))
            matrix = rotation(moved, angle * np.sign(np.linalg.det(best)))
            matrix = matrix * np.sign(np.linalg.det(best))
            misfit = float(self._misfits(matrix[None])[0])
            if misfit < least:
                axis, least = moved, misfit
        return axis

    def of_a_ball(self) -> list[Proposal]:
        """The icosahedron's groups, if the mesh is so round that they fit as all others do."""
        names = _POLYHEDRAL[5] if self._chance <= _RMS else ()
        return self.proposals(names, np.array([0.0, 0.0, 1.0]), _RMS)

    def proposals(
        self, names: Sequence[str], axis: Array, bar: float | None = None
    ) -> list[Proposal]:
        """Those of the groups that the mesh has, with the frame's z axis along ``axis``; ``bar``:
        the largest root mean square of a deviation, by default one that is not reached by chance.
        """
        text, centre = _named(axis), "origin" if self._at_origin else "centroid"
        bar = _bar(self._chance) if bar is None else bar
        found = []
        for name in names:
            group = find_group(name, "sphere")
            members = elements(group, find_colouring(group, "none"))
            upright = place(self._mesh, text, centre)
            placement = turned_to_fit(self._search, members, upright)
            deviation = deviation_of(self._search, members, placement, _CHECKED_POINTS)
            if deviation.worst <= _WORST and deviation.rms <= bar:
                found.append(Proposal(group.name, text, centre, placement, deviation))
        return found

    def _misfits(self, matrices: Array) -> Array:
        """Root mean square distances (n,) of the surface moved by matrices (n, 3, 3), relative to
        its size."""
        moved = (self._points @ matrices.transpose(0, 2, 1)).reshape(-1, 3)
        facing = (self._facing @ matrices.transpose(0, 2, 1)).reshape(-1, 3)
        distance = self._search.find(self._centre + moved, facing).distance
        squares = (distance**2).reshape(len(matrices), -1).mean(axis=1)
        return np.sqrt(squares) / self._search.size

    def _registered(self, matrix: Array) -> Array:
        moved = self._points @ matrix.T
        found = self._search.find(self._centre + moved, self._facing @ matrix.T)
        there = points_at(self._mesh, found.triangle, found.barycentric) - self._centre
        normal = self._search.facing[found.triangle]
        gap = np.einsum("nk,nk->n", normal, there - moved)
        small, *_ = np.linalg.lstsq(np.cross(moved, normal), gap, rcond=1e-3)
        return rotation(small, float(np.linalg.norm(small))) @ matrix if small.any() else matrix


def _bar(by_chance: float) -> float:
    return max(_EXACT, min(_RMS, _BY_CHANCE * by_chance))


def _candidate_axes(mesh: Mesh, probe: _Probe) -> list[Array]:
    """Directions (3,) up to their sign that can be axes or normals of mirrors: the frame's own, the
    principal and the critical ones."""
    corners = mesh.corners - centroid(mesh)
    middle = corners.mean(axis=1)
    points = np.concatenate([corners.reshape(-1, 3), middle])
    parts = np.concatenate([mesh.areas.repeat(3), 9 * mesh.areas]) / 12  # exact for quadratics
    principal = np.linalg.eigh((points * parts[:, None]).T @ points)[1].T
    own = np.eye(3)[[2, 1, 0]]
    found: list[Array] = []
    for axis in (*own, *principal, *_critical_directions(corners, mesh.areas)):
        better = axis if len(found) < len(own) else probe.refined(axis)
        if all(np.linalg.norm(np.cross(better, other)) > _CLOSE for other in found):
            found.append(better)
    return found


def _critical_directions(corners: Array, areas: Array) -> Array:
    """The critical points (n, 3) of the sixth moment on half the sphere, by Newton's method."""
    if len(corners) > _FINE:
        nodes, weights = corners.mean(axis=1), areas
    else:
        nodes = ((corners + np.roll(corners, 1, axis=1)) / 2).reshape(-1, 3)
        weights = areas.repeat(3)
    powers = (nodes / np.abs(nodes).max()) ** np.arange(7)[:, None, None]
    x, y, z = np.moveaxis(powers, 2, 0).copy()
    moments = np.array([weights @ (x[i] * y[j] * z[k]) for i, j, k in _SIXTH]) / weights.sum()
    directions = spiral(400)[:200]
    for _ in range(40):
        gradient, hessian = _derivatives(moments * _COUNTS, directions)
        tangent = np.eye(3) - directions[:, :, None] * directions[:, None, :]
        radial = np.einsum("nk,nk->n", gradient, directions)[:, None, None]
        curved = tangent @ hessian @ tangent - radial * tangent
        slope = np.einsum("nij,nj->ni", tangent, gradient)
        step = -np.einsum("nij,nj->ni", np.linalg.pinv(curved, rcond=1e-9, hermitian=True), slope)
        length = np.linalg.norm(step, axis=1, keepdims=True)
        directions = directions + step * np.minimum(1, 0.1 / np.maximum(length, 1e-12))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    still = directions[length[:, 0] < 1e-6]
    found: list[Array] = []
    for axis in still:
        if all(np.linalg.norm(np.cross(axis, other)) > 1e-3 for other in found):
            found.append(axis)
    return np.array(found[:_AXES]).reshape(-1, 3)


def _derivatives(coefficients: Array, at: Array) -> tuple[Array, Array]:
    """Gradients (n, 3) and second derivatives (n, 3, 3) of the polynomial of degree six."""
    powers = at[:, :, None] ** np.arange(7)

    def value(factor: NDArray[np.int64], exponents: NDArray[np.int64]) -> Array:
        terms = np.prod(powers[:, [0, 1, 2], np.maximum(exponents, 0)], axis=2)
        return terms @ (factor * coefficients)

    unit = np.eye(3, dtype=int)
    gradient = np.stack([value(_SIXTH[:, i], _SIXTH - unit[i]) for i in range(3)], axis=1)
    hessian = np.empty((len(at), 3, 3))
    for i, j in itertools.product(range(3), repeat=2):
        factor = _SIXTH[:, i] * (_SIXTH[:, j] - unit[i, j])
        hessian[:, i, j] = value(factor, _SIXTH - unit[i] - unit[j])
    return gradient, hessian


def _beside(normal: Array) -> Array:
    """A direction in the plane with this normal: of X, Y and Z the one whose frame has its mirror
    there as it is (:func:`geometry.mesh.symmetry.place`), or any that is."""
    nearest = int(np.abs(normal).argmax())
    for axis in np.eye(3)[[(nearest + 1) % 3, 2, 1, 0]]:
        if abs(axis @ normal) < _CLOSE:
            return axis
    aside = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    return aside / np.linalg.norm(aside)


def _named(axis: Array) -> str:
    """An axis as a recipe's field takes it."""
    for name, own in zip("XYZ", np.eye(3), strict=True):
        if np.linalg.norm(np.cross(axis, own)) < _CLOSE:
            return name
    axis = axis * np.sign(axis[np.abs(axis).argmax()])
    return ",".join(f"{round(x, 7) + 0.0:.7f}" for x in axis)  # + 0.0: no -0
