"""Additive statistics of features: count, sum and second-moment sum per layer; their distance.

Sums add over views, masks, tiles and styles, so one code path serves them all: exact pooling is
``a + b``, a blend of styles is a weighted sum (crowsonkb/style-transfer-pytorch stores its targets
this way for the same reason).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from geometry.symmetry.colour import IDENTITY, ColourElement
from geometry.symmetry.colour_frame import CLAMP, RGB, ColourFrame

_FLAT = 1e-6  # of a variance, at least
_LEAST = 1e-4  # of a distance before its root is taken
_BLOCK = 512  # places whose products are added up at a time


@dataclass(frozen=True)
class Moments:
    """Of one layer with C channels: count: total weight of the pixels; first: (C,) Σ w·x;
    second: (C, C) Σ w·x xᵀ."""

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
        return variance.clamp(min=_FLAT).sqrt()


@dataclass(frozen=True)
class SeveralMoments:
    """Moments side by side: sums of several are those of each."""

    each: Sequence[Moments]

    def __add__(self, other: SeveralMoments) -> SeveralMoments:
        return SeveralMoments([a + b for a, b in zip(self.each, other.each, strict=True)])


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
    """Features (1, C, h, w) of a residual network as their style is measured: a softmax over all
    channels and places, so that statistics are not those of the few activations that tower above
    the others (Wang, Li, Vasconcelos 2021). Times the number of all, so that their mean is 1 and
    pictures of every size compare; of places that do not count, by a ``weight`` as in
    :func:`moments`, it knows nothing."""
    share = features.new_ones(1, 1, 1, 1) if weight is None else weight
    features = features.to(_exact(features))
    seen = features.detach()
    highest = torch.where(share > 0, seen, seen.amin()).amax()
    odds = (features - highest).clamp(max=0).exp()  # above 0 where nothing counts
    total = (share * odds).mean() / share.mean().clamp(min=1e-12)
    return odds / total.clamp(min=1e-12)


def moment_distance(a: Moments, target: Moments) -> Tensor:
    """How far two layers' moments are apart: relative, so that layers of all scales weigh alike.
    0 when equal, about 1 when unrelated:

        d(a, b) = ‖M_a − M_b‖² / ‖M_b‖²  +  ‖μ_a − μ_b‖² / ‖μ_b‖²  +  ‖σ_a − σ_b‖² / ‖σ_b‖²

    with M the second raw moment, μ the mean and σ the standard deviation (Gram, mean and std: Gatys
    et al. 2015; Risser et al. 2017 on why Gram matrices alone let contrast drift).
    """
    wanted = (target.raw, target.mean, target.std)
    found: Tensor = _Distance.apply(a.count, a.first, a.second, *wanted)
    return found


def root_distance(a: Moments, target: Moments) -> Tensor:
    """The square root of :func:`moment_distance`, with a slope that stays finite at 0: a layer that
    cannot arrive does not outweigh those that can."""
    return (moment_distance(a, target) + _LEAST).sqrt()


class _Sums(torch.autograd.Function):
    """x (N, C), w (N, 1) or None for ones → Σ w·x (C,) and Σ w·x xᵀ (C, C), at least in
    float32. The gradient with respect to x is w·(g₁ + x (G + Gᵀ)): one product, where autograd's
    own rule for XᵀX would take two. It is in the precision of x, as all behind it."""

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
        return torch.addmm(plain, weighted, second + second.T), None


class _Distance(torch.autograd.Function):
    """:func:`moment_distance` of count, Σ w·x and Σ w·x xᵀ from a target's second raw moment, mean
    and standard deviation. The second moments of deep layers are as large as their features: step
    by step, autograd goes over them a dozen times, here it is four."""

    @staticmethod
    def forward(
        ctx: Any, count: Tensor, first: Tensor, second: Tensor, raw: Tensor, mu: Tensor, std: Tensor
    ) -> Tensor:
        gap = torch.addcmul(second, raw, count, value=-1)  # count times what M is away
        mean = first / count
        variance = second.diagonal() / count - mean**2
        deviation = variance.clamp(min=_FLAT).sqrt()
        scales = [torch.dot(x.flatten(), x.flatten()).clamp(min=1e-12) for x in (raw, mu, std)]
        scales[0] = scales[0] * count**2
        apart = gap, mean - mu, deviation - std
        ctx.save_for_backward(count, mean, deviation, variance > _FLAT, *apart, *scales)
        parts = [
            torch.dot(x.flatten(), x.flatten()) / y for x, y in zip(apart, scales, strict=True)
        ]
        return parts[0] + parts[1] + parts[2]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        count, mean, deviation, varies, *rest = ctx.saved_tensors
        gap, of_mean, of_deviation = (
            2 * gradients[0] / scale * x for x, scale in zip(rest[:3], rest[3:], strict=True)
        )
        of_variance = torch.where(varies, of_deviation / (2 * deviation), 0)
        gap.diagonal().add_(of_variance / count)
        return None, (of_mean - 2 * mean * of_variance) / count, gap, None, None, None


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
        return torch.addmm(plain, second + second.T, weighted), None


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


def colour_images(
    picture: Tensor, elements: tuple[ColourElement, ...], frame: ColourFrame = RGB
) -> list[Tensor]:
    """Pictures (B, 3, H, W) in 0..1 under each colour element, acting in a frame."""
    middle = picture - 0.5 if frame.is_rgb else torch.logit(picture, eps=CLAMP)
    out = []
    for element in elements:
        action = [torch.tensor(part, dtype=picture.dtype) for part in frame.action(element)]
        moved, shift = (part.to(picture.device) for part in action)
        image = torch.einsum("ij,bjhw->bihw", moved, middle)
        if frame.is_rgb:
            out.append(image + 0.5)
        elif element == IDENTITY:
            out.append(picture)
        else:
            out.append(torch.sigmoid(image + shift[:, None, None]))
    return out
