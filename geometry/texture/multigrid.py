"""Large smooth systems on the texels of a picture, quickly: conjugate gradients, preconditioned by
smoothed aggregation (Vaněk, Mandel and Brezina 1996) over blocks of 3 × 3 texels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

BLOCK = 3
COARSEST = 500  # unknowns that are left to a direct solver
DAMPING = 2 / 3  # of Jacobi's sweeps: D⁻¹A of a graph's Laplacian has eigenvalues up to 2
SWEEPS = 2
MOST_STEPS = 200


@dataclass(frozen=True, eq=False)
class _Level:
    """One level: its matrix, 1/diagonal (n, 1), and the prolongation from the next level."""

    matrix: sparse.csr_matrix
    inverse: NDArray[np.float64]
    prolong: sparse.csr_matrix


def solve_on_grid(
    matrix: sparse.csr_matrix,
    right: NDArray[np.float64],
    places: NDArray[np.int64],
    tolerance: float = 1e-4,
) -> NDArray[np.float64]:
    """x (n, C) with matrix · x = right (n, C), to a residual of ``tolerance`` times right's.

    matrix: (n, n), symmetric, positive definite, rows with off-diagonal entries at most 0 and a sum
    of at least 0. places: (n, 3) whole numbers, part, row and column of each unknown: unknowns of
    one part that are near each other make up the blocks, whatever the matrix links besides.
    """
    levels, coarsest = _levels(matrix, places)
    return _conjugate_gradients(
        matrix, right, lambda residual: _cycle(levels, coarsest, residual, 0), tolerance
    )


def _levels(
    matrix: sparse.csr_matrix, places: NDArray[np.int64]
) -> tuple[list[_Level], Callable[[NDArray[np.float64]], NDArray[np.float64]]]:
    levels: list[_Level] = []
    while matrix.shape[0] > COARSEST:
        blocks = places // (1, BLOCK, BLOCK)
        reach = blocks.max(axis=0) + 1
        keys = (blocks[:, 0] * reach[1] + blocks[:, 1]) * reach[2] + blocks[:, 2]
        _, first, block = np.unique(keys, return_index=True, return_inverse=True)
        if len(first) > 0.9 * len(keys):
            break
        inverse = 1 / matrix.diagonal()
        count = len(keys)
        coarse = sparse.csr_matrix(
            (np.ones(count), block, np.arange(count + 1)), shape=(count, len(first))
        )
        prolong = (coarse - DAMPING * sparse.diags(inverse) @ (matrix @ coarse)).tocsr()
        levels.append(_Level(matrix, inverse[:, None], prolong))
        matrix, places = (prolong.T @ matrix @ prolong).tocsr(), blocks[first]
    return levels, splu(matrix.tocsc()).solve


def _cycle(
    levels: list[_Level],
    coarsest: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    residual: NDArray[np.float64],
    depth: int,
) -> NDArray[np.float64]:
    """One V-cycle from zero: about matrix⁻¹ · residual, as a symmetric positive operator."""
    if depth == len(levels):
        return coarsest(residual)
    level = levels[depth]
    x = DAMPING * level.inverse * residual
    for _ in range(SWEEPS - 1):
        x += DAMPING * level.inverse * (residual - level.matrix @ x)
    rest = level.prolong.T @ (residual - level.matrix @ x)
    x += level.prolong @ _cycle(levels, coarsest, rest, depth + 1)
    for _ in range(SWEEPS):
        x += DAMPING * level.inverse * (residual - level.matrix @ x)
    return x


def _conjugate_gradients(
    matrix: sparse.csr_matrix,
    right: NDArray[np.float64],
    precondition: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    tolerance: float,
) -> NDArray[np.float64]:
    """All columns of ``right`` at once; each has its own step lengths."""
    x = np.zeros_like(right)
    residual = right.copy()
    enough = tolerance * np.linalg.norm(right, axis=0)
    direction = np.zeros_like(right)
    last = np.ones(right.shape[1])
    for _ in range(MOST_STEPS):
        if (np.linalg.norm(residual, axis=0) <= enough).all():
            break
        better = precondition(residual)
        product = np.einsum("nc,nc->c", residual, better)
        direction = better + product / last * direction
        last = np.maximum(product, np.finfo(float).tiny)
        moved = matrix @ direction
        curve = np.maximum(np.einsum("nc,nc->c", direction, moved), np.finfo(float).tiny)
        step = product / curve
        x += step * direction
        residual -= step * moved
    return x
