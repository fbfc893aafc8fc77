"""What texels of a mesh's textures show of the paint on its charts, worked out for some at a time:
all of a large texture's maps at once would take tens of gigabytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.maps.sampling import SamplingMap, composed
from geometry.mesh.fold import MeshFold
from geometry.mesh.surface import TexelSearch
from geometry.texture.margins import Filling
from service.spaces.folded import spread
from service.spaces.mesh_design import MARGIN_TEXELS, MeshDesign
from service.spaces.resolution import OVERSAMPLING


class MeshPaint:
    """:attr:`MeshDesign.paint` for some of the coarse textures' texels. filling: of these; none
    where the group moves directions."""

    def __init__(self, design: MeshDesign, filling: Filling | None) -> None:
        self._filling, self._fold, self._directed = filling, None, None
        if design.by_direction:
            self._directed = _Directed(design, design.coarse_shape)
        elif design.scene.group.order != 1:
            self._fold = design.fold_of(design.coarse_shape)

    def at(self, texels: NDArray[np.int64]) -> SamplingMap:
        """Chart texels → the logits of texels (n,)."""
        if self._directed is not None:
            return self._directed.at(texels)
        assert self._filling is not None
        if self._fold is None:
            return self._filling.rows(texels)
        taken, outer = self._fold.at(texels).narrowed()
        inner = self._filling.rows(taken)
        read, few = inner.narrowed()
        found = composed(outer, few)
        return replace(found, columns=inner.columns, indices=read[found.indices].astype(np.int32))


class FullPaint:
    """:meth:`MeshDesign.full_fold` for some of the textures' texels. shape: (charts, rows, columns)
    of what is read: charts, or finer textures."""

    def __init__(self, design: MeshDesign) -> None:
        self._of: _Directed | MeshFold
        if design.by_direction:
            self._of, self.shape = _Directed(design, design.shape), design.chart_shape
        else:
            textures, finer = design.canvas_shape[0], OVERSAMPLING
            rows, columns = design.shape
            self._of = design.fold_of(design.shape, finer)
            self.shape = (textures, finer * rows // textures, finer * columns)

    def at(self, texels: NDArray[np.int64]) -> SamplingMap:
        """Texels of ``shape`` → the logits of texels (n,)."""
        return self._of.at(texels)


class _Directed:
    """A group that moves directions, on textures of a ``shape``."""

    def __init__(self, design: MeshDesign, shape: tuple[int, int]) -> None:
        self._design = design
        self._search = TexelSearch(design.scene.body.mesh, shape, MARGIN_TEXELS)

    def at(self, texels: NDArray[np.int64]) -> SamplingMap:
        triangle, position, _ = self._search.find(texels)
        painted = triangle >= 0
        return spread(self._design.fold_directions(position[painted]), painted)
