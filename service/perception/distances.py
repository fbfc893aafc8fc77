"""How far moments of layers are apart, and the gradient of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from service.perception.moments import FLAT, Moments

_LEAST = 1e-4  # of a distance before its root is taken


class Targets:
    """Moments of n layers that others shall come near to, with what their distances need of them,
    worked out once. How far two layers' moments are apart is relative, so that layers of all scales
    weigh alike; 0 when equal, about 1 when unrelated:

        d(a, b) = ‖M_a − M_b‖² / ‖M_b‖²  +  ‖μ_a − μ_b‖² / ‖μ_b‖²  +  ‖σ_a − σ_b‖² / ‖σ_b‖²

    with M the second raw moment, μ the mean and σ the standard deviation (Gram, mean and std: Gatys
    et al. 2015; Risser et al. 2017 on why Gram matrices alone let contrast drift).
    """

    def __init__(self, wanted: Sequence[Moments]) -> None:
        self.raws = [moments.raw for moments in wanted]
        self.mean = torch.cat([moments.mean for moments in wanted])
        self.std = torch.cat([moments.std for moments in wanted])
        norms = [[x.square().sum() for x in (m.raw, m.mean, m.std)] for m in wanted]
        self.scales = torch.stack([torch.stack(own) for own in norms], 1).clamp(min=1e-12)  # (3, n)
        layers = [torch.full_like(m.first, k, dtype=torch.int64) for k, m in enumerate(wanted)]
        self.layer = torch.cat(layers)  # of each of the layers' channels

    def distances(self, found: Sequence[Moments]) -> Tensor:
        """d of each of the layers, or of as many of the first as are found: (n,)."""
        parts = [(m.count, m.first, m.second) for m in found]
        distances: Tensor = _Distances.apply(self, *itertools.chain(*parts))
        return distances

    def roots(self, found: Sequence[Moments]) -> Tensor:
        """The square roots of these, with a slope that stays finite at 0: a layer that cannot
        arrive does not outweigh those that can."""
        return (self.distances(found) + _LEAST).sqrt()


def moment_distance(a: Moments, target: Moments) -> Tensor:
    """How far two layers' moments are apart, see :class:`Targets`."""
    return Targets([target]).distances([a])[0]


class _Distances(torch.autograd.Function):
    """:meth:`Targets.distances` of count, Σ w·x and Σ w·x xᵀ of each layer. The second moments of
    deep layers are as large as their features: step by step, autograd goes over them a dozen times,
    here it is three. All else is small, and done for all layers at once."""

    @staticmethod
    def forward(ctx: Any, targets: Targets, *parts: Tensor) -> Tensor:
        counts, firsts, seconds = parts[::3], parts[1::3], parts[2::3]
        ctx.sizes = sizes = [len(first) for first in firsts]
        channels, layer = sum(sizes), targets.layer[: sum(sizes)]
        scales, count = targets.scales[:, : len(counts)], torch.stack(counts)
        each = count[layer]
        mean = torch.cat(firsts) / each
        variance = torch.cat([second.diagonal() for second in seconds]) / each - mean**2
        deviation = variance.clamp(min=FLAT).sqrt()
        off = mean - targets.mean[:channels], deviation - targets.std[:channels]
        gaps = [  # count times what M is away
            torch.addcmul(second, raw, own, value=-1)
            for second, raw, own in zip(seconds, targets.raws, counts, strict=False)
        ]
        scales = torch.stack([scales[0] * count**2, scales[1], scales[2]])
        squares = [[_square(x) for x in of_layers] for of_layers in (gaps, *_split(off, sizes))]
        ctx.save_for_backward(layer, scales, each, mean, deviation, variance, *off, *gaps)
        of_all = torch.stack([x for of_layers in squares for x in of_layers])
        return (of_all.reshape(scales.shape) / scales).sum(0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        layer, scales, each, mean, deviation, variance, *off = ctx.saved_tensors
        (off_mean, off_deviation), gaps = off[:2], off[2:]
        pull = 2 * gradients[0] / scales
        of_mean, of_deviation = pull[1][layer] * off_mean, pull[2][layer] * off_deviation
        of_variance = torch.where(variance > FLAT, of_deviation / (2 * deviation), 0)
        of_first = (of_mean - 2 * mean * of_variance) / each
        found: list[Tensor | None] = [None]
        vectors = zip(*_split((of_first, of_variance / each), ctx.sizes), strict=True)
        for gap, own, (first, diagonal) in zip(gaps, pull[0].unbind(), vectors, strict=True):
            second = gap * own
            second.diagonal().add_(diagonal)
            found += [None, first, second]
        return tuple(found)


def _square(x: Tensor) -> Tensor:
    flat = x.flatten()
    return torch.dot(flat, flat)


def _split(vectors: Iterable[Tensor], sizes: Sequence[int]) -> list[Sequence[Tensor]]:
    """Of vectors that hold the channels of several layers, those of each."""
    return [x.split(list(sizes)) for x in vectors]
