"""Maps on the torus: several cells of a tiling in one period, turned against the lattice.

{4,4}_(b,c), {3,6}_(b,c) and {6,3}_(b,c) are the regular and chiral maps of genus 1 (Coxeter and
Moser, Generators and Relations for Discrete Groups, 1980, §§8.3-8.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, excerpt
from geometry.symmetry.groups import Group

MAX_SUM = 100  # of a² + b²: keeps cells large enough to be seen


@dataclass(frozen=True)
class TorusMap:
    """{p,q}_(a,b): one period is ``a`` steps along a side of the cell and ``b`` along the next,
    the other is its quarter or third turn. (a, b) and (b, a) are mirror images. Dual maps, {3,6}
    and {6,3}, have the same periods: lattice points are vertices of one, faces of the other."""

    p: int
    q: int
    a: int
    b: int

    @property
    def name(self) -> str:
        """As Coxeter and Moser write it."""
        return f"{{{self.p},{self.q}}}_({self.a},{self.b})"

    @property
    def cells(self) -> int:
        """How many cells the period holds."""
        return self.a**2 + self.b**2 + (0 if self.p == 4 else self.a * self.b)


def parse_torus_map(text: str) -> TorusMap:
    """'{4,4}2,1', '{4,4}(2,1)', '{4,4}_(2,1)' or '4,4 2,1'.

    Raises InputError("bad-torus-map") for other words, other {p,q} than {4,4}, {3,6} and {6,3},
    (0, 0), and a² + b² > 100.
    """
    numbers = re.fullmatch(
        # possessive: no character can be read in two ways, so other words are refused at once
        r"\s*+\{?\s*+(\d{1,9})\s*+,\s*+(\d{1,9})\s*+"
        r"\}?[\s_]*+\(?\s*+(\d{1,9})\s*+,\s*+(\d{1,9})\s*+\)?\s*+",
        text,
    )
    if not numbers:
        raise _bad(f"'{excerpt(text)}' is not read.", "Write for example {4,4}2,1 or {3,6}3,0.")
    p, q, a, b = map(int, numbers.groups())
    if (p, q) not in ((4, 4), (3, 6), (6, 3)):
        raise _bad(
            f"{{{p},{q}}} has no map on the torus.", "Those of the plane are {4,4}, {3,6}, {6,3}."
        )
    if not 0 < a * a + b * b <= MAX_SUM:
        raise _bad(f"({a},{b}) is out of range.", f"a² + b² lies between 1 and {MAX_SUM}.")
    return TorusMap(p, q, a, b)


def torus_period(
    torus_map: TorusMap, group: Group, supercell: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(2, 2): the map's two periods as columns in lattice coordinates; its cell is ``supercell``,
    the colour-free one.

    Raises InputError("bad-torus-map") if that cell has another shape, or if the group does not
    keep the periods: mirrors want b = 0 or a = b.
    """
    assert group.lattice is not None
    side, other = (group.lattice.basis @ supercell).T
    cosine = side @ other / (side @ side)
    alike = np.isclose(side @ side, other @ other)
    if not (alike and np.isclose(cosine, 0 if torus_map.p == 4 else -0.5)):
        wanted = "square" if torus_map.p == 4 else "hexagonal"
        raise _bad(
            f"{torus_map.name} needs a {wanted} cell; that of {group.name} is another here.",
            "{4,4} is for square cells, {3,6} and {6,3} are for p3, p3m1, p31m, p6 and p6m.",
        )
    a, b = torus_map.a, torus_map.b
    # on the hexagonal lattice a step "along the next side" is a sixth turn of the first: u + v
    steps = [[a, -b], [b, a]] if torus_map.p == 4 else [[a + b, -b], [b, a]]
    period = supercell @ np.array(steps)
    for generator in group.generators:
        moved = np.linalg.solve(period, generator.matrix[:2, :2] @ period)
        if not np.allclose(moved, np.rint(moved)):
            raise _bad(
                f"The mirrors of {group.name} do not keep {torus_map.name}, which is chiral.",
                "Choose b = 0, a = b, or a group of turns.",
            )
    return period


def _bad(message: str, hint: str) -> InputError:
    return InputError("bad-torus-map", "torus_map", message, hint)
