"""The kaleidoscope of a box of texels: its copies are read from the canvas one after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from geometry.maps.taps import cubic_taps
from geometry.plane.chart import PlaneChart
from geometry.plane.motions import Copy, copies, slide
from geometry.symmetry.colour_frame import ColourFrame
from service.blocks.boxes import Box
from service.blocks.pyramid import Pyramid


class Folding:
    """F(p) = Σ w · c · K(g·p) over a chart's copies, of the texels of a box: what ``average`` and
    ``unfold`` of :func:`geometry.plane.kaleidoscope.kaleidoscope` make of them, up to rounding.
    It is linear in the paint, so nothing has to be kept for its gradient. axes: see Canvas."""

    def __init__(self, chart: PlaneChart, frame: ColourFrame, axes: Tensor) -> None:
        self._chart, self._copies = chart, copies(chart)
        self._actions = [
            torch.tensor(frame.action(copy.colour)[0], dtype=torch.float32) @ axes * copy.weight
            for copy in self._copies
        ]
        self._fixed = torch.tensor(self._mean(frame), dtype=torch.float32)[:, None]

    def _mean(self, frame: ColourFrame) -> np.ndarray:
        """What is added to every texel, see :meth:`SamplingMap.fixed`."""
        if frame.is_rgb:
            return np.zeros(3)
        mean, total = np.array(frame.mean), sum(copy.weight for copy in self._copies)
        moved = sum(c.weight * (frame.action(c.colour)[0] @ mean) for c in self._copies)
        return np.asarray(mean - moved / total)

    def read(self, paint: Pyramid, box: Box) -> Tensor:
        """Logits of red, green and blue of a box, (3, h · w)."""
        total = self._fixed.expand(3, box.height * box.width).clone()
        for copy, action in zip(self._copies, self._actions, strict=True):
            there, taps = self._image(copy, box)
            shown = paint.read(there).reshape(3, -1)
            for index, weight in taps:
                value = shown[:, index]
                total += action @ (value if weight is None else value * weight)
        return total

    def spread(
        self,
        paint: Pyramid,
        box: Box,
        gradient: Tensor,
        reach: Tensor,
        receive: Callable[[int, Box, Tensor], None],
    ) -> None:
        """The gradient with respect to the canvas, from that of what was read (3, h · w): see
        :meth:`Pyramid.spread`. reach: (h · w,)."""
        for copy, action in zip(self._copies, self._actions, strict=True):
            there, taps = self._image(copy, box)
            size = there.height, there.width
            moved = gradient.new_zeros(3, size[0] * size[1])
            far = reach.new_zeros(size[0] * size[1])
            back = action.T @ gradient
            for index, weight in taps:
                moved.index_add_(1, index, back if weight is None else back * weight)
                far.scatter_reduce_(0, index, reach, "amax")
            paint.spread(there, moved.reshape(3, *size), far.reshape(size), receive)

    def _image(self, copy: Copy, box: Box) -> tuple[Box, list[tuple[Tensor, Tensor | None]]]:
        """The box of the canvas that a copy of a box reads, and for each tap which of its texels
        and with what weights, (h · w,) each."""
        row, column = copy.motion(
            np.arange(box.top, box.top + box.height)[:, None],
            np.arange(box.left, box.left + box.width)[None],
        )
        row, column = (np.broadcast_to(x, (box.height, box.width)).ravel() for x in (row, column))
        if self._chart.skew == 0:
            taps: list[tuple[np.ndarray, Tensor | None]] = [(column, None)]
        else:
            numbers, weights = cubic_taps(column - slide(self._chart, row))
            taps = [
                (numbers[:, k], torch.from_numpy(weights[:, k].astype(np.float32)))
                for k in range(numbers.shape[1])
            ]
        left = min(int(number.min()) for number, _ in taps)
        right = max(int(number.max()) for number, _ in taps) + 1
        top, bottom = int(row.min()), int(row.max()) + 1
        there = Box(top, left, bottom - top, right - left)
        start = (row - top) * there.width - left
        return there, [(torch.from_numpy(start + number), weight) for number, weight in taps]
