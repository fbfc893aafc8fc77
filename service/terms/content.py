"""Content: the network still sees in the painting what it saw in the colour before, or in the
motif."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.spaces import SPACES
from service.tables.term import Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight
    from service.perception.moments import Mean


def difference(painted: Tensor, wanted: Tensor, weight: Tensor | None) -> Tensor:
    """How far one layer's features (B, C, h, w) are from the wanted ones, pixel by pixel: their
    weighted mean square difference relative to the wanted features' (Gatys et al. 2015, eq. 1). Of
    each view, (B,).

    weight (B, 1, h, w) or None for all."""
    if weight is None:
        weight = painted.new_ones(1)
    apart = (weight * (painted - wanted).square()).sum((1, 2, 3))
    return apart / (weight * wanted.square()).sum((1, 2, 3)).clamp(min=1e-12)


def observe(sight: Sight, state: None) -> Mean:
    """How far the views are from what they showed before."""
    from service.perception.moments import Mean

    found = difference(sight.features, sight.before(), sight.weight)
    return Mean(found.sum(), len(found))


TERM = Term(
    name="content",
    title="Preserve Original",
    description="How much is preserved of what was there before: the base colour, or the motif.",
    rank=40,
    default=0.0,
    layers=lambda stage: (stage.network.info.content,),
    observe=observe,
    targets=tuple(space.target for space in SPACES.values() if {"base", "motif"} & {*space.fields}),
    needs_base=True,
)
