"""Large tiles and friezes: windows are boxes on one torus, and what they show is folded box by
box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from service.blocks.boxes import Box, Level, around
from service.blocks.folding import Folding, tapered
from service.blocks.ground import Paint
from service.blocks.picture import developed
from service.blocks.places import Found
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.torus import TorusScene


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
        return TorusPane(self, Box(top, left, *windows.view))

    def shown(self, levels: Sequence[Level]) -> list[list[Level]]:
        """See Ground."""
        return [list(levels)]

    def picture(self, paint: Paint, dtype: DTypeLike) -> Picture:
        """See Ground."""
        return developed(self.design, self._folding, paint[0], dtype)

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Ground: a torus has no UV seams."""
        raise NotImplementedError


class TorusPane:
    """See Pane."""

    def __init__(self, ground: TorusGround, box: Box) -> None:
        self._ground, self._box = ground, box

    def read(self, paint: Paint) -> Tensor:
        """See Pane."""
        return self._ground._folding.read(paint[0], self._box)

    def look(self, logits: Tensor) -> Look:
        """See Pane."""
        design = self._ground.design
        view = torch.sigmoid(logits).reshape(1, 3, self._box.height, self._box.width)
        view = view.flip(-1) if design.mirrored else view
        along = None
        if (of_columns := design.along) is not None:
            columns = around(self._box, design.windows.torus)[1]
            row = torch.tensor(of_columns, dtype=torch.float32)[columns]
            along = row.expand(1, 1, self._box.height, -1)
        return Look(view, None, periodic=self._whole, along=along)

    def spread(self, paint: Paint, gradient: Tensor, found: Found) -> None:
        """See Pane."""
        size = self._box[2:]
        reach = torch.ones(size) if self._whole else tapered(size)

        def told(level: int, box: Box, x: Tensor) -> None:
            found(0, level, box, x)

        self._ground._folding.spread(paint[0], self._box, gradient, reach.flatten(), told)

    @property
    def _whole(self) -> bool:
        return self._ground.design.windows.show_all
