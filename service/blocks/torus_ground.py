"""Large tiles and friezes: windows are boxes on one torus, and what they show is folded box by
box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from service.blocks.boxes import Box, Level, around
from service.blocks.ground import Paint, tapered
from service.blocks.places import Receive
from service.blocks.torus_folding import Folding
from service.blocks.torus_picture import developed
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.torus import TorusDesign, TorusScene


class TorusGround:
    """See Ground. axes: see Canvas."""

    def __init__(self, scene: TorusScene, width: int, axes: Tensor) -> None:
        self.design = scene.design(width)
        self._folding = Folding(self.design.chart, scene.frame, axes)
        self.turns = self.design.windows.a_step
        self._start = np.zeros(2)

    def prepare(self, seed: int) -> None:
        """See Ground."""
        self._start = np.random.default_rng(seed).random(2)

    def paces(self, usual: list[float]) -> list[float]:
        """See Ground."""
        return usual

    def pane(self, turn: int) -> TorusPane:
        """See Ground."""
        windows = self.design.windows
        ((top, left),) = windows.corners(self._start, np.array([turn])).tolist()
        return TorusPane(self.design, self._folding, Box(top, left, *windows.view))

    def shown(self, levels: Sequence[Level]) -> list[list[Level]]:
        """See Ground."""
        return [list(levels)]

    def picture(self, paint: Paint, dtype: DTypeLike) -> Picture:
        """See Ground."""
        return developed(self.design, self._folding, paint[0], dtype)

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Ground: a torus has no UV seams."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class TorusPane:
    """See Pane. box: of the design's torus."""

    design: TorusDesign
    folding: Folding
    box: Box

    def read(self, paint: Paint) -> Tensor:
        """See Pane."""
        return self.folding.read(paint[0], self.box)

    def look(self, logits: Tensor) -> Look:
        """See Pane."""
        design = self.design
        view = torch.sigmoid(logits).reshape(1, 3, self.box.height, self.box.width)
        view = view.flip(-1) if design.mirrored else view
        along = None
        if (of_columns := design.along) is not None:
            columns = around(self.box, design.windows.torus)[1]
            row = torch.tensor(of_columns, dtype=torch.float32)[columns]
            along = row.expand(1, 1, self.box.height, -1)
        return Look(view, None, periodic=self._whole, along=along)

    def spread(self, paint: Paint, gradient: Tensor, receive: Receive) -> None:
        """See Pane."""
        size = self.box[2:]
        reach = torch.ones(size) if self._whole else tapered(size)

        def of_chart(level: int, box: Box, x: Tensor) -> None:
            receive(0, level, box, x)

        self.folding.spread(paint[0], self.box, gradient, reach.flatten(), of_chart)

    @property
    def _whole(self) -> bool:
        return self.design.windows.show_all
