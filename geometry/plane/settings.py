"""How a wallpaper group may lie on a lattice that was measured: which of the lattice's bases have
the form that the group wants, and how far from it they are; and in which coordinates it looks the
same."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array, affine
from geometry.symmetry.groups import Elements, Group

_ENTRIES = (-1, 0, 1)  # of a change from a short basis to any that a group may want
_SHIFTS = (0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)  # of an origin, to another one of its kind


@dataclasses.dataclass(frozen=True, eq=False)
class Setting:
    """A group on a lattice. change: (2, 2), columns: the group's two translations as multiples of
    the lattice's basis; group: its lattice has the exact form that is nearest; strain: how much
    longer than others some lengths become where that is laid on the measured one, 0.01 for one per
    cent."""

    change: NDArray[np.int64]
    group: Group
    strain: float


def settings(group: Group, basis: Array, most: float) -> list[Setting]:
    """All ways in which ``group`` may lie on the lattice of ``basis``, (2, 2), two short columns,
    with a strain of ``most`` at most: up to half turns, the least strained first."""
    assert group.lattice is not None
    found = []
    for entries in itertools.product(_ENTRIES, repeat=4):
        change = np.array(entries).reshape(2, 2)
        columns = basis @ change
        area = float(np.linalg.det(change))
        if entries < (0, 0, 0, 0) or abs(abs(area) - 1) > 0.5 or np.linalg.det(columns) <= 0:
            continue
        exact = _form(group.lattice.name, columns)
        lengths = np.linalg.svd(columns @ np.linalg.inv(exact), compute_uv=False)
        strain = float(lengths[0] / lengths[1] - 1)
        if strain <= most:
            lattice = dataclasses.replace(group.lattice, basis=exact)
            found.append(Setting(change, dataclasses.replace(group, lattice=lattice), strain))
        if group.lattice.name == "oblique" and found:
            break  # any basis will do
    return sorted(found, key=lambda setting: round(setting.strain, 4))


def _form(lattice: str, columns: Array) -> Array:
    """The basis of a kind of lattice that is nearest to ``columns``, but for a similarity: as
    :func:`geometry.plane.lattices.shaped` writes it."""
    u, v = columns.T
    if lattice == "square":
        return np.eye(2)
    if lattice == "hexagonal":
        return np.array([[1.0, -0.5], [0.0, math.sqrt(3) / 2]])
    if lattice == "rectangular":
        return np.diag([1.0, float(np.linalg.norm(v) / np.linalg.norm(u))])
    if lattice == "rhombic":
        height = float(np.linalg.norm(u + v) / np.linalg.norm(u - v))
        return np.diag([1.0, height]) @ np.array([[0.5, -0.5], [0.5, 0.5]])
    along = float(u @ v) / float(u @ u)
    return np.array([[1.0, along], [0.0, float(np.linalg.det(columns)) / float(u @ u)]])


def number_of(found: Elements, cell: Array, matrix: Array) -> int | None:
    """The number of an element (3, 3) among those ``found``, which are all but for translations of
    the ``cell``, (2, 2) columns; None if it is not one of them."""
    same = np.abs(found.matrices[:, :2, :2] - matrix[:2, :2]).max(axis=(1, 2)) < 1e-6
    apart = np.linalg.solve(cell, (found.matrices[:, :2, 2] - matrix[:2, 2]).T)
    same &= np.abs(apart - np.rint(apart)).max(axis=0) < 1e-6
    return int(same.argmax()) if same.any() else None


def relabellings(group: Group, found: Elements) -> Iterator[Array]:
    """Changes N (3, 3) of a group's lattice coordinates after which it is the same group: for all
    its generators g, N·g·N⁻¹ is an element, too. The identity first; ``found``: its elements modulo
    translations. They are not all: cells and shifts are small ones."""
    entries = itertools.product(_ENTRIES, repeat=4)
    changes = [np.array(e).reshape(2, 2) for e in entries if abs(e[0] * e[3] - e[1] * e[2]) == 1]
    changes.sort(key=lambda change: float(np.abs(change - np.eye(2)).sum()))
    for change, x, y in itertools.product(changes, _SHIFTS, _SHIFTS):
        matrix = affine(change, (x, y))
        back = np.linalg.inv(matrix)
        moved = (matrix @ g.matrix @ back for g in group.generators)
        if all(number_of(found, np.eye(2), one) is not None for one in moved):
            yield matrix
