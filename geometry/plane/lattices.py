"""The lattices of the wallpaper groups, and the shapes that their cells may take."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from geometry.errors import InputError
from geometry.symmetry.groups import Group, Lattice

MIN_ASPECT, MAX_ASPECT = 1 / 8, 8.0
MIN_ANGLE, MAX_ANGLE = 15.0, 165.0  # degrees

# The centred rectangle's two shortest translations; its sides are their difference and their sum.
_RHOMBUS = np.array([[0.5, -0.5], [0.5, 0.5]])

SQUARE = Lattice("square", np.eye(2), 0.5)
RECTANGULAR = Lattice("rectangular", np.eye(2), 0.5)
RHOMBIC = Lattice("rhombic", _RHOMBUS, 0.5)
OBLIQUE = Lattice("oblique", np.eye(2), 0.5)
HEXAGONAL = Lattice("hexagonal", np.array([[1.0, -0.5], [0.0, math.sqrt(3) / 2]]), 0.0)

_FIXED_ANGLE = {"square": 90.0, "rectangular": 90.0, "rhombic": 90.0, "hexagonal": 120.0}


def shaped(group: Group, aspect: float | None = None, angle: float | None = None) -> Group:
    """A plane group whose lattice has the given cell; None leaves a number as it is by default.

    aspect, 1/8 … 8: the cell's height over its width; for rhombic lattices that of the centred
    rectangle, for oblique ones (p1, p2) the second translation's length over the first one's.
    angle, 15 … 165: degrees between the two translations (p1, p2).
    Raises InputError("bad-cell") for a shape that the lattice cannot have.
    """
    lattice = group.lattice
    assert lattice is not None, "a group of the plane"
    if aspect is not None and not MIN_ASPECT <= aspect <= MAX_ASPECT:
        raise _bad_cell("aspect", aspect, group, "An aspect lies between 1/8 and 8.")
    if lattice.name in ("square", "hexagonal") and aspect not in (None, 1):
        raise _bad_cell("aspect", aspect, group, "Its two sides are equally long: leave it at 1.")
    fixed = _FIXED_ANGLE.get(lattice.name)
    if fixed is not None and angle not in (None, fixed):
        raise _bad_cell(
            "angle", angle, group, f"It is {fixed:g} degrees; p1 and p2 are free to choose."
        )
    if angle is not None and not MIN_ANGLE <= angle <= MAX_ANGLE:
        raise _bad_cell("angle", angle, group, "An angle lies between 15 and 165 degrees.")
    height = 1.0 if aspect is None else aspect
    if lattice.name == "rectangular":
        basis = np.diag([1.0, height])
    elif lattice.name == "rhombic":
        basis = np.diag([1.0, height]) @ _RHOMBUS
    elif lattice.name == "oblique":
        turn = math.radians(90.0 if angle is None else angle)
        basis = np.array([[1.0, height * math.cos(turn)], [0.0, height * math.sin(turn)]])
    else:
        return group
    return dataclasses.replace(group, lattice=dataclasses.replace(lattice, basis=basis))


def _bad_cell(field: str, value: float | None, group: Group, hint: str) -> InputError:
    assert group.lattice is not None
    return InputError(
        "bad-cell",
        field,
        f"The {group.lattice.name} cell of {group.name} cannot have the {field} {value:g}.",
        hint,
    )
