"""Finite groups as stacks of matrices, and the orbits of points that they permute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geometry.spaces import Array

MOST = 480  # elements: all symmetries of a prism with 120 sides
_NEAR = 1e-6


def closed(generators: Sequence[Array]) -> Array:
    """All products of generators (..., 3, 3), the identity first: (n, ..., 3, 3). Raises ValueError
    for more than MOST."""
    found = [np.broadcast_to(np.eye(3), np.shape(generators[0])) if len(generators) else np.eye(3)]
    for element in found:  # which grows meanwhile
        for generator in generators:
            product = generator @ element
            if np.abs(np.array(found) - product).reshape(len(found), -1).max(axis=1).min() > _NEAR:
                found.append(product)
        if len(found) > MOST:
            raise ValueError(f"more than {MOST} elements")
    return np.array(found)


def contains(group: Array, matrices: Array) -> bool:
    """Whether all of the matrices (m, 3, 3) are in the group (n, 3, 3)."""
    apart = np.abs(group[:, None] - matrices).max(axis=(2, 3))
    return bool((apart.min(axis=0) < _NEAR).all())


def permutation(points: Array, matrix: Array) -> NDArray[np.int64] | None:
    """Which of the points (V, 3) each is moved to, (V,); None if one is moved elsewhere."""
    distance, number = cKDTree(points).query(points @ matrix.T)
    return None if distance.max() > _NEAR else number


def orbits(points: Array, group: Array) -> NDArray[np.int64]:
    """The orbit (V,) that each of the points (V, 3) is in, numbered from 0, under the elements of a
    group (n, 3, 3) that permute them."""
    pairs = []
    reached = np.eye(3)[None]
    for matrix in group:
        if contains(reached, matrix[None]):
            continue
        moved = permutation(points, matrix)
        if moved is not None:
            pairs.append(moved)
            reached = closed([*reached, matrix])
    here = np.tile(np.arange(len(points)), len(pairs))
    there = np.concatenate(pairs) if pairs else here
    graph = coo_matrix((np.ones(len(here), bool), (here, there)), (len(points), len(points)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def averaged(values: Array, orbit: NDArray[np.int64]) -> Array:
    """Values (V, ...) replaced by the mean over their orbits (V,)."""
    flat = values.reshape(len(values), -1)
    count = np.bincount(orbit)
    means = np.stack([np.bincount(orbit, column) / count for column in flat.T], axis=1)
    return means[orbit].reshape(values.shape)
