"""A mesh's texture as a ground."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from geometry.mesh.mesh import Mesh
from geometry.mesh.surface import uv_surface
from geometry.spaces import Array
from geometry.texture.margins import margin_map
from service.maps.ground import Ground

MARGIN_TEXELS = 24  # around the islands, read across the seams: steps go no farther beyond them
_THIN = 1e-6  # of a texture's side: a step through a triangle that the layout draws together


class SkinGround(Ground):
    """The textures (H, W) of a mesh, stacked, whose longest side is ``size`` millimetres.

    A step goes straight on in the layout of the triangle that it starts on. Around the islands
    there is a margin, read from across the seam, so it sees the surface go on there."""

    def __init__(self, mesh: Mesh, shape: tuple[int, int], size: float) -> None:
        self.shape, self._textures = shape, mesh.textures
        corners = mesh.corners * (size / float(np.ptp(mesh.corners.reshape(-1, 3), axis=0).max()))
        texels = uv_surface(mesh, shape[1], shape[0], MARGIN_TEXELS)
        self._margins = margin_map(mesh, shape, MARGIN_TEXELS)
        self.seen = texels.covered
        # of every triangle: how the surface goes on to the right and up, in mm per texture
        e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        t1, t2 = mesh.uvs[:, 1] - mesh.uvs[:, 0], mesh.uvs[:, 2] - mesh.uvs[:, 0]
        det = t1[:, 0] * t2[:, 1] - t1[:, 1] * t2[:, 0]
        safe = np.where(np.abs(det) > 1e-14, det, 1.0)[:, None]
        per_u = (e1 * t2[:, 1:] - e2 * t1[:, 1:]) / safe
        per_v = (e2 * t1[:, :1] - e1 * t2[:, :1]) / safe
        right = per_u / np.maximum(np.linalg.norm(per_u, axis=1, keepdims=True), 1e-300)
        aside = np.einsum("fk,fk->f", per_v, right)
        length = np.linalg.norm(per_v - aside[:, None] * right, axis=1)
        along = np.linalg.norm(per_u, axis=1)
        bad = (np.abs(det) <= 1e-14) | (along < _THIN * size) | (length < _THIN * size)
        along, length = np.where(bad, np.inf, along), np.where(bad, np.inf, length)
        aside = np.where(bad, 0.0, aside)
        # texels that a step of one millimetre goes: to the right, and up (by columns and rows)
        rows, columns = shape[0] // mesh.textures, shape[1]
        number = np.maximum(texels.triangle, 0)
        self._across = (columns / along)[number]
        self._climb = (rows / length)[number]
        self._lean = (-aside / (along * length) * columns)[number]
        density = np.sqrt(columns / along * rows / length)
        order = np.argsort(density)
        share = mesh.areas[order].cumsum() / mesh.areas.sum()
        usual = density[order[np.searchsorted(share, 0.5)]]  # half of the surface has less
        self.step = float(1 / max(usual, 1e-12))

    def completed(self, heights: Array) -> Array:
        """See Ground."""
        return self._margins.apply(heights.reshape(-1, 1)).reshape(self.shape)

    def moved(self, heights: Array, right: float, up: float) -> Array:
        """See Ground."""
        columns = np.arange(self.shape[1])
        there = np.empty(self.shape)
        rows = self.shape[0] // self._textures
        across = np.clip(right * self._across + up * self._lean, -MARGIN_TEXELS, MARGIN_TEXELS)
        down = np.clip(-up * self._climb, -MARGIN_TEXELS, MARGIN_TEXELS)
        for start in range(0, self.shape[0], rows):
            some = slice(start, start + rows)
            place = np.stack([np.arange(rows)[:, None] + down[some], columns + across[some]])
            there[some] = ndimage.map_coordinates(
                heights[some], place, float, order=1, mode="grid-wrap"
            )
        return there
