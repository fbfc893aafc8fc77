"""Smoothness: neighbouring pixels agree (mild total variation)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.tables.term import LOOK, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight
    from service.perception.moments import Mean


def steps(picture: Tensor, weight: Tensor | None) -> Tensor:
    """Mean squared difference of neighbours that both count: total variation, L2.

    picture (B, 3, H, W) in 0..1, weight (B, 1, H, W) or None for all."""
    import torch

    across = (picture[..., :, 1:] - picture[..., :, :-1]).square()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square()
    if weight is None:
        return across.mean() + down.mean()
    total = weight.sum().clamp(min=1) * picture.shape[1]
    both_across = torch.minimum(weight[..., :, 1:], weight[..., :, :-1])
    both_down = torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
    return ((across * both_across).sum() + (down * both_down).sum()) / total


def observe(sight: Sight, state: None) -> Mean:
    """The steps in a view."""
    from service.perception.moments import Mean

    return Mean(steps(sight.features, sight.weight))


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
