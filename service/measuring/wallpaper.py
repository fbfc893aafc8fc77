"""Which wallpaper groups a picture of a known lattice has: all 17 are laid on it in every way that
they fit, with their origin in every place."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.plane.settings import Setting, settings
from geometry.spaces import Array
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.groups import Colouring, Group, elements, make_colouring
from service.measuring.torus import Linear, Torus
from service.measuring.translations import shortened

STRAIN = 0.025  # what a lattice may be off the form that a group wants
AGREES = 0.35  # of what unrelated places differ by, RMS: more is no symmetry
_BETWEEN = np.linspace(-1, 1, 9)  # of nodes, where an origin is looked for at last
_ORDERS = (1, 2, 3, 4, 6)  # of elements of B₃


@dataclass(frozen=True, eq=False)
class Lattice:
    """basis: (2, 2), two short translations as columns, in pixels, that may change colours;
    supercell: (2, 2) whole numbers, columns: those without colour, in multiples of the basis."""

    basis: Array
    supercell: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Trial:
    """A group laid on a lattice. origin: (2,), where its origin is, in multiples of the torus'
    translations; worst: RMS of its worst element over what unrelated places differ by; coloured:
    whether its elements may change colours."""

    setting: Setting
    lattice: Lattice
    origin: Array
    worst: float
    coloured: bool

    @property
    def group(self) -> Group:
        """Its lattice has the form that is nearest to the measured one."""
        return self.setting.group

    @property
    def agrees(self) -> bool:
        """Whether the picture has this symmetry."""
        return self.worst <= AGREES

    @property
    def elements(self) -> float:
        """How many there are in a primitive cell of the torus."""
        assert self.group.order is not None
        return self.group.order * abs(float(np.linalg.det(self.lattice.supercell)))


def finest(torus: Torus, coloured: bool) -> Lattice:
    """The translations of a picture that are fractions of those of its torus: those that change
    colours, or, not coloured, none."""
    gap = torus.gaps(((1, 0), (0, 1)), coloured)
    n = len(torus.mean)
    good = gap <= AGREES**2
    # fractions with small denominators only: what is near 0 is so for another reason
    steps = sorted({k * n // q for q in _ORDERS for k in range(q)})
    found = [np.eye(2)]
    for row, column in itertools.product(steps, repeat=2):
        if good[row, column] and (row, column) != (0, 0) and _stands_out(gap, row, column):
            found.append(np.array([[column, 0], [row, 0]]) / n)
    spanned = _spanned([step[:, 0] for step in found[1:]])
    basis = shortened(torus.basis @ spanned)
    supercell = np.rint(np.linalg.solve(basis, torus.basis)).astype(np.int64)
    return Lattice(basis, supercell)


def _stands_out(gap: Array, row: int, column: int) -> bool:
    """Whether a shift is better than all near it."""
    n = len(gap)
    reach = n // 12
    rows, columns = (np.arange(at - reach, at + reach + 1) % n for at in (row, column))
    window = gap[np.ix_(rows, columns)]
    least = np.unravel_index(window.argmin(), window.shape)
    return bool(max(abs(least[0] - reach), abs(least[1] - reach)) <= 1)


def _spanned(steps: Sequence[Array]) -> Array:
    """A basis (2, 2) of the lattice that Z² and further ``steps`` (2,) span, fractions with
    denominators up to 12: Hermite's normal form."""
    rows = np.rint(12 * np.array([[1, 0], [0, 1], *steps])).astype(int)
    first: list[int] = [0, 0]
    rest: list[int] = []
    for x, y in rows.tolist():
        a, b = first, [x, y]
        while b[0]:
            q = a[0] // b[0]
            a, b = b, [a[0] - q * b[0], a[1] - q * b[1]]
        first = a
        rest.append(abs(b[1]))
    second = int(np.gcd.reduce(rest))
    return np.array([[first[0], 0], [first[1], second]]) / 12


def trials(torus: Torus, lattice: Lattice, groups: Iterable[Group], coloured: bool) -> list[Trial]:
    """The best way to lay each group on the lattice, of those that fit it at all."""
    found = []
    for group in groups:
        ways = [
            trial
            for setting in settings(group, lattice.basis, STRAIN)
            if (trial := _tried(torus, lattice, setting, coloured)) is not None
        ]
        if ways:
            found.append(_between_nodes(torus, min(ways, key=lambda trial: trial.worst)))
    return found


def _tried(torus: Torus, lattice: Lattice, setting: Setting, coloured: bool) -> Trial | None:
    """With the origin at the node where the worst element is best. None if the group does not keep
    the colour-free translations together."""
    if (motions := _motions(lattice, setting)) is None:
        return None
    n = len(torus.mean)
    row, column = np.divmod(np.arange(n * n), n)
    origins = np.stack([column, row]) / n
    worst = np.zeros(n * n)
    for linear, step in motions:
        gap = torus.gaps(linear, coloured)
        shift = n * (step[:, None] + (np.eye(2) - linear) @ origins)
        at = np.rint(shift).astype(int) % n
        np.maximum(worst, gap[at[1], at[0]], out=worst)
    best = int(worst.argmin())
    return Trial(setting, lattice, origins[:, best], float(np.sqrt(worst[best])), coloured)


def _between_nodes(torus: Torus, trial: Trial) -> Trial:
    """With the origin within a node of where it is."""
    motions, n = _motions(trial.lattice, trial.setting), len(torus.mean)
    assert motions is not None
    near = np.stack(np.meshgrid(_BETWEEN, _BETWEEN)).reshape(2, -1) / n + trial.origin[:, None]
    worst = np.zeros(near.shape[1])
    for linear, step in motions:
        spline = torus.spline(linear, trial.coloured)
        shift = n * (step[:, None] + (np.eye(2) - linear) @ near)
        values = ndimage.map_coordinates(spline, shift[::-1], mode="grid-wrap", prefilter=False)
        np.maximum(worst, values, out=worst)
    best = int(worst.argmin())
    return dataclasses.replace(trial, origin=near[:, best], worst=float(np.sqrt(worst[best])))


def _motions(lattice: Lattice, setting: Setting) -> list[tuple[Linear, Array]] | None:
    """All elements of a group but the identity, in coordinates of the torus, about the group's
    origin: the linear part and the shift. None if the former are not all whole numbers."""
    to_torus = np.linalg.solve(lattice.supercell.astype(float), setting.change)
    back = np.linalg.inv(to_torus)
    found: list[tuple[Linear, Array]] = []
    for matrix in elements(setting.group, plain(setting.group)).matrices[1:]:
        linear = to_torus @ matrix[:2, :2] @ back
        (a, b), (c, d) = np.rint(linear).astype(int).tolist()
        if np.abs(linear - [[a, b], [c, d]]).max() > 1e-6:
            return None
        found.append((((a, b), (c, d)), to_torus @ matrix[:2, 2]))
    return found


def plain(group: Group) -> Colouring:
    """The rule that changes no colours."""
    return make_colouring(group, "none", (IDENTITY,) * len(group.generators))
