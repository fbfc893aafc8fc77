"""A solid as it is handed over: checked, in the colours that its file can hold."""

from __future__ import annotations

from geometry.errors import InputError
from geometry.solid.body import Body, Cuts
from geometry.solid.checks import check_solid
from service.solids.bounds import FILAMENTS
from service.solids.filaments import Filaments, filaments


def cuts(wall: float | None, drain: float, base: float) -> Cuts:
    """What is cut off and out: a solid body needs no drain."""
    return Cuts(base, wall, drain if wall is not None else 0)


def check_colours(colours: int | None, suffix: str) -> None:
    """Raise InputError("bad-value") for a number of filaments that a file cannot hold."""
    if colours is not None and suffix == ".stl":
        raise InputError(
            "bad-value", "colours", "An STL has no colours.", "Leave out --colours, or write a 3MF."
        )


def checked_colours(body: Body, colours: int | None, suffix: str) -> Filaments | None:
    """The filaments of a body for a file with this suffix, "" for none; None: it keeps all its
    colours. Raises InputError("bad-solid"), and as :func:`check_colours`."""
    check_colours(colours, suffix)
    check_solid(body.points, body.triangles)
    count = FILAMENTS if colours is None and suffix == ".3mf" else colours
    return None if count is None else filaments(body, count)
