"""Seam: both sides of a mesh's UV seams agree while it is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.spaces import SPACES
from service.tables.term import PAINT, Term

if TYPE_CHECKING:
    from service.painting.stage import Sight
    from service.perception.moments import Mean


def observe(sight: Sight, state: None) -> Mean:
    """The step of the paint's colours across seams."""
    from service.perception.moments import Mean

    return Mean(sight.surface.seam_energy(sight.features))


TERM = Term(
    name="seam",
    title="Seams",
    description="How closely both sides of the UV map's seams agree while it is painted.",
    rank=50,
    default=1.0,
    layers=lambda stage: (PAINT,),
    observe=observe,
    targets=tuple(space.target for space in SPACES.values() if space.needs_body),
)
