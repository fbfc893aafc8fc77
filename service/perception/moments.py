"""Additive statistics of features: count, sum and second-moment sum per layer; their distance.

Sums add over views, masks, tiles and styles, so one code path serves them all: exact pooling is
``a + b``, a blend of styles is a weighted sum (crowsonkb/style-transfer-pytorch stores its targets
this way for the same reason).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
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
        return variance.clamp(min=_FLAT).sqrt()


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
        deviation = variance.clamp(min=_FLAT).sqrt()
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
        of_variance = torch.where(variance > _FLAT, of_deviation / (2 * deviation), 0)
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
