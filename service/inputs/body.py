"""A body: a mesh to paint and all that lies around it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh, Occluders
from geometry.seeing.cameras import Camera
from service.pictures.base_colour import fitted_stack

ALPHA_CUT = 128  # a texel of the base colour with less alpha is a hole
MAX_ASPECT = 8  # of textures: a strip of colours must not become a texture of millions of rows


@dataclass(frozen=True, eq=False)
class Body:
    """mesh: what is painted. cameras: from where it is seen; none: from automatic views. occluders:
    what hides it and is not painted. base: (rows, columns, 4) uint8 sRGB with alpha, the colour
    that it has, all its textures one below the other; mask: (rows, columns) uint8 of any size, 255
    where paint goes and 0 where the base stays."""

    mesh: Mesh
    cameras: tuple[Camera, ...] = ()
    occluders: Occluders | None = None
    base: NDArray[np.uint8] | None = None
    mask: NDArray[np.uint8] | None = None

    @property
    def holes(self) -> NDArray[np.bool_] | None:
        """(rows, columns) of the base: where the mesh is clear; None if it is nowhere."""
        if self.base is None or self.base[..., 3].min() >= ALPHA_CUT:
            return None
        return self.base[..., 3] < ALPHA_CUT

    def holes_at(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """The same in textures of a ``shape`` (rows, columns), all one below the other."""
        if self.base is None or self.holes is None:
            return np.zeros(shape, bool)
        return fitted_stack(self.base, shape, self.mesh.textures)[..., 3] < ALPHA_CUT

    @property
    def aspect(self) -> float:
        """Height over width of each texture: those of the base, within 1:8 and 8:1, else square."""
        if self.base is None or self.base.shape[1] == 1:  # a flat colour is one texel
            return 1.0
        rows, columns = self.base.shape[:2]
        return min(max(rows / self.mesh.textures / columns, 1 / MAX_ASPECT), MAX_ASPECT)
