"""The symmetries of a mesh, as the service says them, and groups by their names. No bpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..printable import printable
from .group_names import read_name, signature

NONE = "1"  # the group without any symmetry
MIRROR = "*"
MOST_REPEATS = 60  # of a family's number
# What families are with the number 1.
_ALONE = {
    "nn": NONE,
    "*nn": MIRROR,
    "n*": MIRROR,
    "nx": "x",
    "22n": "22",
    "2*n": "2*",
    "*22n": "*22",
}


@dataclass(frozen=True, eq=False)
class Symmetry:
    """A group that a mesh has. ``label``: in a few words; ``axis``: X, Y, Z or numbers; ``centre``:
    "ORIGIN" or "CENTROID"; ``deviation``: how far the mesh is off, of its size; ``frame``: (3, 3),
    columns, where the group stands in the mesh."""

    name: str
    label: str
    axis: str
    centre: str
    deviation: float
    frame: np.ndarray

    @property
    def key(self) -> str:
        """Tells it from all others of a mesh, and from names of groups."""
        return f"found {self.name} {self.axis}"


def chosen_fields(found: Sequence[Symmetry]) -> dict[str, str]:
    """The recipe's fields for the best that was found; none of it: no symmetry."""
    if not found:
        return {"group": NONE}
    best = found[0]
    return {"group": best.name, "axis": best.axis, "centre": best.centre.lower()}


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[Symmetry, ...]:
    """What the service says, which has been checked; what makes no sense is left out."""
    return tuple(
        Symmetry(
            row["name"],
            printable(row["label"]),
            row["axis"],
            row["centre"].upper(),
            float(row["deviation"]),
            np.reshape(row["frame"], (3, 3)),
        )
        for row in rows
        if _makes_sense(row)
    )


def _makes_sense(row: Mapping[str, Any]) -> bool:
    frame = np.array(row["frame"], np.float64)
    return (
        row["name"].isprintable()
        and (row["axis"] in ("X", "Y", "Z") or direction(row["axis"]) is not None)
        and row["centre"] in ("origin", "centroid")
        and frame.shape == (9,)
        and bool((np.abs(frame) < 2).all())
        and np.allclose(frame.reshape(3, 3) @ frame.reshape(3, 3).T, np.eye(3), atol=1e-3)
    )


def direction(axis: str) -> tuple[float, float, float] | None:
    """The numbers of an axis that is written "0,0.6,0.8"; None for other text."""
    try:
        x, y, z = map(float, axis.split(","))
    except (ValueError, AttributeError):
        return None
    return (x, y, z) if 0 < max(map(abs, (x, y, z))) < float("inf") else None


def family_of(name: str) -> tuple[str, int] | None:
    """(family, n) of a group about one axis, n over 1; None for others."""
    found = read_name(name)
    return found if found is not None and found[1] > 1 else None


def canonical(name: str) -> str:
    """The name by which a group stands in the catalogue, as far as that can be said here."""
    found = read_name(name)
    if found is None:
        return name.strip()
    family, n = found
    return _ALONE[family] if n == 1 else signature(family, n)


def of_family(family: str, n: int) -> str:
    """The group of a family with this number."""
    return canonical(signature(family, n))
