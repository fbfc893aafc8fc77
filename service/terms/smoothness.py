"""Smoothness: neighbouring pixels agree (mild total variation)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.tables.term import LOOK, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight
    from service.perception.moments import Mean


def steps(pictures: Tensor, weight: Tensor | None) -> Tensor:
    """Mean squared difference of neighbours that both count: total variation, L2. Of each picture,
    (B,).

    pictures (B, 3, H, W) in 0..1, weight (B, 1, H, W) or None for all."""
    import torch

    of_each = (1, 2, 3)
    across = (pictures[..., :, 1:] - pictures[..., :, :-1]).square()
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).square()
    if weight is None:
        return across.mean(of_each) + down.mean(of_each)
    total = weight.sum(of_each).clamp(min=1) * pictures.shape[1]
    both_across = torch.minimum(weight[..., :, 1:], weight[..., :, :-1])
    both_down = torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
    return ((across * both_across).sum(of_each) + (down * both_down).sum(of_each)) / total


def observe(sight: Sight, state: None) -> Mean:
    """The steps in the views."""
    from service.perception.moments import Mean

    found = steps(sight.features, sight.weight)
    return Mean(found.sum(), len(found))


TERM = Term(
    name="smoothness",
    title="Smoothness",
    description="How closely neighbouring pixels agree.",
    rank=30,
    default=0.1,
    layers=lambda stage: (LOOK,),
    observe=observe,
    usual=1.0,
)
