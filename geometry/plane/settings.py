"""How a wallpaper group may lie on a lattice that was measured: which of the lattice's bases have
the form that the group wants, and how far from it they are."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.groups import Group

_ENTRIES = (-1, 0, 1)  # of a change from a short basis to any that a group may want


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
