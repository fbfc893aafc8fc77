"""Seams taken out of a finished texture by least squares, after Liu, Ferguson, Jacobson and
Gingold, "Seamless: Seam erasure and seam-aware decoupling of shape from mesh resolution" (SIGGRAPH
Asia 2017): texels near seams are moved a little, so that both sides of a seam agree. Unlike theirs,
margins are not free but read across the seam, and the levels of the mip pyramid are done one after
the other, coarse to fine: differences are spread as wide as they are long.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import distance_transform_edt, maximum_filter

from geometry.maps.pyramid import pyramid_shapes
from geometry.maps.sampling import Read, SamplingMap, only_read
from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import Seams
from geometry.mesh.surface import AT_ONCE, texels_at_a_time
from geometry.texture.change import Change, Stack
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
) -> NDArray[np.floating]:
    """The texture (rows · columns, C), in the precision that it has, with its margins filled
    (:func:`geometry.texture.margins.filling`) and without visible seams, as lookups
    see it on mip levels 0 to 3.

    On each level the change c minimises |∇c|² + NEAR·|c|² + STEP·|step − natural step|² over the
    seams: near the given texture and its gradients, with steps across seams as large as the
    texture's own steps beside them are. The coarsest level may change everywhere, finer ones
    within BAND texels of the seams. Rounding to 8 bits is left to the caller.
    """
    own, erased = filling(mesh, texture_shape, margin, device, seams), np.array(texture)
    own.fill(erased)
    erase_in_place(erased, mesh, seams, texture_shape, margin, own, device)
    return erased


def erase_in_place(
    texture: NDArray[np.floating],
    mesh: Mesh,
    seams: Seams,
    texture_shape: tuple[int, int],
    margin: float,
    filled: Filling,
    device: str = "cpu",
) -> None:
    """:func:`erase_seams` of a texture whose margins are ``filled``, in place."""
    change = seam_change(texture.__getitem__, mesh, seams, texture_shape, margin, filled, device)
    if change is not None:
        for some in texels_at_a_time(len(texture)):
            texture[some] += change.at(some)
        filled.fill(texture)


def seam_change(
    read: Read,
    mesh: Mesh,
    seams: Seams,
    texture_shape: tuple[int, int],
    margin: float,
    filled: Filling,
    device: str = "cpu",
) -> Change | None:
    """What :func:`erase_seams` adds to a texture that is read in parts, before margins are filled
    again; None for a mesh without seams. filled: by what its margins are."""
    if not len(seams.cut.length):
        return None
    rows, columns = texture_shape
    stacks = [
        (mesh.textures, *shape)
        for shape in pyramid_shapes((rows // mesh.textures, columns))[:LEVELS]
    ]
    given = [read]
    for stack in stacks[1:]:
        given.append(_halved(given[-1], stack).__getitem__)
    broad = None
    for level in reversed(range(len(stacks))):
        stack = stacks[level]
        fills = (
            filled if not level else filling(mesh, _flat(stack), margin / 2**level, device, seams)
        )
        goals = [_goal(mesh, seams, stack, fills, given[level])]
        if broad is not None:
            goals.append(_coarser_goal(mesh, seams, stack, fills, given[level + 1]))
        kept = fills.kept
        free = kept if broad is None else kept & _near([steps for steps, _ in goals], stack)
        change = _improved(stack, broad, goals, kept, free)
        if level:
            broad = _extended(change, kept)
        del given[level + 1 :]
    return change


# steps across seams as a matrix (samples × texels), and by how much they should be larger
Goal = tuple[sparse.csr_matrix, NDArray[np.float64]]


def _goal(mesh: Mesh, seams: Seams, stack: Stack, fills: Filling, read: Read) -> Goal:
    """The steps across the seams, by the texels that keep their paint alone."""
    steps, _ = edge_steps(mesh, seams.cut, _flat(stack))
    natural = natural_steps(read, mesh, seams.cut, _flat(stack))
    return _through(steps, fills), _missing(steps, natural, read)


def _coarser_goal(mesh: Mesh, seams: Seams, stack: Stack, fills: Filling, coarser: Read) -> Goal:
    """As :func:`_goal`, of the next coarser level, which is read, by texels of this one."""
    textures, rows, columns = stack
    coarse = textures * rows // 2, columns // 2
    steps, _ = edge_steps(mesh, seams.cut, coarse)
    i, j = np.divmod(steps.indices.astype(np.int64), coarse[1])
    first = 2 * i * columns + 2 * j
    children = first[:, None] + np.array([0, 1, columns, columns + 1])
    spread = SamplingMap(
        textures * rows * columns,
        steps.indptr * 4,
        children.ravel().astype(np.int32),
        np.repeat(steps.weights / 4, 4),
    )
    natural = natural_steps(coarser, mesh, seams.cut, coarse)
    return _through(spread, fills), _missing(steps, natural, coarser)


def _through(steps: SamplingMap, fills: Filling) -> sparse.csr_matrix:
    """Steps by the texels that keep their paint alone."""
    taken, few = steps.narrowed()
    read, filled = fills.rows(taken).narrowed()
    found = few.matrix @ filled.matrix
    shape = steps.rows, steps.columns
    return sparse.csr_matrix((found.data, read[found.indices], found.indptr), shape=shape)


def _missing(steps: SamplingMap, natural: NDArray[np.float64], read: Read) -> NDArray[np.float64]:
    """What steps (samples, C) lack to be as they should: those that stick out should be natural,
    the others, no larger than elsewhere in the texture, stay."""
    found = steps.applied_to(read)
    size = np.linalg.norm(found, axis=1, keepdims=True)
    usual = np.median(np.linalg.norm(natural, axis=1))
    stays = (usual / np.maximum(np.maximum(size, usual), 1e-300)) ** 2
    return (1 - stays) * (natural - found)


def _improved(
    stack: Stack,
    broad: NDArray[np.float32] | None,
    goals: list[Goal],
    kept: NDArray[np.bool_],
    free: NDArray[np.bool_],
) -> Change:
    """The change whose free texels are at the least-squares optimum."""
    steps, missing = (list(some) for some in zip(*goals, strict=True))
    channels = missing[0].shape[1]
    chosen = np.flatnonzero(free)
    gradients = _gradients(chosen, kept, free, stack)
    weight = np.sqrt(STEP)
    matrix = sparse.vstack([*(weight * some for some in steps), gradients], format="csr")
    target = np.concatenate(
        [*(weight * some for some in missing), np.zeros((gradients.shape[0], channels))]
    )
    before = Change(stack, broad, chosen[:0], np.empty((0, channels), np.float32))
    taken, indices = only_read(matrix.indices.astype(np.int64), matrix.shape[1])
    few = sparse.csr_matrix((matrix.data, indices, matrix.indptr), (len(target), len(taken)))
    start, movable = before.at(taken), np.flatnonzero(free[taken])
    target -= few @ start
    moved = _least_squares(few[:, movable].tocsr(), target, start[movable])
    return replace(before, near=taken[movable], moved=moved.astype(np.float32))


def _least_squares(
    matrix: sparse.csr_matrix, target: NDArray[np.float64], start: NDArray[np.floating]
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
    chosen: NDArray[np.int64], kept: NDArray[np.bool_], free: NDArray[np.bool_], stack: Stack
) -> sparse.csr_matrix:
    """Differences of texels with their right and lower neighbours (a texture repeats), both kept
    and one of them free at least: (differences × texels). chosen: those that are free."""
    places = np.unravel_index(chosen, stack)
    pairs = []
    for axis in (1, 2):
        after, before = (
            np.ravel_multi_index(
                [(x + by) % stack[axis] if k == axis else x for k, x in enumerate(places)], stack
            )
            for by in (1, -1)
        )
        pairs.append(np.stack([chosen, after], axis=1)[kept[after]])
        pairs.append(np.stack([before, chosen], axis=1)[kept[before] & ~free[before]])
    ends = np.concatenate(pairs)
    return sparse.csr_matrix(
        (np.tile([1.0, -1.0], len(ends)), ends.ravel(), 2 * np.arange(len(ends) + 1)),
        shape=(len(ends), len(kept)),
    )


def _near(steps: list[sparse.csr_matrix], stack: Stack) -> NDArray[np.bool_]:
    """(texels,): within BAND texels of one that a step reads."""
    read = np.zeros(np.prod(stack), np.uint8)
    for matrix in steps:
        read[matrix.indices] = 1
    return maximum_filter(read.reshape(_flat(stack)), size=2 * BAND + 1).ravel() > 0


def _extended(change: Change, kept: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The change (texels, C), of texels that are not kept that of the nearest one which is: it is
    not continuous over seams, and is not to be read across them."""
    whole = np.empty((len(kept), change.moved.shape[1]), np.float32)
    for some in texels_at_a_time(len(kept)):
        whole[some] = change.at(some)
    if not kept.any():
        return whole
    flat = kept.reshape(_flat(change.shape))
    _, (i, j) = distance_transform_edt(~flat, return_distances=True, return_indices=True)
    return whole[(i * np.int64(flat.shape[1]) + j).ravel()]


def _halved(read: Read, stack: Stack) -> NDArray[np.floating]:
    """The 2×2 box averages (texels, C) of textures, as a stack of half as many rows and columns."""
    rows, columns = _flat(stack)
    strips = []
    each = max(1, AT_ONCE // (4 * columns))
    for top in range(0, rows, each):
        some = min(each, rows - top)
        texels = np.arange(top * 4 * columns, (top + some) * 4 * columns)
        boxes = read(texels).reshape(some, 2, columns, 2, -1)
        strips.append(boxes.mean(axis=(1, 3)).reshape(some * columns, -1))
    return np.concatenate(strips)


def _flat(stack: Stack) -> tuple[int, int]:
    """(rows, columns) of all textures, one below the other."""
    return stack[0] * stack[1], stack[2]
