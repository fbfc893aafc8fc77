"""Seams taken out of a finished texture by least squares, after Liu, Ferguson, Jacobson and
Gingold, "Seamless: Seam erasure and seam-aware decoupling of shape from mesh resolution" (SIGGRAPH
Asia 2017): texels near seams are moved a little, so that both sides of a seam agree. Unlike theirs,
margins are not free but read across the seam, and the levels of the mip pyramid are done one after
the other, coarse to fine: differences are spread as wide as they are long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import distance_transform_edt, maximum_filter

from geometry.maps.pyramid import pyramid_shapes
from geometry.maps.sampling import SamplingMap, only_read
from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import Seams
from geometry.texture.margins import Filling, filling
from geometry.texture.seam_steps import edge_steps, natural_steps

LEVELS = 4  # of the mip pyramid, on which seams are erased
BAND = 8  # texels of a level, beside those that lookups at seams read, which may move
NEAR = 0.004  # weight of staying near the given texture, its gradients' being 1
STEP = 16.0  # weight of the steps across seams
TOLERANCE = 1e-2  # part of the first residual that is left
MOST_ROUNDS = 100


def erase_seams(
    texture: NDArray[np.floating],
    mesh: Mesh,
    seams: Seams,
    texture_shape: tuple[int, int],
    margin: float,
    device: str = "cpu",
    filled: Filling | None = None,
) -> NDArray[np.floating]:
    """The texture (rows · columns, C), in the precision that it has, with its margins filled
    (:func:`geometry.texture.margins.filling`) and without visible seams, as lookups
    see it on mip levels 0 to 3. ``filled``: by what its margins are already.

    On each level the change c minimises |∇c|² + NEAR·|c|² + STEP·|step − natural step|² over the
    seams: near the given texture and its gradients, with steps across seams as large as the
    texture's own steps beside them are. The coarsest level may change everywhere, finer ones
    within BAND texels of the seams. Rounding to 8 bits is left to the caller.
    """
    rows, columns = texture_shape
    own = filled
    if own is None:
        own, texture = filling(mesh, texture_shape, margin, device, seams), np.array(texture)
        own.fill(texture)
    if not len(seams.cut.length):
        return texture
    pyramid = pyramid_shapes((rows // mesh.textures, columns))[:LEVELS]
    shapes = [(height * mesh.textures, width) for height, width in pyramid]
    given = [texture]
    for shape in shapes[:-1]:
        given.append(_halved(given[-1], shape))
    change = np.zeros_like(given[-1])
    for level in reversed(range(len(shapes))):
        shape = shapes[level]
        if level + 1 < len(shapes):
            change = _enlarged(change, shapes[level + 1], mesh.textures)
        fills = own if not level else filling(mesh, shape, margin / 2**level, device, seams)
        goals = [_goal(mesh, seams, shape, fills, given[level])]
        if level + 1 < len(shapes):
            goals.append(
                _coarser_goal(mesh, seams, shapes[level + 1], shape, fills, given[level + 1])
            )
        kept = fills.kept
        free = kept
        if level + 1 < len(shapes):
            free = kept & _near([steps for steps, _ in goals], shape)
        _improve(change, given[level], goals, kept.reshape(shape), free.reshape(shape), mesh)
        if level:
            change = _extended(change, kept.reshape(shape))
        del given[level + 1 :]
    change += given[0]
    own.fill(change)
    return change


def _goal(
    mesh: Mesh,
    seams: Seams,
    shape: tuple[int, int],
    fills: Filling,
    given: NDArray[np.floating],
) -> tuple[sparse.csr_matrix, NDArray[np.float64]]:
    """The steps across the seams as a matrix (samples × texels), by the texels that keep their
    paint alone; and how large they should be (samples, C)."""
    steps, _ = edge_steps(mesh, seams.cut, shape)
    natural = natural_steps(given, mesh, seams.cut, shape)
    return _through(_matrix(steps), fills), _softened(steps.apply(given), natural)


def _coarser_goal(
    mesh: Mesh,
    seams: Seams,
    coarse: tuple[int, int],
    shape: tuple[int, int],
    fills: Filling,
    given: NDArray[np.floating],
) -> tuple[sparse.csr_matrix, NDArray[np.float64]]:
    """As :func:`_goal`, of the next coarser level, by texels of this one."""
    steps, _ = edge_steps(mesh, seams.cut, coarse)
    i, j = np.divmod(steps.indices.astype(np.int64), coarse[1])
    first = 2 * i * shape[1] + 2 * j
    children = first[:, None] + np.array([0, 1, shape[1], shape[1] + 1])
    spread = sparse.csr_matrix(
        (np.repeat(steps.weights / 4, 4), children.ravel(), steps.indptr * 4),
        shape=(steps.rows, shape[0] * shape[1]),
    )
    natural = natural_steps(given, mesh, seams.cut, coarse)
    return _through(spread, fills), _softened(steps.apply(given), natural)


def _through(steps: sparse.csr_matrix, fills: Filling) -> sparse.csr_matrix:
    """Steps by the texels that keep their paint alone."""
    taken, indices = only_read(steps.indices.astype(np.int64), steps.shape[1])
    few = sparse.csr_matrix((steps.data, indices, steps.indptr), shape=(steps.shape[0], len(taken)))
    return few @ _matrix(fills.rows(taken))


def _product(matrix: sparse.csr_matrix, texels: NDArray[np.floating]) -> NDArray[np.float64]:
    """The product with the few rows of (texels, C) that are read: SciPy makes float64 of all."""
    taken, indices = only_read(matrix.indices.astype(np.int64), matrix.shape[1])
    few = sparse.csr_matrix(
        (matrix.data, indices, matrix.indptr), shape=(matrix.shape[0], len(taken))
    )
    return few @ texels[taken]


def _softened(steps: NDArray[np.float64], natural: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steps (samples, C) that should be: the given ones where they are no larger than others in
    the texture, the natural ones where they stick out."""
    size = np.linalg.norm(steps, axis=1, keepdims=True)
    usual = np.median(np.linalg.norm(natural, axis=1))
    stays = (usual / np.maximum(np.maximum(size, usual), 1e-300)) ** 2
    return stays * steps + (1 - stays) * natural


def _improve(
    change: NDArray[np.floating],
    given: NDArray[np.floating],
    goals: list[tuple[sparse.csr_matrix, NDArray[np.float64]]],
    kept: NDArray[np.bool_],
    free: NDArray[np.bool_],
    mesh: Mesh,
) -> None:
    """Move the free texels' change to the least-squares optimum, in place."""
    change[~kept.ravel()] = 0
    chosen = np.flatnonzero(free)
    gradients = _gradients(kept, free, mesh.textures)
    weight = np.sqrt(STEP)
    matrix = sparse.vstack([*(weight * steps for steps, _ in goals), gradients], format="csr")
    target = np.concatenate(
        [
            *(weight * (goal - _product(steps, given)) for steps, goal in goals),
            np.zeros((gradients.shape[0], given.shape[1])),
        ]
    )
    target -= _product(matrix, change)
    matrix = matrix[:, chosen].tocsr()
    change[chosen] += _least_squares(matrix, target, change[chosen])


def _least_squares(
    matrix: sparse.csr_matrix, target: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The x that minimises |matrix·x − target|² + NEAR·|start + x|², by conjugate gradients with
    the diagonal as preconditioner, for all columns at once."""
    back = matrix.T.tocsr()
    diagonal = np.asarray(matrix.multiply(matrix).sum(axis=0)).reshape(-1, 1) + NEAR
    x = np.zeros_like(start, np.float64)
    residual = back @ target - NEAR * start
    direction = residual / diagonal
    size = (residual * direction).sum(axis=0)
    enough = TOLERANCE**2 * size
    for _ in range(MOST_ROUNDS):
        if (size <= enough).all():
            break
        moved = back @ (matrix @ direction) + NEAR * direction
        stride = size / np.maximum((direction * moved).sum(axis=0), 1e-300)
        x += stride * direction
        residual -= stride * moved
        scaled = residual / diagonal
        old, size = size, (residual * scaled).sum(axis=0)
        direction = scaled + size / np.maximum(old, 1e-300) * direction
    return x


def _gradients(
    kept: NDArray[np.bool_], free: NDArray[np.bool_], textures: int
) -> sparse.csr_matrix:
    """Differences of texels with their right and lower neighbours (a texture repeats), both kept
    and one of them free at least: (differences × texels)."""
    shape = textures, kept.shape[0] // textures, kept.shape[1]
    index = np.arange(kept.size, dtype=np.int32).reshape(shape)
    kept, free = kept.reshape(shape), free.reshape(shape)
    pairs = []
    for axis in (1, 2):
        both = kept & np.roll(kept, -1, axis) & (free | np.roll(free, -1, axis))
        pairs.append(np.stack([index[both], np.roll(index, -1, axis)[both]], axis=1))
    ends = np.concatenate(pairs)
    return sparse.csr_matrix(
        (np.tile([1.0, -1.0], len(ends)), ends.ravel(), 2 * np.arange(len(ends) + 1)),
        shape=(len(ends), kept.size),
    )


def _near(steps: list[sparse.csr_matrix], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(texels,): within BAND texels of one that a step reads."""
    read = np.zeros(shape[0] * shape[1], np.uint8)
    for matrix in steps:
        read[matrix.indices] = 1
    return maximum_filter(read.reshape(shape), size=2 * BAND + 1).ravel() > 0


def _extended(change: NDArray[np.floating], kept: NDArray[np.bool_]) -> NDArray[np.floating]:
    """The change of kept texels, all others taking that of the nearest: it is not continuous over
    seams, and is not to be read across them."""
    if not kept.any():
        return change
    _, (i, j) = distance_transform_edt(~kept, return_distances=True, return_indices=True)
    return change[(i * np.int64(kept.shape[1]) + j).ravel()]


def _halved(texture: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.floating]:
    """The 2×2 box averages of a texture (rows · columns, C)."""
    boxes = texture.reshape(shape[0] // 2, 2, shape[1] // 2, 2, -1)
    return boxes.mean(axis=(1, 3)).reshape(-1, texture.shape[1])


def _enlarged(
    texture: NDArray[np.floating], shape: tuple[int, int], textures: int
) -> NDArray[np.floating]:
    """Stacked textures (rows · columns, C) of twice as many rows and columns, bilinearly."""
    channels = texture.shape[1]
    values = texture.reshape(textures, shape[0] // textures, shape[1], channels)
    for axis in (1, 2):
        sides = [0.75 * values + 0.25 * np.roll(values, by, axis) for by in (1, -1)]
        longer = list(values.shape)
        longer[axis] *= 2
        values = np.stack(sides, axis=axis + 1).reshape(longer)
    return values.reshape(-1, channels)


def _matrix(sampling: SamplingMap) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (sampling.weights, sampling.indices, sampling.indptr),
        shape=(sampling.rows, sampling.columns),
    )
