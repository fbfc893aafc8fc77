"""Where the islands of a UV layout end, and where the surface goes on beyond."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import EdgePairs, Seams, side_frames


class Border(NamedTuple):
    """The sides of the UV islands. ends: (B, 2, 2) their UVs; texture: (B,). Where the surface goes
    on beyond: goes_on (B,) bool, partner (B,) the face there, and the affine map of UVs from this
    island's plane into the other's: linear (B, 2, 2), origin (B, 2), image (B, 2), so that the
    place p beyond the border is at image + linear·(p − origin)."""

    ends: NDArray[np.float64]
    texture: NDArray[np.int32]
    goes_on: NDArray[np.bool_]
    partner: NDArray[np.int32]
    linear: NDArray[np.float64]
    origin: NDArray[np.float64]
    image: NDArray[np.float64]


def find_border(mesh: Mesh, seams: Seams) -> Border:
    """All sides where an island of the layout ends: seams from both faces, edges at which the
    layout folds back, and open borders."""
    parts = [
        _crossing(mesh, pairs, side)
        for pairs in (seams.cut, seams.inner.chosen(seams.inner.folded))
        for side in (0, 1)
    ]
    count = len(seams.open_sides)
    ends, _, _ = side_frames(mesh, seams.open_sides, np.ones(count, bool))
    nothing = np.zeros((count, 2))
    parts.append(
        Border(
            ends,
            mesh.texture[seams.open_sides // 3],
            np.zeros(count, bool),
            np.zeros(count, np.int32),
            np.zeros((count, 2, 2)),
            nothing,
            nothing,
        )
    )
    return Border(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _crossing(mesh: Mesh, pairs: EdgePairs, side: int) -> Border:
    """The borders on one side of each pair, with the way over to the other side."""
    here, there = pairs.uvs[:, side], pairs.uvs[:, 1 - side]
    # The island's own frame: along the edge, and outwards. Outwards here is inwards there.
    own = np.stack([here[:, 1] - here[:, 0], -pairs.inward[:, side]], axis=2)
    other = np.stack([there[:, 1] - there[:, 0], pairs.inward[:, 1 - side]], axis=2)
    size = np.abs(own).max(axis=(1, 2)) ** 2
    goes_on = np.abs(np.linalg.det(own)) > 1e-9 * size
    goes_on &= np.abs(other).max(axis=1).min(axis=1) > 0
    linear = np.zeros_like(own)
    linear[goes_on] = other[goes_on] @ np.linalg.inv(own[goes_on])
    faces = pairs.faces
    return Border(
        here,
        mesh.texture[faces[:, side]],
        goes_on,
        faces[:, 1 - side],
        linear,
        here[:, 0],
        there[:, 0],
    )
