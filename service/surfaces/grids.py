"""Texel grids, and paint brought from one to another.

Paint steps most where texels meet. If the grids of all levels of a canvas, at all stages, met at
the same places, each would deepen the same straight cut: at a tile's border, where all grids begin,
and wherever texels of different sizes meet again. So every grid is moved by a part of a texel of
its own, its phase. Only the finest grid at full size stays where the picture's pixels are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from geometry.maps.sampling import SamplingMap
from geometry.maps.taps import cubic_taps
from service.surfaces.operators import SparseOperator

Phase = tuple[float, float]  # down, across; in texels of the grid, −½ to ½
ALIGNED: Phase = (0.0, 0.0)
_SPARSE = 768  # texels along a side up to which interpolation is a sparse product on the CPU, too
_BLOCK = 96  # texels along a side that are interpolated together, where few are read
_STRIP = 48  # texels that are interpolated together, of more: of 128 it takes a fifth longer


def random_phases(depth: int, seed: int, aligned: bool) -> tuple[Phase, ...]:
    """Of the grids of a canvas, finest first; ``aligned``: the finest stays where it is."""
    random = np.random.default_rng(seed)
    moved = [(float(down), float(across)) for down, across in random.uniform(-0.5, 0.5, (depth, 2))]
    return tuple([ALIGNED, *moved[1:]] if aligned else moved)


def resize(
    x: Tensor, size: Sequence[int], wrap: bool, source: Phase = ALIGNED, target: Phase = ALIGNED
) -> Tensor:
    """(B, C, H, W) to ``size`` (h, w) by Catmull-Rom interpolation: texel i of n along a side is
    at (i + ½ + phase) / n of it, with the phases of the ``source`` and the ``target``.

    A torus (``wrap``) continues periodically, other charts by their border texels. Two sparse
    products: a third of the time of dense ones, which are four times as fast as grid_sample. On the
    CPU large grids are read in strips, by small dense products: half of that in turn.
    """
    if tuple(x.shape[-2:]) == tuple(size):
        return _shifted(x, (target[0] - source[0], target[1] - source[1]), wrap)
    in_strips = x.device.type == "cpu" and max(size) > _SPARSE
    for axis in (-1, -2):
        line = (x.shape[axis], size[axis], wrap, source[axis], target[axis])
        x = _read_in_strips(axis, line, x) if in_strips else _read_along(axis, line, x)
    return x.contiguous()


def shrink(x: Tensor, size: Sequence[int], wrap: bool, target: Phase = ALIGNED) -> Tensor:
    """(B, C, H, W) to a coarser ``size`` (h, w), whose grid has the phase ``target``: each texel is
    the mean of what it covers."""
    down = _covered(x.shape[-2], size[0], wrap, target[0]).to(x.device)
    across = _covered(x.shape[-1], size[1], wrap, target[1]).to(x.device)
    return (down @ (x.double() @ across.T)).to(x.dtype)  # the mean of ones is one, to the bit


def fitted(x: Tensor, size: Sequence[int], wrap: bool, target: Phase = ALIGNED) -> Tensor:
    """(B, C, H, W) of an aligned grid brought to ``size`` (h, w) with the phase ``target``: by
    means where that is coarser, else by interpolation."""
    smaller = size[0] <= x.shape[-2] and size[1] <= x.shape[-1]
    if smaller and tuple(x.shape[-2:]) != tuple(size):
        return shrink(x, size, wrap, target)
    return resize(x, size, wrap, ALIGNED, target)


def _shifted(x: Tensor, by: Phase, wrap: bool) -> Tensor:
    """Read ``by`` texels further on. The taps are the same everywhere: a sum of four views."""
    mode = "circular" if wrap else "replicate"
    for axis, amount in enumerate(by):
        if amount == 0:
            continue
        taps, weights = cubic_taps(np.array([amount]))
        before, after = max(0, -int(taps.min())), max(0, int(taps.max()))
        length = x.shape[axis + 2]
        padding = (0, 0, before, after) if axis == 0 else (before, after, 0, 0)
        padded = F.pad(x, padding, mode=mode)
        x = torch.zeros_like(x)
        for tap, weight in zip(taps[0], weights[0], strict=True):
            view = padded.narrow(axis + 2, before + int(tap), length)
            x = x.add(view, alpha=float(weight))
    return x


def enlarge_where_read(
    rows: Tensor,
    canvas: tuple[int, int, int],
    size: Sequence[int],
    source: Phase,
    read: Sequence[Tensor],
) -> Tensor:
    """Paint (charts · h · w, 3) of a ``canvas`` on the CPU, whose grid has the phase ``source``,
    brought to ``size`` (H, W) as :func:`resize` does, where no chart is a torus: (charts · H · W,
    3), of which the texels ``read`` (n,) are there. Others are undefined, and take no memory."""
    blocks = _blocks_with(read, (canvas[0], size[0], size[1]))
    axes = [(n, m, phase) for n, m, phase in zip(canvas[1:], size, source, strict=True)]
    found: Tensor = _InBlocks.apply(rows, canvas[0], axes, blocks)
    return found


_Axis = tuple[int, int, float]  # source, size, phase of the source
_Block = tuple[int, int, int]  # chart, down, across


def _blocks_with(read: Sequence[Tensor], shape: tuple[int, int, int]) -> list[_Block]:
    """The blocks of charts in which some texels lie."""
    charts, height, width = shape
    found = np.zeros((charts, math.ceil(height / _BLOCK), math.ceil(width / _BLOCK)), bool)
    for texels in read:
        line, column = np.divmod(texels.numpy().astype(np.int32), np.int32(width))
        chart, row = np.divmod(line, np.int32(height))
        found[chart, row // _BLOCK, column // _BLOCK] = True
    return [(int(chart), int(down), int(across)) for chart, down, across in np.argwhere(found)]


class _InBlocks(torch.autograd.Function):
    """Interpolation along both axes, a block of texels after the other."""

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, charts: int, axes: list[_Axis], blocks: list[_Block]
    ) -> Tensor:
        ctx.charts, ctx.axes, ctx.blocks = charts, axes, blocks
        (height, tall, _), (width, wide, _) = axes
        paint = rows.reshape(charts, height, width, 3)
        out = rows.new_empty(charts, tall, wide, 3)
        for here, there, down, across in _each_block(axes, blocks):
            part = paint[there].permute(2, 0, 1) @ across.T
            out[here] = (down @ part).permute(1, 2, 0)
        return out.reshape(-1, 3)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (height, tall, _), (width, wide, _) = ctx.axes
        gradient = gradients[0].reshape(ctx.charts, tall, wide, 3)
        out = gradient.new_zeros(ctx.charts, height, width, 3)
        for here, there, down, across in _each_block(ctx.axes, ctx.blocks):
            part = gradient[here].permute(2, 0, 1) @ across
            out[there] += (down.T @ part).permute(1, 2, 0)
        return out.reshape(-1, 3), None, None, None


_Place = tuple[int, slice, slice]


def _each_block(
    axes: list[_Axis], blocks: list[_Block]
) -> Iterator[tuple[_Place, _Place, Tensor, Tensor]]:
    """Where each block is on the enlarged charts, what it reads on those of the canvas, and the
    matrices that interpolate it, down and across."""
    rows, columns = (_in_blocks(*axis) for axis in axes)
    for chart, i, j in blocks:
        (down, above, by_rows), (across, beside, by_columns) = rows[i], columns[j]
        yield (chart, down, across), (chart, above, beside), by_rows, by_columns


@functools.lru_cache(maxsize=4)
def _in_blocks(source: int, size: int, phase: float) -> list[tuple[slice, slice, Tensor]]:
    """Along one axis: of each block its places, what it reads, and the matrix between them."""
    found = []
    for first in range(0, size, _BLOCK):
        places = np.arange(first, min(first + _BLOCK, size))
        taps, weights = cubic_taps((places + 0.5) * source / size - 0.5 - phase)
        taps = taps.clip(0, source - 1)
        low, high = int(taps.min()), int(taps.max()) + 1
        matrix = np.zeros((len(places), high - low), np.float32)
        np.add.at(matrix, (np.arange(len(places))[:, None], taps - low), weights)
        within = slice(first, first + len(places))
        found.append((within, slice(low, high), torch.from_numpy(matrix)))
    return found


_Line = tuple[int, int, bool, float, float]  # source, size, wrap, before, after: see _interpolation


def _read_along(axis: int, line: _Line, x: Tensor) -> Tensor:
    lines = x.movedim(axis, 0)
    read = _interpolation(*line, x.device)(lines.reshape(len(lines), -1))
    return read.reshape(-1, *lines.shape[1:]).movedim(0, axis)


def _read_in_strips(axis: int, line: _Line, x: Tensor) -> Tensor:
    found: Tensor = _InStrips.apply(x, axis, line)
    return found


class _InStrips(torch.autograd.Function):
    """Interpolation along one axis, -1 or -2, a strip of texels after the other."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, axis: int, line: _Line) -> Tensor:
        ctx.axis, ctx.line = axis, line
        shape = list(x.shape)
        shape[axis] = line[1]
        out = x.new_empty(shape)
        for first, read, matrix in _strips(line, x.dtype):
            part = x.index_select(axis, read)
            made = matrix @ part if axis == -2 else part @ matrix.T
            out.narrow(axis, first, len(matrix)).copy_(made)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,), axis = gradients, ctx.axis
        shape = list(gradient.shape)
        shape[axis] = ctx.line[0]
        out = gradient.new_zeros(shape)
        for first, read, matrix in _strips(ctx.line, gradient.dtype):
            part = gradient.narrow(axis, first, len(matrix))
            out.index_add_(axis, read, matrix.T @ part if axis == -2 else part @ matrix)
        return out, None, None


@functools.lru_cache(maxsize=32)
def _strips(line: _Line, dtype: torch.dtype) -> list[tuple[int, Tensor, Tensor]]:
    """Of each strip its first place, the texels that it reads, and the matrix (places, texels) that
    interpolates them."""
    source, size, wrap, before, after = line
    found = []
    for first in range(0, size, _STRIP):
        places = np.arange(first, min(first + _STRIP, size))
        taps, weights = cubic_taps((places + 0.5 + after) * source / size - 0.5 - before)
        low = int(taps.min())
        read = np.arange(low, int(taps.max()) + 1)
        matrix = np.zeros((len(places), len(read)), np.float32)
        np.add.at(matrix, (np.arange(len(places))[:, None], taps - low), weights)
        read = read % source if wrap else read.clip(0, source - 1)
        found.append((first, torch.from_numpy(read), torch.from_numpy(matrix).to(dtype)))
    return found


@functools.lru_cache(maxsize=128)
def _interpolation(
    source: int, size: int, wrap: bool, before: float, after: float, device: torch.device
) -> SparseOperator:
    """What interpolates a row of ``source`` texels at ``size`` places, of grids with the phases
    ``before`` and ``after``."""
    taps, weights = cubic_taps((np.arange(size) + 0.5 + after) * source / size - 0.5 - before)
    taps = taps % source if wrap else taps.clip(0, source - 1)
    ends = np.arange(0, taps.size + 1, taps.shape[1])
    return SparseOperator(
        SamplingMap(source, ends, taps.astype(np.int32).ravel(), weights.ravel()), device
    )


@functools.lru_cache(maxsize=16)
def _covered(source: int, size: int, wrap: bool, phase: float) -> Tensor:
    """The (size, source) matrix of means over ``size`` places."""
    ends = (np.arange(size + 1) + phase) * source / size
    first, last = ends[:-1, None], ends[1:, None]

    def overlap(texel: NDArray) -> NDArray:
        return (np.minimum(last, texel + 1) - np.maximum(first, texel)).clip(0)

    texel = np.arange(source)
    copies = (-source, 0, source) if wrap else (0,)
    share = np.sum([overlap(texel + moved) for moved in copies], axis=0)
    return torch.from_numpy(share / share.sum(axis=1, keepdims=True))


def shares_of(coarser: Tensor, sizes: Sequence[tuple[int, int]]) -> list[Tensor]:
    """How much levels of paint count, each (charts, 1, h, w) of one of ``sizes``, finest first,
    where paint must be so much ``coarser``, see Canvas: finer ones fade out, but for the last."""
    octaves = [F.adaptive_avg_pool2d(coarser, size) for size in sizes]
    shares = [(1 + k - x).clamp(0, 1) for k, x in enumerate(octaves)]
    shares[-1] = torch.ones_like(octaves[-1])  # something must be left to paint with
    return shares
