"""Where exactly a group lies on a picture, and which colour rule the picture has there."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, optimize

from geometry.catalogue import colourings, find_group
from geometry.errors import InputError
from geometry.plane.settings import number_of, relabellings
from geometry.spaces import Array, affine
from geometry.symmetry.colour import B3, IDENTITY, ColourElement, compose, inverse
from geometry.symmetry.groups import Colouring, Group, elements, make_colouring
from service.measuring.sight import Sight
from service.measuring.wallpaper import Trial, plain
from service.measuring.window import WindowLayout

_CHANGES = np.array(B3)
_SIGNS = np.sign(_CHANGES)
_SAMPLES = 2000  # pixels
_TIES, _TIED = 2.0, 0.002  # how much worse a change of colours may be, to be as good as another
_FAR, _RIM = 3, 0.5  # cells, pixels: where an origin is wanted
_STEP = 0.01  # of a period: the first steps of the search


@dataclass(frozen=True, eq=False)
class Placed:
    """A group on a picture. matrix: (3, 3), the group's lattice coordinates → the sight's
    pixels; cell: (2, 2), the colour-free translations as columns, in these."""

    group: Group
    colouring: Colouring
    matrix: Array
    cell: Array


class _Samples:
    """Pixels of a picture, and what is seen where motions take them."""

    def __init__(self, sight: Sight, cell: Array) -> None:
        self._layout = WindowLayout(sight.seen, cell)
        self._splines = [ndimage.spline_filter(sight.smooth[..., k], 3) for k in range(3)]
        count = sight.seen.size
        pixels = np.random.default_rng(0).choice(count, min(_SAMPLES, count), replace=False)
        points, weight = self._layout.points(pixels)
        self._points = points[weight > 0]
        self._here = sight.smooth.reshape(-1, 3)[pixels[weight > 0]]
        self._unrelated = 3 * sight.spread

    def gaps(self, matrix: Array) -> Array:
        """(48,): for each change of colours, the mean-square difference of the picture and its
        image under a motion (3, 3), over what unrelated places differ by."""
        place, usable = self._layout.positions(self._points @ matrix.T)
        if not usable.any():
            return np.ones(len(B3))
        here = self._here[usable]
        there = np.stack(
            [
                ndimage.map_coordinates(spline, place[usable].T, order=3, prefilter=False)
                for spline in self._splines
            ],
            axis=1,
        )
        shared = there.T @ here / len(here)
        energy = float((here**2).sum() + (there**2).sum()) / len(here)
        pairs = _SIGNS * shared[np.arange(3), np.abs(_CHANGES) - 1]
        gaps: Array = np.maximum(energy - 2 * pairs.sum(axis=1), 0) / self._unrelated
        return gaps


def placed(sight: Sight, cell: Array, trial: Trial) -> Placed:
    """A group with its origin to a part of a pixel, and its colour rule. cell: of the torus that it
    was tried on."""
    samples = _Samples(sight, cell)
    basis = trial.lattice.basis @ trial.setting.change
    generators = [g.matrix for g in trial.group.generators]

    def matrices(origin: Array) -> tuple[Array, list[Array]]:
        frame = affine(basis, origin)
        back = np.linalg.inv(frame)
        return frame, [frame @ matrix @ back for matrix in generators]

    start = cell @ trial.origin
    changes = [int(samples.gaps(matrix).argmin()) for matrix in matrices(start)[1]]

    def apart(origin: Array) -> float:
        _, moved = matrices(origin)
        pairs = zip(moved, changes, strict=True)
        return float(sum(samples.gaps(matrix)[change] for matrix, change in pairs))

    size = max(1.0, _STEP * math.sqrt(abs(float(np.linalg.det(cell)))))
    simplex = start + size * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    found = optimize.minimize(
        apart,
        start,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.01, "fatol": 1e-5, "maxiter": 60},
    )
    frame, moved = matrices(found.x)
    group, change = trial.group, np.eye(3)
    rule = _rule(group, [samples.gaps(matrix) for matrix in moved])
    if rule.colours > 1:
        group, rule, change = _named(group, rule)
    frame = frame @ change
    free = frame[:2, :2] @ np.array(rule.supercell)
    frame[:2, 2] = _in_view(frame[:2, 2], free, sight.seen.shape)
    return Placed(group, rule, frame, free)


def _in_view(origin: Array, cell: Array, shape: tuple[int, ...]) -> Array:
    """The image of a place under the translations of a cell that is nearest to the upper left
    corner of a picture of ``shape``, of those that lie in it; itself, if none does."""
    steps = np.stack(np.meshgrid(*[np.arange(-_FAR, _FAR + 1)] * 2)).reshape(2, -1)
    home = origin - cell @ np.rint(np.linalg.solve(cell, origin))
    images = (home[:, None] + cell @ steps).T
    inside = images[((images > -_RIM) & (images < np.array(shape[1::-1]) + _RIM)).all(axis=1)]
    if not len(inside):
        return origin
    return inside[np.round(inside.sum(axis=1), 3).argmin()]


def _rule(group: Group, gaps: Sequence[Array]) -> Colouring:
    """The colour rule that agrees best, with the fewest colours among those that are as good."""
    good = [
        [B3[k] for k in np.flatnonzero(gap <= _TIES * gap.min() + _TIED).tolist()] for gap in gaps
    ]
    rules = []
    for images in itertools.islice(itertools.product(*good), 20000):
        try:
            rules.append(make_colouring(group, "", images))
        except InputError:  # no homomorphism
            continue
    if not rules:
        return make_colouring(group, "none", (IDENTITY,) * len(gaps))
    best = min(rules, key=lambda rule: rule.colours)
    return make_colouring(group, "none" if best.colours == 1 else "", tuple(best.images.values()))


def _named(group: Group, rule: Colouring) -> tuple[Group, Colouring, Array]:
    """A colour rule as the first of the list that it can be called by, if the origin or the two
    translations are chosen in another way or all colours are changed: the group and the rule then,
    and the change N (3, 3) of coordinates, new to old."""
    listed = {tuple(one.images.values()): number for number, one in enumerate(_rules(group))}
    found, cell = elements(group, rule), np.array(rule.supercell, float)
    best, most = (rule, np.eye(3)), len(listed)
    for change in relabellings(group, elements(group, plain(group))):
        back = np.linalg.inv(change)
        numbers = [number_of(found, cell, change @ g.matrix @ back) for g in group.generators]
        images = tuple(found.colours[number] for number in numbers if number is not None)
        number = min(listed.get(alike, most) for alike in _conjugates(images))
        if number < most:
            most, best = number, (make_colouring(group, "", images), change)
    chosen, change = best
    name = next((r.name for k, r in enumerate(_rules(group)) if k == most), "")
    assert group.lattice is not None
    lattice = dataclasses.replace(group.lattice, basis=group.lattice.basis @ change[:2, :2])
    named = dataclasses.replace(chosen, name=name)
    return dataclasses.replace(group, lattice=lattice), named, change


def _rules(group: Group) -> tuple[Colouring, ...]:
    return colourings(find_group(group.name, group.space.name))


def _conjugates(images: tuple[ColourElement, ...]) -> Iterator[tuple[ColourElement, ...]]:
    for change in B3:
        yield tuple(compose(compose(change, one), inverse(change)) for one in images)
