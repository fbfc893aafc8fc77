"""Small pictures of channels: what each of them responds to most, dreamt as a seamless pattern.

Many are dreamt at once, each a chart of one canvas. All start from the same noise and are seen
through the same windows, so that a channel's picture is the same whichever others are beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from service.perception.network import Network
    from service.surfaces.operators import SparseOperator

SIZE = 96  # pixels of a picture's side
BATCH = 8  # channels that are dreamt at once
STEPS = 48
RATE = 0.1  # Adam's step, in logits; of what a group folds less, as its copies add up
FINEST = 0.25  # of it for the finest level, twice that for the next: details are no noise then
SMOOTHNESS = 24.0  # against the logarithm of a response
NOISE = 0.15  # standard deviation on every level of the canvas at the start
DEPTH = 5  # levels of the canvas
WINDOWS = 12  # of the pattern, that the network looks through in turn
MARGIN = 1.25  # sides of a window, relative to the picture's: its rim is blurred by the padding
TURN, ZOOM = 0.12, 0.08  # standard deviations of a window's turn in radians and its log zoom


def channel_picture(
    network: Network, layer: str, channel: int, size: int = SIZE, seed: int = 0, group: str = "p1"
) -> NDArray[np.uint8]:
    """What a channel responds to most: (size, size, 3) uint8 sRGB, one period across of a pattern
    with the symmetry of a wallpaper group. See :func:`channel_pictures`."""
    return next(channel_pictures(network, layer, (channel,), size, seed, group))


def channel_pictures(
    network: Network,
    layer: str,
    channels: Sequence[int],
    size: int = SIZE,
    seed: int = 0,
    group: str = "p1",
) -> Iterator[NDArray[np.uint8]]:
    """What channels of a layer respond to most, one picture after the other; see
    :func:`channel_picture`. Imports torch. Raises InputError: "unknown-layer", "unknown-channel",
    "unknown-group", "wrong-space".
    """
    import torch

    check_channels(network, layer, channels)
    pattern = _Pattern.of(group, size, seed, next(network.parameters()).device)
    for start in range(0, len(channels), BATCH):
        logits = _dreamt(network, layer, channels[start : start + BATCH], pattern, seed)
        with torch.no_grad():
            pictures = pattern.seen(logits, pattern.plain)
        yield from (pictures.movedim(1, -1) * 255).round().to(torch.uint8).cpu().numpy()


def check_channels(network: Network, layer: str, channels: Sequence[int]) -> int:
    """How many channels a layer has. Raises InputError: "unknown-layer"; "unknown-channel" if one
    of ``channels`` is none of them."""
    from service.perception.usual import usual
    from service.tables.dreams import check_channel, find_layer

    find_layer(layer, network.info, "layer")
    count = len(usual(network, (layer,))[layer].mean)
    for channel in channels:
        check_channel(layer, channel, count, "channel")
    return count


@dataclass(frozen=True, eq=False)
class _Pattern:
    """A wallpaper pattern that many paints share. order: how many elements fold it; shape: (rows,
    columns) of a chart; windows: as the network sees it, square; plain: one period across."""

    order: int
    shape: tuple[int, int]
    average: SparseOperator
    unfold: SparseOperator
    windows: Sequence[SparseOperator]
    plain: SparseOperator

    @classmethod
    def of(cls, group: str, size: int, seed: int, device: torch.device) -> _Pattern:
        """The pattern of a group, ``size`` pixels wide."""
        from geometry.plane.kaleidoscope import window_map
        from service.recipe.recipe import Recipe
        from service.spaces.plane import PlaneScene
        from service.surfaces.operators import SparseOperator

        scene = PlaneScene.of(Recipe(target="tile", group=group))
        design = scene.design(size)
        average, unfold = design.kaleidoscope
        random = np.random.default_rng(seed)
        side = round(MARGIN * size)
        windows = [
            window_map(
                design.chart,
                design.shape,
                (side, side),
                corner=tuple(random.uniform(0, design.shape)),
                turn=random.normal() * TURN,
                zoom=math.exp(random.normal() * ZOOM),
            )
            for _ in range(WINDOWS)
        ]
        plain = window_map(design.chart, design.shape, (size, size))
        return cls(
            scene.group.order or 1,
            design.chart_shape[1:],
            SparseOperator(average, device),
            SparseOperator(unfold, device),
            [SparseOperator(x, device) for x in windows],
            SparseOperator(plain, device),
        )

    def seen(self, logits: Tensor, window: SparseOperator) -> Tensor:
        """Paint (charts · texels, 3) through a window: (charts, 3, side, side) in 0..1."""
        texels = self.shape[0] * self.shape[1]
        paint = logits.reshape(-1, texels, 3).movedim(0, 1).flatten(1)
        seen = window(self.unfold(self.average(paint)).sigmoid())
        side = math.isqrt(len(seen))
        return seen.reshape(side, side, -1, 3).permute(2, 3, 0, 1)


def _dreamt(
    network: Network, layer: str, channels: Sequence[int], pattern: _Pattern, seed: int
) -> Tensor:
    """Paint (charts · texels, 3), a chart for each of some channels."""
    import torch

    from service.painting.canvas import Canvas
    from service.perception.redirected import unblocked
    from service.perception.usual import usual
    from service.terms.smoothness import steps

    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    noise = Canvas.noise((1, *pattern.shape), DEPTH, True, NOISE, generator)
    levels = [x.detach().repeat(len(channels), 1, 1, 1).to(device) for x in noise.levels]
    canvas = Canvas(levels, wrap=True)
    rates = [RATE / pattern.order**0.5 * min(1.0, FINEST * 2**k) for k in range(DEPTH)]
    adam = torch.optim.Adam(
        [{"params": [x], "lr": rate} for x, rate in zip(canvas.levels, rates, strict=True)]
    )
    own = torch.arange(len(channels), device=device)
    numbers = torch.tensor(channels, device=device)
    strength = usual(network, (layer,))[layer].strength[numbers]
    order = np.random.default_rng(seed).integers(len(pattern.windows), size=STEPS)
    for window in order:
        view = pattern.seen(canvas.logits(), pattern.windows[window])
        view = view.contiguous(memory_format=torch.channels_last)
        with unblocked(network):
            ((_, x),) = network.layers(view, (layer,))
        response = x[own, numbers].mean((1, 2)) / strength
        loss = SMOOTHNESS * steps(view, None).sum() - response.log1p().sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return canvas.logits().detach()
