"""The spiral groups: zooms with a turn and n arms, as translations in log-polar coordinates.

Under w = log z, with z = 0 in the picture's middle, the similarity z → λe^{iθ}z is the translation
x by (log λ, θ) and a turn by 1/n is the translation r by (0, 2π/n). So a spiral is a lattice of
translations, as in the wallpaper group p1, with one relator more: r^n is a whole turn, which is the
identity. λ and θ shape the lattice, not the group: see :class:`geometry.spiral.chart.SpiralShape`.
"""

from __future__ import annotations

import functools
import re

import numpy as np

from geometry.errors import InputError
from geometry.spaces import SPIRAL, affine
from geometry.symmetry.groups import Generator, Group, Lattice, turn_title

MAX_ARMS = 32

# Coordinates are multiples of x and of r, whatever their lengths are.
_LATTICE = Lattice("log-polar", np.eye(2), 0.5)


@functools.cache
def spiral_group(arms: int) -> Group:
    """The group of spirals with ``arms`` arms, 1 to 32, with generators x (the zoom) and r (the
    turn from arm to arm). One arm has no r: its only turn is a whole one, the empty word.

    Raises InputError("bad-arms").
    """
    if not 1 <= arms <= MAX_ARMS:
        raise InputError(
            "bad-arms",
            "arms",
            f"A spiral with {arms} arms cannot be made.",
            f"Choose 1 to {MAX_ARMS} arms.",
        )
    name, aliases = f"spiral{arms}", (f"spiral {arms}", f"spiral-{arms}")
    zoom = Generator("x", "a zoom with a turn", affine(np.eye(2), (1, 0)))
    if arms == 1:
        return Group(
            name, aliases, "a spiral with one arm", SPIRAL, (zoom,), (), 1, _LATTICE, ("x", "")
        )
    return Group(
        name,
        aliases,
        f"a spiral with {arms} arms",
        SPIRAL,
        (zoom, Generator("r", turn_title(arms), affine(np.eye(2), (0, 1)))),
        ("xrXR", f"r^{arms}"),
        arms,
        _LATTICE,
        ("x", "r"),
    )


def spiral_by_name(name: str) -> Group | None:
    """The group called "spiral5", "spiral 5" or "spiral-5"; None for a name of another kind.

    Raises InputError("bad-arms") for numbers that are none of 1 to 32.
    """
    match = re.fullmatch(r"spiral[ -]?(\d{1,9})", name.strip().lower())
    return spiral_group(int(match[1])) if match else None


SPIRAL_GROUPS: tuple[Group, ...] = tuple(spiral_group(arms) for arms in (1, 3, 5))
