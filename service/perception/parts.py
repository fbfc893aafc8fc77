"""Parts of a view, as a network's head sees them: what is recognised at every size and place, and
through noise, is what other networks recognise, too (lucid: scale, turn, jitter; MACO: noise)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from service.perception.network import Network

SIDE = 227  # pixels of what the head sees: that of the pictures it was trained on
COUNT = 3  # parts of a view that it sees at a step
LEAST, TURN = 0.6, 0.15  # of a view's shorter side; radians, standard deviation
# Standard deviation at most. Without it details count that only this network sees: to another one
# tigers drawn so were at rank 20 of 1000, with it at 1. As much on every part blurs small things.
NOISE = 0.1


def scores(network: Network, pictures: Tensor) -> Tensor:
    """The scores of classes, (B, classes), of pictures (B, 3, H, W) in 0..1 of any size."""
    from torch.nn import functional as F

    from service.tables.network_info import HEAD

    small = F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)
    ((_, found),) = network.layers(small, (HEAD,))
    return found


def noisy_parts(view: Tensor, periodic: bool, *seed: int) -> Tensor:
    """Parts of a view (1, 3, H, W) with noise, more on some than on others: (COUNT, 3, SIDE, SIDE).
    Others for every seed. periodic: whether the view is one period of a pattern."""
    import torch
    from torch.nn import functional as F

    random = np.random.default_rng(seed)
    parts = [
        F.interpolate(_part(view, periodic, random), (SIDE, SIDE), mode="bilinear", antialias=True)
        for _ in range(COUNT)
    ]
    noise = random.standard_normal((COUNT, 3, SIDE, SIDE), dtype=np.float32)
    noise *= random.uniform(0, NOISE, (COUNT, 1, 1, 1)).astype(np.float32)
    return torch.cat(parts) + torch.from_numpy(noise).to(view.device)


def _part(view: Tensor, periodic: bool, random: np.random.Generator) -> Tensor:
    """A square part of a view (1, 3, H, W), a little turned, as fine as the view. A period is
    rolled before: else what lies at its borders would be seen less often."""
    import torch
    from torch.nn import functional as F

    height, width = view.shape[-2:]
    if periodic:
        view = view.roll(tuple(map(int, random.integers((height, width)))), (2, 3))
    side = random.uniform(LEAST, 1) * min(height, width)
    turn = random.normal() * TURN
    x, y = random.uniform(-1, 1, 2) * (1 - side / np.array((width, height)))
    c, s = side * math.cos(turn), side * math.sin(turn)
    frame = [[c / width, -s / width, x], [s / height, c / height, y]]
    shape = [1, 3, max(32, round(side)), max(32, round(side))]
    grid = F.affine_grid(torch.tensor([frame], dtype=view.dtype), shape, align_corners=False)
    return F.grid_sample(view, grid.to(view.device), padding_mode="reflection", align_corners=False)
