"""Additive statistics of features: count, sum and second-moment sum per layer.

Sums add over views, masks, tiles and styles, so one code path serves them all: exact pooling is
``a + b``, a blend of styles is a weighted sum (crowsonkb/style-transfer-pytorch stores its targets
this way for the same reason).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

FLAT = 1e-6  # of a variance, at least
_BLOCK = 512  # places whose products are added up at a time


@dataclass(frozen=True)
class Moments:
    """Of one layer with C channels: count: total weight of the pixels; first: (C,) Σ w·x;
    second: (C, C) Σ w·x xᵀ. As that is symmetric, what depends on it must treat entries (i, j) and
    (j, i) alike: its gradient is taken to be symmetric, too."""

    count: Tensor
    first: Tensor
    second: Tensor

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.count + other.count, self.first + other.first, self.second + other.second
        )

    def scaled(self, factor: Tensor | float) -> Moments:
        """The same statistics with ``factor`` times the count."""
        return Moments(self.count * factor, self.first * factor, self.second * factor)

    @functools.cached_property
    def mean(self) -> Tensor:
        """E[x], (C,)."""
        return self.first / self.count

    @functools.cached_property
    def raw(self) -> Tensor:
        """Second raw moment E[x xᵀ], (C, C): the Gram matrix per pixel (Gatys et al., 2015)."""
        return self.second / self.count

    @functools.cached_property
    def std(self) -> Tensor:
        """Standard deviation of every channel, (C,)."""
        variance = self.second.diagonal() / self.count - self.mean**2
        return variance.clamp(min=FLAT).sqrt()


@dataclass(frozen=True)
class SeveralMoments:
    """Moments side by side: sums of several are those of each."""

    each: Sequence[Moments]

    def __add__(self, other: SeveralMoments) -> SeveralMoments:
        return SeveralMoments([a + b for a, b in zip(self.each, other.each, strict=True)])

    @functools.cached_property
    def counts(self) -> Tensor:
        """How much is seen of each, (n,)."""
        return torch.stack([moments.count for moments in self.each])

    @property
    def counted(self) -> list[Moments]:
        """Each, where nothing is seen with a count of 1 instead of 0, by which its mean could not
        be taken."""
        some = torch.where(self.counts > 0, self.counts, 1).unbind()
        return [
            dataclasses.replace(moments, count=count)
            for moments, count in zip(self.each, some, strict=True)
        ]


LayerMoments = Mapping[str, Moments]


@dataclass(frozen=True)
class Mean:
    """The mean of what was added, scalars or vectors. count: how much of it there is."""

    total: Tensor
    count: Tensor | int = 1

    def __add__(self, other: Mean) -> Mean:
        return Mean(self.total + other.total, self.count + other.count)

    @property
    def value(self) -> Tensor:
        """The mean, shaped like what was added."""
        return self.total / self.count


def moments(features: Tensor, weight: Tensor | None = None) -> Moments:
    """Moments of features (B, C, h, w).

    ``weight`` (B, 1, h, w) in 0..1 says how much each place counts.
    """
    flat = features.movedim(1, -1).reshape(-1, features.shape[1])
    if weight is None:
        count = flat.new_full((), len(flat), dtype=_exact(flat))
        return Moments(count, *_Sums.apply(flat, None))
    w = weight.reshape(-1, 1)
    return Moments(w.sum(), *_Sums.apply(flat, w))


def moments_of_planes(planes: Tensor, weight: Tensor | None = None) -> Moments:
    """The same of planes (C, N), for few channels: each in one piece of memory. weight: (N,)."""
    count = planes.new_full((), planes.shape[1]) if weight is None else weight.sum()
    return Moments(count, *_PlaneSums.apply(planes, weight))


def smoothed(features: Tensor, weight: Tensor | None = None) -> Tensor:
    """Features (B, C, h, w) of a residual network as their style is measured: a softmax over all
    channels and places of a picture, so that statistics are not those of the few activations that
    tower above the others (Wang, Li, Vasconcelos 2021). Times the number of all, so that their mean
    is 1 and pictures of every size compare; of places that do not count, by a ``weight`` as in
    :func:`moments`, it knows nothing."""
    share = features.new_ones(1, 1, 1, 1) if weight is None else weight
    features = features.to(_exact(features))
    seen, of_each = features.detach(), (1, 2, 3)
    highest = torch.where(share > 0, seen, seen.amin()).amax(of_each, keepdim=True)
    odds = (features - highest).clamp(max=0).exp()  # above 0 where nothing counts
    counted = share.mean(of_each, keepdim=True).clamp(min=1e-12)
    total = (share * odds).mean(of_each, keepdim=True) / counted
    return odds / total.clamp(min=1e-12)


class _Sums(torch.autograd.Function):
    """x (N, C), w (N, 1) or None for ones → Σ w·x (C,) and Σ w·x xᵀ (C, C), at least in
    float32. The gradient with respect to x is w·(g₁ + 2 x G): one product, where autograd's own
    rule for XᵀX would take two. It is in the precision of x, as all behind it. See Moments."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor | None) -> tuple[Tensor, Tensor]:
        weighted = x if w is None else x * w.to(x)
        ctx.save_for_backward(weighted, w)
        return weighted.sum(0, dtype=_exact(x)), _products(weighted, x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        weighted, w = ctx.saved_tensors
        first, second = (gradient.to(weighted) for gradient in gradients)
        plain = first if w is None else w.to(first) * first
        return torch.addmm(plain, weighted, second, alpha=2), None


class _PlaneSums(torch.autograd.Function):
    """The same of planes (C, N), w (N,)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor | None) -> tuple[Tensor, Tensor]:
        weighted = x if w is None else x * w
        ctx.save_for_backward(weighted, w)
        return weighted.sum(1), weighted @ x.T

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        weighted, w = ctx.saved_tensors
        first, second = gradients
        plain = first[:, None] if w is None else first[:, None] * w
        return torch.addmm(plain, second, weighted, alpha=2), None


def _products(a: Tensor, b: Tensor) -> Tensor:
    """aᵀb of (N, C) each, (C, C). Block by block: where there are many more rows than
    columns two cores share the work, and what is rounded to bfloat16 in between is a block's
    part: that of a sum of many averages out."""
    exact, whole = _exact(a), len(a) // _BLOCK * _BLOCK
    total = (a[whole:].T @ b[whole:]).to(exact)
    if whole:
        rows, columns = (x[:whole].reshape(-1, _BLOCK, x.shape[1]) for x in (a, b))
        total = total + (rows.mT @ columns).sum(0, dtype=exact)
    return total


def _exact(x: Tensor) -> torch.dtype:
    """float32, unless x is more exact."""
    return torch.promote_types(x.dtype, torch.float32)


def blended(parts: Sequence[tuple[LayerMoments, float]]) -> LayerMoments:
    """A blend: every part counts with its share, however many pixels it had."""
    shares = [{k: m.scaled(share / m.count) for k, m in part.items()} for part, share in parts]
    return functools.reduce(lambda a, b: {k: a[k] + b[k] for k in a}, shares)
