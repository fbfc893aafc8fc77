"""Directions in feature space: several channels of a layer that are sought together."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

LEAST_COSINE = 0.1  # as if the angle were never wider: else nothing would lead out of there


def along(features: Tensor, shares: Mapping[int, float], strength: Tensor) -> Tensor:
    """How far features (B, C, h, w) lie in a direction, at every place, (B, h, w):

        v · x · max(0.1, cos(v, x))²

    with x the features in units of each channel's usual ``strength`` (C,), and v the unit vector of
    the channels' ``shares`` (tensorflow/lucid, objectives.py, direction with cossim_pow=2). The
    cosine asks that other channels be still."""
    unit = strength[:, None, None]
    length = sum(share**2 for share in shares.values()) ** 0.5
    parts = [share / length * features[:, k] / unit[k] for k, share in shares.items()]
    dot = torch.stack(parts).sum(0)
    size = (features / unit).square().sum(1).clamp(min=1e-8).sqrt()
    return dot * (dot / size).clamp(min=LEAST_COSINE).square()
