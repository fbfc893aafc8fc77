"""The plainest style transfer that is well made: no symmetry, no projection. What a step of the
product is compared with."""

from __future__ import annotations

import torch
from torch import Tensor

from service.perception.network import Network

LEARNING_RATE = 0.02


class PlainLoop:
    """Pixels that Adam moves until the Gram matrices of a network's layers are a style's (Gatys et
    al. 2015), as fast as torch can: channels last, fused Adam, the network in its own precision,
    Gram matrices per pixel in float32."""

    def __init__(self, network: Network, style: Tensor, shape: tuple[int, ...]) -> None:
        self._network, self._layers = network, tuple(network.info.style)
        form = torch.channels_last
        with torch.no_grad():
            self._wanted = self._grams(style.contiguous(memory_format=form))
        noise = torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(style.device)
        self.pixels = noise.contiguous(memory_format=form).requires_grad_()
        self._adam = torch.optim.Adam([self.pixels], lr=LEARNING_RATE, fused=True)

    def step(self) -> None:
        """One step of Adam."""
        self._adam.zero_grad()
        found = zip(self._grams(self.pixels), self._wanted, strict=True)
        torch.stack([(a - b).square().mean() for a, b in found]).sum().backward()
        self._adam.step()

    def _grams(self, pictures: Tensor) -> list[Tensor]:
        grams = []
        for _, features in self._network.layers(pictures, self._layers):
            flat = features.movedim(1, -1).reshape(-1, features.shape[1]).float()
            grams.append(flat.T @ flat / len(flat))
        return grams
