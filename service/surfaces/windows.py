"""What is seen through windows on a torus of pixels, which may go on behind its borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.spaces.resolution import Windows

# Where windows are prepared to lie in a stage: where few come again and again, their borders show
# as steps of contrast.
_PLACES = 128
_ROUNDS = 8  # of as many as show all of the torus, at least


class WindowsOn:
    """The windows of a stage, and what they show. views: how many the recipe asks for."""

    def __init__(self, windows: Windows, views: int) -> None:
        self._windows = windows
        self.count = views
        if not windows.show_all:
            self.count = max(views, _PLACES, _ROUNDS * windows.needed)
        self._corners: NDArray[np.int64]

    def prepare(self, seed: int) -> None:
        """Place them."""
        random = np.random.default_rng(seed)
        if self._windows.show_all:
            self._corners = random.integers(0, self._windows.torus, (self.count, 2))
        else:
            self._corners = self._windows.corners(random.random(2), np.arange(self.count))

    def seen(self, image: Tensor, which: Sequence[int]) -> Tensor:
        """The windows ``which`` of something on the torus (1, C, H, W): (B, C, h, w), channels last
        in memory."""
        corners, windows = self._corners[list(which)].tolist(), self._windows
        seen: Tensor = _Seen.apply(image, corners, windows.view, windows.shift)
        return seen


class _Seen(torch.autograd.Function):
    """Reads and writes no more than windows show: a roll of the torus, and the gradient of a part
    of it, would be as large as all of it for every window."""

    @staticmethod
    def forward(
        ctx: Any, image: Tensor, corners: list[list[int]], size: tuple[int, int], shift: int
    ) -> Tensor:
        ctx.corners, ctx.shape, ctx.shift = corners, image.shape, shift
        seen = torch.empty(
            (len(corners), image.shape[1], *size),
            dtype=image.dtype,
            device=image.device,
            memory_format=torch.channels_last,
        )
        for view, corner in zip(seen, corners, strict=True):
            for there, here in _parts(corner, size, image.shape[2:], shift):
                view[here] = image[0][there]
        return seen

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        _, channels, height, width = ctx.shape
        total = gradient.new_zeros(1, height, width, channels).permute(0, 3, 1, 2)
        for view, corner in zip(gradient, ctx.corners, strict=True):
            for there, here in _parts(corner, gradient.shape[2:], (height, width), ctx.shift):
                total[0][there] += view[here]
        return total, None, None, None


Part = tuple[slice, slice, slice]


def _parts(
    corner: Sequence[int], size: Sequence[int], torus: Sequence[int], shift: int
) -> Iterator[tuple[Part, Part]]:
    """The parts of a window that the borders of a torus cut it into: where on the torus each is,
    and where in the window. shift: see :class:`Windows`."""
    for course, (below, down) in enumerate(_stretches(corner[0], size[0], torus[0])):
        start = (corner[1] - course * shift) % torus[1]
        for beside, across in _stretches(start, size[1], torus[1]):
            yield (slice(None), below, beside), (slice(None), down, across)


def _stretches(start: int, count: int, around: int) -> Iterator[tuple[slice, slice]]:
    done = 0
    while done < count:
        length = min(count - done, around - start)
        yield slice(start, start + length), slice(done, done + length)
        start, done = 0, done + length
