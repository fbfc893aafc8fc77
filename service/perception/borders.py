"""The borders of what a network sees. Its convolutions and poolings pad pictures with zeros, which
no style has: left to themselves, they paint hairlines and squares wherever a view ends."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from service.perception.network import Network

Span = tuple[int, int]  # places before and behind a side

_PADDING = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
_PROBE = 256  # pixels a side of the picture that finds out how far padding reaches
_CONTINUED = 96  # pixels by which a picture goes on behind its borders
_MOST = 4  # a margin is at most this part of a side: something must be left to look at


def made_periodic(network: Network) -> Network:
    """A network of the same numbers whose pictures continue periodically at their borders."""
    numbers = {id(x): x for x in (*network.parameters(), *network.buffers())}
    periodic = copy.deepcopy(network, numbers)
    for module in periodic.modules():
        if isinstance(module, _PADDING):
            module.padding = 0
            if hasattr(module, "ceil_mode"):
                module.ceil_mode = False
            module.register_forward_pre_hook(_continue)
    return periodic


def _continue(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Pad an input by what the opposite side begins with, so that a side of n places becomes one of
    n over the stride."""
    (x,) = inputs
    down, across = _span(module, 0), _span(module, 1)
    return (continued_around(x, down, across) if any((*down, *across)) else x,)


def continued_around(x: Tensor, down: Span, across: Span) -> Tensor:
    """x (B, C, H, W) as one period of a pattern, with so many more rows and columns before and
    behind it, channels last."""
    larger: Tensor = _Continued.apply(x, down, across)
    return larger


class _Continued(torch.autograd.Function):
    """Every place is written once, and only those at borders are added to in the gradient: torch's
    own circular padding copies all of both several times, which took a quarter of a step."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, down: Span, across: Span) -> Tensor:
        ctx.spans = down, across
        (rows, columns), form = x.shape[-2:], torch.channels_last
        size = *x.shape[:2], rows + sum(down), columns + sum(across)
        larger = torch.empty(size, dtype=x.dtype, device=x.device, memory_format=form)
        for (r, to_r), (c, to_c) in _pieces(rows, columns, down, across):
            larger[..., to_r, to_c] = x[..., r, c]
        return larger

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (larger,), (down, across) = gradients, ctx.spans
        rows, columns = larger.shape[-2] - sum(down), larger.shape[-1] - sum(across)
        (inner_r, inner_c), *borders = _pieces(rows, columns, down, across)
        x = larger[..., inner_r[1], inner_c[1]].clone(memory_format=torch.channels_last)
        for (r, from_r), (c, from_c) in borders:
            x[..., r, c] += larger[..., from_r, from_c]
        return x, None, None


def _pieces(
    rows: int, columns: int, down: Span, across: Span
) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """What a picture and its continuation have in common, the whole picture first: rows of both,
    columns of both."""

    def along(side: int, span: Span) -> list[tuple[slice, slice]]:
        before, behind = span
        parts = [
            (slice(0, side), slice(before, before + side)),
            (slice(side - before, side), slice(0, before)),
            (slice(0, behind), slice(before + side, before + side + behind)),
        ]
        return parts[:1] + [part for part, n in zip(parts[1:], span, strict=True) if n]

    return itertools.product(along(rows, down), along(columns, across))


def _span(module: Any, axis: int) -> Span:
    """How many places a kernel lacks before and behind a side."""

    def of(value: Any) -> int:
        return int(value[axis] if isinstance(value, tuple) else value)

    dilation = of(getattr(module, "dilation", 1))
    lacking = max(0, dilation * (of(module.kernel_size) - 1) + 1 - of(module.stride))
    return lacking // 2, lacking - lacking // 2


@torch.no_grad()
def reach(network: Network) -> dict[str, int]:
    """{layer: places at its borders that see padding}: where an even picture's features, which are
    the same everywhere but for padding, differ from those in the middle."""
    like = next(network.parameters())
    exact = network if like.dtype == torch.float32 else copy.deepcopy(network).float()
    found = {}
    picture = torch.full((1, 3, _PROBE, _PROBE), 0.5, device=like.device)
    for name, features in exact.layers(picture, network.info.style):
        middle = features[..., features.shape[-2] // 2, features.shape[-1] // 2]
        apart = (features - middle[..., None, None]).abs().amax(dim=(0, 1))
        seen = (apart > 1e-3 * middle.abs().max().clamp(min=1e-12)).cpu()
        columns = seen[seen.shape[0] // 2].nonzero()[:, 0]
        side = seen.shape[1]
        found[name] = max((min(int(k) + 1, side - int(k)) for k in columns), default=0)
    return found


def continued(
    network: Network, picture: Tensor, wanted: Collection[str]
) -> Iterator[tuple[str, Tensor]]:
    """The ``wanted`` layers of a picture (1, 3, H, W), of all its places, as if it went on in its
    mirror images behind its borders."""
    height, width = picture.shape[-2:]
    down, across = (min(_CONTINUED, side - 1) for side in (height, width))
    larger = F.pad(picture, (across, across, down, down), mode="reflect")
    for name, x in network.layers(larger, wanted):
        stride = larger.shape[-1] / x.shape[-1]
        top, left = round(down / stride), round(across / stride)
        rows, columns = max(1, round(height / stride)), max(1, round(width / stride))
        yield name, x[..., top : top + rows, left : left + columns]


def inner(x: Tensor, margin: int) -> Tensor:
    """Features or weights (B, C, h, w) without a margin, of a quarter of a side at most."""
    down, across = (min(margin, side // _MOST) for side in x.shape[-2:])
    return x[..., down : x.shape[-2] - down, across : x.shape[-1] - across]
