"""Seam: both sides of a mesh's UV seams agree while it is painted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.tables.term import PAINT, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight
    from service.perception.moments import Mean


def observe(sight: Sight, state: None) -> Mean:
    """The step of the paint's colours across seams."""
    from service.perception.moments import Mean
    from service.surfaces.mesh import MeshSurface

    assert isinstance(sight.surface, MeshSurface), "only meshes have seams"
    return Mean(sight.surface.seam_energy(sight.features))


def loss(sums: Mapping[str, Mean], state: None) -> Tensor:
    """As it was observed."""
    return sums[PAINT].value


TERM = Term(
    name="seam",
    title="Seams",
    description="How closely both sides of the UV map's seams agree while it is painted.",
    rank=50,
    default=1.0,
    layers=lambda stage: (PAINT,),
    observe=observe,
    loss=loss,
    targets=("mesh",),
)
