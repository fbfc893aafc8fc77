"""Large textures of meshes: windows are parts of what cameras see, and what they show lies anywhere
on the textures."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.typing import DTypeLike
from torch import Tensor

from geometry.texture.margins import Filling, filling
from service.blocks.boxes import Box, Clamped, Faded, Level
from service.blocks.ground import Paint
from service.blocks.mesh_paint import MeshPaint
from service.blocks.mesh_picture import textures
from service.blocks.mesh_windows import (
    MeshWindow,
    MeshWindows,
    Spot,
    spots_on,
)
from service.blocks.places import Receive
from service.memory import give_back
from service.perception.looks import Look
from service.spaces import SPACES
from service.spaces.frame import Picture
from service.spaces.mesh import MeshScene
from service.spaces.mesh_design import MARGIN_TEXELS
from service.spaces.resolution import COARSER_PACE, windows_a_step
from service.surfaces.grids import shares_of

# Texels that the kept windows show, which take some 50 bytes each. They are taken in turn, so the
# first ones stay: of the last ones none would be there when its turn comes again.
_KEPT = 1 << 23
_FADES = 1024  # texels across the textures on which is worked out where paint must be coarser


class MeshGround:
    """See Ground. axes: see Canvas; depth: levels of a chart; views: cameras, at most; subsamples:
    along each side of a pixel."""

    def __init__(
        self,
        scene: MeshScene,
        width: int,
        axes: Tensor,
        depth: int,
        views: int,
        subsamples: int,
    ) -> None:
        self.design = scene.design(width)
        self._scene, self._width, self._axes, self._depth = scene, width, axes, depth
        self._views, self._subsamples = views, subsamples
        self.turns = 0
        self._spots: list[Spot] = []
        self._windows: MeshWindows
        self._kept: dict[int, MeshWindow] = {}
        self._last: MeshWindow | None = None

    def prepare(self, seed: int) -> None:
        """See Ground. Windows are the same for every seed, as views are."""
        self._spots, needed = spots_on(self.design, self._views)
        patience = SPACES["mesh"].patience(self._scene.group.order)
        self.turns = windows_a_step(needed, patience)
        self._windows = MeshWindows(self.design, self._paint, self._subsamples, needed)
        self._kept.clear()

    @functools.cached_property
    def _filling(self) -> Filling | None:
        if self.design.by_direction:
            return None
        return filling(self._scene.body.mesh, self.design.coarse_shape, MARGIN_TEXELS)

    @functools.cached_property
    def _paint(self) -> MeshPaint:
        return MeshPaint(self.design, self._filling)

    @functools.cached_property
    def _shares(self) -> list[list[Tensor]]:
        """Of each chart's levels, where paint counts, see Canvas; empty if it does everywhere."""
        octaves = self._scene.design(min(_FADES, self._width)).detail()
        if octaves is None:
            return []
        coarser = torch.from_numpy(octaves)[:, None].float()
        rows, columns = coarser.shape[2:]
        sizes = [(max(1, rows >> k), max(1, columns >> k)) for k in range(self._depth)]
        shares = shares_of(coarser, sizes)
        return [[share[chart, 0] for share in shares] for chart in range(len(coarser))]

    def paces(self, usual: list[float]) -> list[float]:
        """See Ground. Where only windows are seen, broad forms would go on to black and to white,
        see FoldedDesign."""
        return [pace * COARSER_PACE**k for k, pace in enumerate(usual)]

    def pane(self, turn: int) -> MeshPane:
        """See Ground."""
        number = turn % len(self._spots)
        kept = self._kept.get(number)
        self._last = window = kept or self._windows.make(self._spots[number])
        texels = sum(len(other.places.texels) for other in self._kept.values())
        if kept is None and texels + len(window.places.texels) <= _KEPT:
            self._kept[number] = window
        return MeshPane(window, self._axes)

    def shown(self, levels: Sequence[Level]) -> list[list[Level]]:
        """See Ground."""
        depth = self._depth
        charts = [levels[k : k + depth] for k in range(0, len(levels), depth)]
        if not self.design.wrap:
            return [[Clamped(level) for level in chart] for chart in charts]
        if not self._shares:
            return [list(chart) for chart in charts]
        return [
            [Faded(level, share) for level, share in zip(chart, shares, strict=True)]
            for chart, shares in zip(charts, self._shares, strict=True)
        ]

    def picture(self, paint: Paint, dtype: DTypeLike) -> Picture:
        """See Ground. Windows are forgotten: their room is needed."""
        self._kept.clear()
        self._last = None
        give_back()
        return textures(self.design, self._filling, paint, self._axes, dtype)

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Ground."""
        window = self._last
        if window is None or window.seams is None:
            return logits.new_zeros(())
        colours = torch.sigmoid(window.to_pyramid(_begun(window, logits)))
        variance = colours.detach().var(dim=0).sum().clamp(min=1e-4)
        return window.seams(colours).square().sum() / variance


@dataclass(frozen=True, eq=False)
class MeshPane:
    """See Pane. axes: see Canvas."""

    window: MeshWindow
    axes: Tensor

    def read(self, paint: Paint) -> Tensor:
        """See Pane."""
        pieces = [chart.read for chart in paint]
        return self.window.places.read(pieces) @ self.axes.T

    def look(self, logits: Tensor) -> Look:
        """See Pane."""
        window = self.window
        return window.view.look(window.to_pyramid(_begun(window, logits)))

    def spread(self, paint: Paint, gradient: Tensor, receive: Receive) -> None:
        """See Pane."""

        def at_borders(chart: int, level: int, box: Box, x: Tensor) -> None:
            edge = paint[chart].levels[level]
            if isinstance(edge, Clamped):
                box, x = edge.gathered(box, x)
            elif isinstance(edge, Faded):
                x[:3] *= edge.share_in(box)
            receive(chart, level, box, x)

        back = gradient @ self.axes
        self.window.places.spread(paint, back, self.window.reach, at_borders)


def _begun(window: MeshWindow, logits: Tensor) -> Tensor:
    """Paint on what it starts from."""
    return logits if window.start is None else logits + window.start
