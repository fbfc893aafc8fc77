"""Objectives: what the painting should be, as sums of named terms on moments and pictures.

The distance between two layers' moments is relative, so that layers of all scales weigh alike:

    d(a, b) = ‖M_a − M_b‖² / ‖M_b‖²  +  ‖μ_a − μ_b‖² / ‖μ_b‖²  +  ‖σ_a − σ_b‖² / ‖σ_b‖²

with M the second raw moment, μ the mean and σ the standard deviation (Gram, mean and std: Gatys et
al. 2015; Risser et al. 2017 on why Gram matrices alone let contrast drift).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from service.perception.moments import LayerMoments, Moments


@dataclass(frozen=True)
class Targets:
    """What the style says: moments per layer and of the colours themselves."""

    style: LayerMoments
    colour: Moments


def moment_distance(a: Moments, target: Moments) -> Tensor:
    """The relative distance d above; 0 when equal, about 1 when unrelated."""

    def relative(x: Tensor, y: Tensor) -> Tensor:
        return (x - y).square().sum() / y.square().sum().clamp(min=1e-12)

    return relative(a.raw, target.raw) + relative(a.mean, target.mean) + relative(a.std, target.std)


def style_term(painted: LayerMoments, target: LayerMoments, weights: Mapping[str, float]) -> Tensor:
    """Weighted mean of the layers' distances."""
    terms = [
        weight * moment_distance(painted[name], target[name]) for name, weight in weights.items()
    ]
    return torch.stack(terms).sum() / sum(weights.values())


def content_term(painted: Tensor, wanted: Tensor, weight: Tensor | None) -> Tensor:
    """How far one layer's features (B, C, h, w) are from the wanted ones, pixel by pixel: their
    weighted mean square difference relative to the wanted features' (Gatys et al. 2015, eq. 1).

    weight (B, 1, H, W) or None for all."""
    if weight is None:
        weight = painted.new_ones(1)
    else:
        weight = F.adaptive_avg_pool2d(weight, (painted.shape[-2], painted.shape[-1]))
    difference = (weight * (painted - wanted).square()).sum()
    return difference / (weight * wanted.square()).sum().clamp(min=1e-12)


def smoothness_term(picture: Tensor, weight: Tensor | None) -> Tensor:
    """Mean squared difference of neighbours that both count: mild total variation, L2.

    picture (B, 3, H, W) in 0..1, weight (B, 1, H, W) or None for all."""
    across = (picture[..., :, 1:] - picture[..., :, :-1]).square()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square()
    if weight is None:
        return across.mean() + down.mean()
    total = weight.sum().clamp(min=1) * picture.shape[1]
    both_across = torch.minimum(weight[..., :, 1:], weight[..., :, :-1])
    both_down = torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
    return ((across * both_across).sum() + (down * both_down).sum()) / total
