"""What a texture changes by where broad forms move and, near its seams, single texels besides: of a
large texture all of it at once would be gigabytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Stack = tuple[int, int, int]  # textures, rows and columns of each


@dataclass(frozen=True, eq=False)
class Change:
    """What texels of textures move by. broad: (texels / 4, C) of half as many rows and columns, of
    which all move bilinearly, or None; near: (k,), ascending, those that move besides; moved:
    (k, C), by how much."""

    shape: Stack
    broad: NDArray[np.float32] | None
    near: NDArray[np.int64]
    moved: NDArray[np.float32]

    def at(self, texels: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n, C) of texels (n,) that keep their own paint: margins are filled from these."""
        if self.broad is None:
            found = np.zeros((len(texels), self.moved.shape[1]), np.float32)
        else:
            found = self._enlarged(self.broad, texels)
        if len(self.near):
            place = np.searchsorted(self.near, texels).clip(max=len(self.near) - 1)
            own = self.near[place] == texels
            found[own] += self.moved[place[own]]
        return found

    def _enlarged(
        self, broad: NDArray[np.float32], texels: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        textures, rows, columns = self.shape
        number, *inside = np.unravel_index(texels, self.shape)
        sides = [
            ((i // 2, 0.75), ((i // 2 + 2 * (i % 2) - 1) % (size // 2), 0.25))
            for i, size in zip(inside, (rows, columns), strict=True)
        ]
        coarse = textures, rows // 2, columns // 2
        found = np.zeros((len(texels), broad.shape[1]), np.float32)
        for i, down in sides[0]:
            for j, across in sides[1]:
                found += (
                    np.float32(down * across) * broad[np.ravel_multi_index((number, i, j), coarse)]
                )
        return found
