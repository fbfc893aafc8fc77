"""Detail that changes gradually over a surface. A UV layout gives one island many texels and its
neighbour few; paint as fine as each could hold would show the seam by its sharpness alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from geometry.mesh.mesh import Mesh

OCTAVE_LENGTH = 0.02  # of the box's diagonal, over which density may change by a factor of 2


def gradual_density(mesh: Mesh, density: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F,) densities, at most those given (F,) and nowhere changing faster along the surface than
    by a factor of 2 over OCTAVE_LENGTH: the largest such field. Faces of density 0 have no say.

    It is min_q (log₂ ρ(q) + d(p, q)/length), d along edges: shortest paths from one source, joined
    to every point by an edge of its own log₂ ρ.
    """
    points = mesh.welded
    count = int(points.max()) + 1
    faces = np.flatnonzero(density > 0)
    octaves = np.full(count, np.inf)
    np.minimum.at(octaves, points[faces].ravel(), np.repeat(np.log2(density[faces]), 3))
    known = np.flatnonzero(np.isfinite(octaves))
    if not len(known):
        return density
    lowest = octaves[known].min() - 1.0  # SciPy takes an edge of length 0 for none
    extent = float(np.linalg.norm(np.ptp(mesh.vertices, axis=0)))
    ends = points[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    sides = mesh.corners[:, [1, 2, 0]] - mesh.corners
    lengths = np.linalg.norm(sides, axis=2).ravel() / (OCTAVE_LENGTH * extent)
    kept = ends[:, 0] != ends[:, 1]
    # an edge that two faces share must not count twice: entries of one place would be added up
    order = np.lexsort((ends.max(axis=1), ends.min(axis=1)))
    order = order[kept[order]]
    low, high = ends.min(axis=1)[order], ends.max(axis=1)[order]
    first = np.concatenate([[True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
    rows = np.concatenate([low[first], np.full(len(known), count)])
    columns = np.concatenate([high[first], known])
    weights = np.concatenate([lengths[order][first], octaves[known] - lowest])
    graph = sparse.csr_matrix((weights, (rows, columns)), shape=(count + 1, count + 1))
    reached = csgraph.dijkstra(graph, directed=False, indices=count)[:count] + lowest
    gradual = 2.0 ** reached[points].mean(axis=1)
    return np.minimum(np.where(density > 0, density, np.inf), gradual)
