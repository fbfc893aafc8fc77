"""The borders of what a network sees. Its convolutions and poolings pad pictures with zeros, which
no style has: left to themselves, they paint hairlines and squares wherever a view ends."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from service.perception.network import Network

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
    across, down = (_span(module, axis) for axis in (1, 0))
    if any((*across, *down)):
        x = F.pad(x, (*across, *down), mode="circular")
    return (x,)


def _span(module: Any, axis: int) -> tuple[int, int]:
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
    found = {}
    picture = torch.full((1, 3, _PROBE, _PROBE), 0.5, device=like.device)
    for name, features in network.layers(picture, network.info.style):
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
